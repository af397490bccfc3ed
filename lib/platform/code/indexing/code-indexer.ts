import "server-only";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { totalmem } from "node:os";
import { lowerPriority } from "../../lower-priority";
import { readerScript } from "../../reading-apart/script";
import type { FileToIndex, IndexedFile, IndexingAnswer, IndexingRequest, SegmentPostings } from "./messages";

const mib = 1024 * 1024;
const mostMemory = 1024 * mib;
const leastMemory = 256 * mib;
/** Share of it that the heap may take; what languages are parsed with lies beside it. */
const heapShare = 0.6;
/** For an answer, in ms. */
const patienceMs = 120_000;

/** The process ended, or stood still, while it was to answer. */
export class IndexerGone extends Error {
  override readonly name = "IndexerGone";
}

/** Bytes that the process may hold: a quarter of what this machine, or the container, has, and 1 GiB at most. */
function indexerMemory(): number {
  // 0 or an absurdly large number where there is no limit.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return Math.max(leastMemory, Math.min(mostMemory, Math.min(totalmem(), limit) / 4));
}

/** Turns files into records of the code index, in a process of its own, which stands back behind what people wait for. */
export class CodeIndexer {
  readonly #child: ChildProcess;
  readonly #signal: AbortSignal;
  readonly #memoryBytes: number;
  #held = 0;

  private constructor(child: ChildProcess, memoryBytes: number, signal: AbortSignal) {
    this.#child = child;
    this.#memoryBytes = memoryBytes;
    this.#signal = signal;
  }

  /** @param signal ends the process */
  static async open(signal: AbortSignal, memoryBytes = indexerMemory()): Promise<CodeIndexer> {
    const heap = `--max-old-space-size=${Math.floor((memoryBytes * heapShare) / mib)}`;
    const child = spawn(process.execPath, [heap, await readerScript("index-code")], {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      serialization: "advanced",
      env: { NODE_ENV: "production" },
      signal,
      killSignal: "SIGKILL",
    });
    child.on("error", () => {}); // its end says the same
    lowerPriority(child.pid);
    const indexer = new CodeIndexer(child, memoryBytes, signal);
    await indexer.#next();
    return indexer;
  }

  /** Adds files to the segment. @throws IndexerGone when the process did not survive one of them */
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

  /** Whether it holds so much by now that another is to take its place after this segment. */
  get isWorn(): boolean {
    return this.#held > this.#memoryBytes * 0.7;
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

  /** The next message. */
  #next(): Promise<unknown> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        child.off("message", took).off("disconnect", gone).off("error", gone);
        settle();
      };
      const took = (message: unknown) => end(() => resolve(message));
      const gone = () =>
        end(() => reject(this.#signal.aborted ? this.#signal.reason : new IndexerGone("the indexer ended")));
      const timer = setTimeout(() => {
        child.kill("SIGKILL");
        end(() => reject(new IndexerGone("the indexer stood still")));
      }, patienceMs);
      child.on("message", took).on("disconnect", gone).on("error", gone);
    });
  }
}
