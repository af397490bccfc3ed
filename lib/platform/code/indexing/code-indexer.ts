import "server-only";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { totalmem } from "node:os";
import { lowerPriority } from "../../lower-priority";
import { readerScript } from "../../reading-apart/script";
import type { FileToIndex, IndexedFile, IndexingAnswer, IndexingRequest, SegmentPostings } from "./messages";

const mib = 1024 * 1024;
const mostMemory = 1024 * mib;
/** It holds some 270 MB by its grammars and threads alone. */
const leastMemory = 512 * mib;
/** Share of it that the heap may take; what languages are parsed with lies beside it. */
const heapShare = 0.6;
/** For an answer, in ms. */
const patienceMs = 120_000;

/** The process ended, or stood still, while it was to answer. */
export class IndexerGone extends Error {
  override readonly name = "IndexerGone";
}

/**
 * Bytes that the process may hold; it ends when it holds more. A quarter of what this machine, or the container, has, and
 * 1 GiB at most.
 */
function indexerMemory(): number {
  // 0 or an absurdly large number where there is no limit.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return Math.max(leastMemory, Math.min(mostMemory, Math.min(totalmem(), limit) / 4));
}

/** Turns files into records of the code index, in a process of its own, which stands back behind what people wait for. */
export class CodeIndexer {
  readonly #child: ChildProcess;
  readonly #memoryBytes: number;
  /** For what it was asked and has not answered, in order. */
  readonly #waiting: { resolve: (message: unknown) => void; reject: (why: unknown) => void }[] = [];
  #patience: NodeJS.Timeout | undefined;
  #held = 0;

  private constructor(child: ChildProcess, memoryBytes: number, signal: AbortSignal) {
    this.#child = child;
    this.#memoryBytes = memoryBytes;
    const gone = () => this.#end(signal.aborted ? signal.reason : new IndexerGone("the indexer ended"));
    child.on("message", (message) => this.#took(message));
    child.on("disconnect", gone).on("error", gone);
  }

  /** @param signal ends the process */
  static async open(signal: AbortSignal, memoryBytes = indexerMemory()): Promise<CodeIndexer> {
    const heap = `--max-old-space-size=${Math.floor((memoryBytes * heapShare) / mib)}`;
    const args = [heap, await readerScript("index-code"), `${memoryBytes}`];
    const child = spawn(process.execPath, args, {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      serialization: "advanced",
      env: { NODE_ENV: "production" },
      signal,
      killSignal: "SIGKILL",
    });
    lowerPriority(child.pid);
    const indexer = new CodeIndexer(child, memoryBytes, signal);
    await indexer.#next();
    return indexer;
  }

  /**
   * Adds files to the segment. It may be asked for more before it has answered: it does one after the other, and looks for
   * the symbols of the next meanwhile.
   * @throws IndexerGone when the process did not survive one of them
   */
  async add(files: FileToIndex[]): Promise<{ files: IndexedFile[]; pairs: number }> {
    const answer = await this.#ask({ files });
    if (!("files" in answer)) throw new IndexerGone("the indexer answered something else");
    return answer;
  }

  /** Ends the segment. */
  async finish(): Promise<SegmentPostings> {
    const answer = await this.#ask({ finish: true });
    if (!("postings" in answer)) throw new IndexerGone("the indexer answered something else");
    return answer.postings;
  }

  /** Whether it holds so much by now that another is to take its place after this segment. What is left is to end that. */
  get isWorn(): boolean {
    return this.#held > this.#memoryBytes * 0.6;
  }

  /** Postings that a segment may have, so that it can be written down within this memory. */
  get mostPairs(): number {
    return this.#memoryBytes / 32;
  }

  async close(): Promise<void> {
    const { exitCode, signalCode, pid } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const ended = once(this.#child, "exit").catch(() => undefined);
    this.#child.kill("SIGKILL");
    await ended;
  }

  async #ask(request: IndexingRequest): Promise<IndexingAnswer> {
    if (!this.#child.connected) throw new IndexerGone("the indexer has ended");
    const answer = this.#next();
    this.#child.send(request, () => undefined);
    const told = (await answer) as IndexingAnswer;
    this.#held = told.memoryBytes;
    return told;
  }

  /** The first message that none of those before waits for. */
  #next(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      if (this.#waiting.length === 1) this.#wind();
    });
  }

  #took(message: unknown): void {
    const first = this.#waiting.shift();
    this.#wind();
    first?.resolve(message);
  }

  /** From now on it is waited for the first. */
  #wind(): void {
    clearTimeout(this.#patience);
    if (this.#waiting.length === 0) return;
    this.#patience = setTimeout(() => {
      this.#child.kill("SIGKILL");
      this.#end(new IndexerGone("the indexer stood still"));
    }, patienceMs);
  }

  #end(why: unknown): void {
    clearTimeout(this.#patience);
    for (const { reject } of this.#waiting.splice(0)) reject(why);
  }
}
