import "server-only";
import type { Clock } from "./clock";
import { FileScan } from "./file-scan";
import { FileVerdicts, ofRepository } from "./file-verdicts";
import { type Finds, type Found, foundIn } from "./found";
import type { IndexReads, ReadPart } from "./index-reads";
import { keyOf } from "./kept-parts";
import type { SearchedRepository, SearchOrder } from "./messages";
import { isQuick } from "./near-matches";
import { type IndexCounts, PartCandidates, type PartSet } from "./part-candidates";
import { isOfContent, no, type QueryTree, type TreeLeaf, verdictOf } from "./query-tree";
import type { PartAddress, SourceFiles } from "./source-files";
import type { Telling } from "./telling";
import type { SearchOutcome } from "./types";

/** Parts that are read at once: few at first, as the first page needs few, then more. */
const firstBatch = 32;
const largestBatch = 256;
/** That are read beside the one that is looked through. */
const batchesAhead = 2;
/** What a part is reckoned with before it is read. */
const partBytes = 16 * 1024;
/**
 * Bytes of a part times instructions of patterns that may take a millisecond: a part that is longer than others is one line,
 * and nothing stops a pattern within a line.
 */
const workOfMs = 5_000;
/** Files between two looks at the clock. */
const filesOfSlice = 256;
/** For which paths are tried in vain before what matches until then is looked through. */
const longestTryingMs = 50;

interface Batch {
  scans: { scan: FileScan; repository: SearchedRepository }[];
  read: Promise<{ content: Map<number, ReadPart>; symbols: Map<number, ReadPart> }>;
}
type Scans = Generator<Batch["scans"][number] | null>;

/** One going through the index. */
export class SearchRun implements Finds {
  readonly found: Found[] = [];
  endedBy: SearchOutcome["endedBy"] = null;
  isMissing = false;
  matchCount = 0;
  readonly index: IndexCounts = { lookups: 0, named: 0, bytes: 0 };
  readonly counts = { considered: 0, loaded: 0, contentBytes: 0, segments: 0, patterns: 0 };
  segmentIds: number[] = [];
  readonly #reads: IndexReads;
  readonly #order: SearchOrder;
  readonly #tree: QueryTree;
  readonly #clock: Clock;
  readonly #telling: Telling;
  /** Of patterns that may take long for a long line. */
  readonly #instructions: number;
  /** Of text that is held, and of what is reckoned to be read for the answer. */
  #keptBytes = 0;
  #candidates: PartCandidates | null = null;
  /** What was read ahead is not wanted any more. */
  #isDone = false;

  /** @param telling of what is found, before something that the clock cannot end */
  constructor(reads: IndexReads, order: SearchOrder, tree: QueryTree, clock: Clock, telling: Telling) {
    this.#telling = telling;
    const tried = tree.leaves.flatMap((leaf) => (isOfContent(leaf) && leaf.matcher) || []);
    const slow = tried.filter(({ literal, shape }) => literal === null && !(shape && isQuick(shape)));
    this.#instructions = slow.reduce((sum, { pattern }) => sum + pattern.size, 0);
    this.#reads = reads;
    this.#order = order;
    this.#tree = tree;
    this.#clock = clock;
    this.counts.patterns = tree.leaves.filter(({ matcher }) => matcher && matcher.literal === null).length;
  }

