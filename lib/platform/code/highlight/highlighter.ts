import "server-only";
import { type ChildProcess, spawn } from "node:child_process";
import { readerScript } from "../../reading-apart/script";
import type { HighlightNews, HighlightRequest } from "./messages";

/** For the lines of one request, once its grammar is loaded, in ms. */
const workMs = 1_000;
/** For the first of a language: its regular expressions are made meanwhile. */
const firstWorkMs = 5_000;
/** For the process to start, and for a grammar to load. */
const loadMs = 10_000;
const heapMb = 256;

/** A process that colours lines, one request after the other; another takes its place when it stands still. */
export class Highlighter {
  #child: Promise<ChildProcess> | null = null;
  /** Languages that this child has coloured before. */
  readonly #warm = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();
  /** Requests under way, or in line, that are the first of their language: whoever comes behind waits for them. */
  #firsts = 0;

  /**
   * @param isWanted asked when its turn comes
   * @returns null where it cannot be coloured, or not in time
   */
  looksOf(request: HighlightRequest, isWanted: () => boolean): Promise<number[][] | null> {
    const isFirst = !this.isWarm(request.language);
    if (isFirst) this.#firsts += 1;
    const looks = this.#last
      .then(() => (isWanted() ? this.#ask(request) : null))
      .catch(() => null)
      .finally(() => {
        if (isFirst) this.#firsts -= 1;
      });
    this.#last = looks;
    return looks;
  }

  /** Whether it has coloured this language before: then its regular expressions are made, and it is quick. */
  isWarm(language: string): boolean {
    return this.#warm.has(language);
  }

  /** Whether a request of this language that came now would be quick, and so is all before it. */
  isSoon(language: string): boolean {
    return this.#firsts === 0 && this.isWarm(language);
  }

  /** Ends the process; the next request starts another. */
  async close(): Promise<void> {
    const child = await this.#child?.catch(() => null);
    this.#child = null;
    this.#warm.clear();
    child?.kill("SIGKILL");
  }

  async #ask(request: HighlightRequest): Promise<number[][] | null> {
    this.#child ??= start();
    try {
      const child = await this.#child;
      child.send(request, () => undefined);
      let news = await nextOf(child, loadMs);
      const isWarm = this.#warm.has(request.language);
      if (news === "begun") news = await nextOf(child, isWarm ? workMs : firstWorkMs);
      if (typeof news === "string") throw new Error("the highlighter said something else");
      this.#warm.add(request.language);
      return news.looks;
    } catch {
      await this.close();
      return null;
    }
  }
}

async function start(): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${heapMb}`, await readerScript("highlight-code")],
    {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      serialization: "advanced",
      env: { NODE_ENV: "production" },
    },
  );
  child.on("error", () => {}); // its end says the same
  // It is no reason for this process to live on: the channel's end is its own.
  child.unref();
  child.channel?.unref();
  try {
    await nextOf(child, loadMs);
  } catch (problem) {
    child.kill("SIGKILL");
    throw problem;
  }
  return child;
}

/** The next thing it says. @throws when it ends, or says nothing in this time */
function nextOf(child: ChildProcess, waitMs: number): Promise<HighlightNews> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer);
      child.off("message", took).off("disconnect", gone).off("error", gone);
      settle();
    };
    const took = (message: unknown) => end(() => resolve(message as HighlightNews));
    const gone = () => end(() => reject(new Error("the highlighter ended")));
    const timer = setTimeout(() => end(() => reject(new Error("the highlighter stands still"))), waitMs);
    if (!child.connected) return gone();
    child.on("message", took).on("disconnect", gone).on("error", gone);
  });
}
