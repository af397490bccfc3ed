import "server-only";
import { chunksOf, pathRanges, reachOf } from "./chunks";
import { Clock } from "./clock";
import type { IndexReads } from "./index-reads";
import type { SearchedRepository, SearchOrder } from "./messages";
import { PartText } from "./part-texts";
import { treeOf } from "./query-tree";
import { type Found, SearchRun } from "./search-run";
import type { Facet, FoundFile, SearchOutcome } from "./types";

/** Runs of one search: it begins again when the index was taken away under it. */
const mostRuns = 3;
/** Few: each may be as long as the longest line. */
const partsAtOnce = 128;
/** Of the time of a search; the rest is for reading what is shown. */
const shareOfLooking = 0.85;
/** Between two tellings of what is found until now, in ms at least, and in times of what the last one took. */
const tellingsApart = { ms: 250, times: 4 };
/** What the place of a match is reckoned with in an answer. */
const rangeBytes = 100;

/**
 * Answers a search.
 * @param tell told what is found until now, before something that may take long and cannot be stopped
 */
export async function evaluate(
  reads: IndexReads,
  order: SearchOrder,
  signal: AbortSignal,
  tell: (soFar: SearchOutcome) => Promise<void>,
): Promise<SearchOutcome> {
  const clock = new Clock(order.deadlineMs, signal);
  const looking = new Clock(order.deadlineMs * shareOfLooking, signal);
  const tree = treeOf(order.query.node);
  let now = order;
  let nextTelling = 0;
  let told = 0;
  const beforeLong = async (run: SearchRun, mayBeEndless: boolean) => {
    const begun = performance.now();
    if (run.found.length <= told || (begun < nextTelling && !mayBeEndless)) return;
    told = run.found.length;
    await tell(outcomeOf(run, await shownFiles(reads, run, now, clock), clock, "deadline"));
    const ended = performance.now();
    nextTelling = ended + Math.max(tellingsApart.ms, (ended - begun) * tellingsApart.times);
  };
  for (let n = 1; ; n++) {
    const run = new SearchRun(reads, now, tree, looking, beforeLong);
    told = 0;
    await run.run();
    const files = await shownFiles(reads, run, now, clock);
    if (!run.isMissing) return outcomeOf(run, files, clock, run.endedBy);
    const left = await clock.orOver(reads.segmentsLeft(run.segmentIds));
    if (left === run.segmentIds.length) return outcomeOf(run, files, clock, run.endedBy);
    // Its files are read anew too: at the same generation they may lie in other segments.
    reads.drop(now.repositories.map(({ sourceId }) => sourceId));
    const repositories = n < mostRuns ? await looking.orOver(asTheyAre(reads, now.repositories)) : null;
    if (!repositories) return outcomeOf(run, files, clock, "deadline");
    now = { ...now, repositories };
  }
}

/** The repositories at the generation that they have by now. */
async function asTheyAre(
  reads: IndexReads,
  repositories: readonly SearchedRepository[],
): Promise<SearchedRepository[]> {
  const heads = await reads.heads(repositories.map(({ sourceId }) => sourceId));
  return repositories.flatMap((repository) => {
    const found = heads.get(repository.sourceId);
    return found && found.generation > 0 ? { ...repository, ...found } : [];
  });
}

/** What is shown of the files; the text around the hits is read where it is not there yet. */
async function shownFiles(
  reads: IndexReads,
  run: SearchRun,
  order: SearchOrder,
  clock: Clock,
): Promise<FoundFile[]> {
  const { contextLines, whole, mostBytes } = order;
  const ofHits = ({ hits }: Found) => hits.map(({ part }) => part);
  const unread = await readParts(reads, run, { mostBytes, clock }, whole ? allParts : ofHits);
  if (unread) run.cutBefore(unread, "deadline");
  // One part further at most: it has many lines, or a line that is longer than anybody reads.
  if (contextLines > 0 && !whole) {
    const around = (found: Found) => partsAround(found, contextLines);
    // Lines around that there is no time for are left out: what matches is there.
    if (await readParts(reads, run, { mostBytes, clock }, around)) run.endedBy ??= "deadline";
  }
  const files: FoundFile[] = [];
  let left = mostBytes;
  for (const found of run.found) {
    const file = shownFile(found, order);
    left -= sizeOf(file);
    if (left < 0) {
      run.cutBefore(found, "size");
      break;
    }
    files.push(file);
  }
  return files;
}

function sizeOf({ chunks, content = "" }: FoundFile): number {
  return chunks.reduce(
    (sum, chunk) => sum + chunk.content.length + chunk.matchRanges.length * rangeBytes,
    content.length,
  );
}