  async run(): Promise<void> {
    const repositories = this.#order.repositories.filter(
      (repository) => verdictOf(this.#tree.root, (leaf) => ofRepository(leaf, repository)) !== no,
    );
    const loading = Promise.all(
      repositories.map(({ sourceId, generation }) => this.#reads.files(sourceId, generation)),
    );
    const sources = await this.#clock.orOver(loading);
    if (!sources) return this.#end("deadline");
    this.segmentIds = sources.flatMap(({ segments }) => segments.map(({ id }) => id));
    this.counts.segments = this.segmentIds.length;
    const leaves = this.#tree.leaves.filter(isOfContent);
    this.#candidates = await this.#clock.orOver(
      PartCandidates.read(this.#reads, sources, leaves, this.index),
    );
    if (!this.#candidates) return this.#end("deadline");
    if (this.#candidates.isMissing) this.isMissing = true;
    await this.#scanAll(this.#scans(repositories, sources));
    this.#isDone = true;
    if (this.found.some(({ scan }) => scan.isLineCut)) this.#end("matches");
  }

  get #enough(): "matches" | "size" | null {
    if (this.matchCount >= this.#order.matches) return "matches";
    return this.#keptBytes >= this.#order.mostBytes ? "size" : null;
  }

  #end(endedBy: "matches" | "deadline" | "size"): void {
    this.endedBy ??= endedBy;
  }

  cutBefore(found: Found, endedBy: "deadline" | "size"): void {
    for (const { matches } of this.found.splice(this.found.indexOf(found))) this.matchCount -= matches;
    // It says more than an end by matches: to ask for more of them would not help.
    this.endedBy = endedBy;
  }

  /** Files that may match, by repository and path; null after a while in which there was none. */
  *#scans(repositories: readonly SearchedRepository[], sources: readonly SourceFiles[]): Scans {
    const { isOver } = this.#clock;
    for (const [n, repository] of repositories.entries()) {
      const files = sources[n];
      if (!files) continue;
      const verdicts = new FileVerdicts(this.#tree, repository, files, this.#partsOf(files));
      for (let file = 0; file < files.count; file++)
        if (verdicts.passesFilters(file)) this.counts.considered += 1;
      let since = performance.now();
      for (let file = 0; file < files.count; file++) {
        if (file % filesOfSlice === 0 && isOver()) return this.#end("deadline");
        if (verdicts.of(file) === no) continue;
        // To try a path may take as long as the reading of a part does.
        if (isOver()) return this.#end("deadline");
        const isIt = verdicts.try(file) !== no;
        if (!isIt && performance.now() - since < longestTryingMs) continue;
        yield isIt ? { scan: new FileScan(this.#tree, verdicts, files, file), repository } : null;
        since = performance.now();
      }
    }
  }

  #partsOf(files: SourceFiles): Map<TreeLeaf, PartSet> {
    const leaves = this.#tree.leaves.filter(isOfContent);
    return new Map(leaves.map((leaf) => [leaf, this.#candidates?.of(leaf, files) ?? null]));
  }

  async #scanAll(scans: Scans): Promise<void> {
    let size = firstBatch;
    const read = (isAhead = false) => this.#batch(scans, size, isAhead);
    let batch = read();
    const ahead: Batch[] = [];
    for (let isFirst = true; batch; isFirst = false) {
      const texts = await this.#clock.orOver(batch.read);
      if (!texts) return this.#end("deadline");
      size = Math.min(largestBatch, size * 2);
      // The next ones are read while this one is looked through; not beside the first, which often is enough.
      while (!isFirst && ahead.length < batchesAhead) {
        const next = read(true);
        if (!next) break;
        ahead.push(next);
      }
      await this.#scanBatch(batch, texts);
      if (this.endedBy === "deadline") return;
      const enough = this.#enough;
      if (enough) size = 1;
      const next: Batch | null = ahead.shift() ?? read();
      if (this.endedBy) return;
      if (enough) return next ? this.#end(enough) : undefined;
      batch = next;
      await this.#clock.listen();
    }
  }

  /** @returns null when there are no more files; ahead of need, also when there is none soon */
  #batch(scans: Scans, size: number, isAhead: boolean): Batch | null {
    const those: Batch["scans"] = [];
    for (let parts = 0; parts < size; ) {
      const next = scans.next();
      if (next.done || (!next.value && (isAhead || those.length > 0))) break;
      if (!next.value) continue;
      those.push(next.value);
      // Symbols are less than text, and a file of which nothing has to be read counts a little too: there may be many.
      parts += next.value.scan.content.length + next.value.scan.symbols.length / 4 + 0.05;
    }
    if (those.length === 0) return null;
    const read = Promise.all([this.#read(those, "content"), this.#read(those, "symbols")]).then(
      ([content, symbols]) => ({ content, symbols }),
    );
    read.catch(() => undefined);
    return { scans: those, read };
  }

  async #read(scans: Batch["scans"], column: "content" | "symbols"): Promise<Map<number, ReadPart>> {
    const addresses = new Map<number, PartAddress>();
    for (const { scan } of scans)
      for (const part of scan[column]) {
        const address = scan.files.address(part);
        addresses.set(keyOf(address), address);
      }
    const read = await this.#reads.parts([...addresses.values()], column, () => !this.#isDone);
    if (read.length < addresses.size && !this.#isDone) this.isMissing = true;
    return new Map(read.map((part) => [keyOf(part), part]));
  }

  async #scanBatch(batch: Batch, read: Awaited<Batch["read"]>): Promise<void> {
    for (const { scan, repository } of batch.scans) {
      const enough = this.#enough;
      if (enough) {
        this.#end(enough);
        return;
      }
      const hasNoText = scan.content.length === 0;
      if (hasNoText && this.#telling.isDue(this, 0) && !(await this.#tell(null)))
        return this.#end("deadline");
      const isWhole = await this.#scanFile(scan, repository, read);
      if (isWhole) scan.end();
      if (scan.matches) this.#take(scan, repository);
      if (!isWhole) {
        this.#end("deadline");
        return;
      }
    }
  }

  /** @returns whether there is time left */
  async #tell(partly: Found | null): Promise<boolean> {
    await this.#telling.tell(this, partly);
    return this.endedBy === null && !this.#clock.isOver();
  }

  async #scanFile(
    scan: FileScan,
    repository: SearchedRepository,
    read: Awaited<Batch["read"]>,
  ): Promise<boolean> {
    const most = this.#order.matches - this.matchCount + 1;
    if (scan.content.length > 0) this.counts.loaded += 1;
    for (const part of scan.symbols) {
      const found = read.symbols.get(keyOf(scan.files.address(part)));
      if (!found) continue;
      this.index.bytes += found.data.length;
      scan.readSymbols(part, found, most, this.#clock.isOver);
      if (this.#clock.isOver()) return false;
    }
    for (const part of scan.content) {
      const found = read.content.get(keyOf(scan.files.address(part)));
      if (!found) continue;
      const mayTakeMs = (found.bytes * this.#instructions) / workOfMs;
      // Between two parts the clock is looked at, and between most lines of one.
      if (this.#telling.isDue(this, mayTakeMs, scan)) {
        const left = this.#order.matches - this.matchCount;
        if (!(await this.#tell(scan.matches ? foundIn(scan, repository, left) : null))) return false;
      }
      const text = scan.readContent(part, found, most, this.#clock.isOver);
      this.counts.contentBytes += text.bytes;
      if (this.#clock.isOver()) return false;
    }
    return true;
  }

  #take(scan: FileScan, repository: SearchedRepository): void {
    const found = foundIn(scan, repository, this.#order.matches - this.matchCount);
    if (scan.isCut || found.isCut) this.#end("matches");
    const parts = new Set(found.hits.map(({ part }) => part));
    for (const part of scan.texts.keys()) if (!parts.has(part)) scan.texts.delete(part);
    for (const text of scan.texts.values()) this.#keptBytes += text.bytes;
    const wanted = this.#order.whole ? (scan.files.partsOf[scan.file] ?? 0) : parts.size;
    this.#keptBytes += Math.max(0, wanted - scan.texts.size) * partBytes;
    this.add(found);
  }

  add(found: Found): void {
    this.matchCount += found.matches;
    this.found.push(found);
  }

  remove(found: Found): void {
    if (this.found.at(-1) !== found) return;
    this.found.pop();
    this.matchCount -= found.matches;
  }

  statsAt(durationMs: number): SearchOutcome["stats"] {
    const { considered, loaded, contentBytes, segments, patterns } = this.counts;
    return {
      durationMs: Math.round(durationMs * 10) / 10,
      fileCount: this.found.length,
      matchCount: this.matchCount,
      filesConsidered: considered,
      filesLoaded: loaded,
      contentBytesLoaded: contentBytes,
      indexBytesLoaded: this.index.bytes,
      ngramLookups: this.index.lookups,
      ngramMatches: this.index.named,
      segmentsScanned: segments,
      waitMs: 0,
      regexpsConsidered: patterns,
    };
  }
}