/**
 * Reads text for what leaves, file by file; files for which so many bytes do not reach are left out.
 * @returns the first file for which there was no time
 */
async function readParts(
  reads: IndexReads,
  run: SearchRun,
  { mostBytes, clock }: { mostBytes: number; clock: Clock },
  wanted: (found: Found) => readonly number[],
): Promise<Found | null> {
  let left = mostBytes;
  const missing = run.found.flatMap((found) =>
    [...new Set(wanted(found))]
      .filter((part) => !found.scan.texts.has(part))
      .map((part) => ({ found, part, address: found.scan.files.address(part) })),
  );
  for (let at = 0; at < missing.length; at += partsAtOnce) {
    const those = missing.slice(at, at + partsAtOnce);
    const addresses = those.map(({ address }) => address);
    const read = clock.isOver() ? null : await clock.orOver(reads.parts(addresses, "content"));
    if (!read) return those[0]?.found ?? null;
    const byKey = new Map(read.map((part) => [`${part.segmentId} ${part.ordinal}`, part]));
    for (const { found, part, address } of those) {
      const one = byKey.get(`${address.segmentId} ${address.ordinal}`);
      if (!one) {
        run.isMissing = true;
        continue;
      }
      const text = new PartText(one);
      left -= text.bytes;
      if (left < 0) {
        run.cutBefore(found, "size");
        return null;
      }
      found.scan.texts.set(part, text);
    }
  }
  return null;
}

function allParts({ scan: { files, file } }: Found): number[] {
  const first = files.firstPartOf[file] ?? 0;
  return Array.from({ length: files.partsOf[file] ?? 0 }, (_, n) => first + n);
}

function partsAround({ scan: { files, file, texts }, hits }: Found, contextLines: number): number[] {
  const first = files.firstPartOf[file] ?? 0;
  const last = first + (files.partsOf[file] ?? 0) - 1;
  const wanted: number[] = [];
  for (const [part, text] of texts) {
    const { before, behind } = reachOf(hits, text, contextLines);
    if (before > 0 && part > first) wanted.push(part - 1);
    if (behind > 0 && part < last) wanted.push(part + 1);
  }
  return wanted;
}

function shownFile({ repository, scan, hits, pathSpans }: Found, order: SearchOrder): FoundFile {
  const { files, file, texts } = scan;
  const path = files.path(file);
  const bits = files.branchesOf[file] ?? 0;
  const inOrder = [...texts].sort(([a], [b]) => a - b);
  return {
    sourceId: repository.sourceId,
    path,
    language: files.language(file),
    branches: repository.branches.flatMap(({ name }, n) => (bits & (1 << n) ? name : [])),
    pathRanges: pathRanges(path, pathSpans),
    chunks: chunksOf(hits, texts, order.contextLines),
    ...(order.whole ? { content: inOrder.map(([, { text }]) => text).join("") } : {}),
  };
}

function outcomeOf(
  run: SearchRun,
  files: FoundFile[],
  clock: Clock,
  endedBy: SearchOutcome["endedBy"],
): SearchOutcome {
  const languages = run.found.flatMap((found) => {
    const value = found.scan.files.language(found.scan.file);
    return value === null ? [] : { value, matches: found.matches };
  });
  const { considered, loaded, contentBytes, segments, patterns } = run.counts;
  return {
    files,
    facets: {
      repositories: facetsOf(
        run.found.map(({ repository, matches }) => ({ value: repository.sourceId, matches })),
      ),
      languages: facetsOf(languages),
    },
    stats: {
      durationMs: Math.round(clock.durationMs * 10) / 10,
      fileCount: run.found.length,
      matchCount: run.matchCount,
      filesConsidered: considered,
      filesLoaded: loaded,
      contentBytesLoaded: contentBytes,
      indexBytesLoaded: run.index.bytes,
      ngramLookups: run.index.lookups,
      ngramMatches: run.index.named,
      segmentsScanned: segments,
      waitMs: 0,
      regexpsConsidered: patterns,
    },
    isExhaustive: endedBy === null,
    endedBy,
  };
}

function facetsOf(all: readonly { value: string; matches: number }[]): Facet[] {
  const facets = new Map<string, Facet>();
  for (const { value, matches } of all) {
    const facet = facets.get(value) ?? { value, files: 0, matches: 0 };
    facet.files += 1;
    facet.matches += matches;
    facets.set(value, facet);
  }
  return [...facets.values()].sort((a, b) => b.files - a.files || (a.value < b.value ? -1 : 1));
}
