import "server-only";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { z } from "zod";
import { lowerPriority } from "@/lib/platform/lower-priority";
import type { PageContent } from "./page-content";
import { framed, type PageTask } from "./page-frame";
import type { PageAnswer } from "./page-process";

/** Bytes of one answer: a page can say little more than it has. */
const mostBytes = 40 * 1024 * 1024;

const answered = z.strictObject({
  content: z.strictObject({
    title: z.string(),
    markdown: z.string(),
    links: z.array(z.string()),
    noIndex: z.boolean(),
    noFollow: z.boolean(),
  }),
  computedS: z.number(),
}) satisfies z.ZodType<PageAnswer>;

export interface ReaderLimits {
  /** MiB of the process's heap. */
  heapMiB: number;
  /** Seconds that it may compute in all, on all cores together. */
  computingS: number;
}

/** The page ended the process, or said more than a page can. */
export class PageBeyondLimits extends Error {}

/** A process that reads pages, one at a time. */
export class PageReader {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  /** Seconds that it had computed when it last answered. */
  computedS = 0;
  readonly #answers: AsyncIterator<Buffer>;
  readonly #closed: Promise<unknown>;
  /** It could not be started. */
  readonly #failed: Promise<never>;
  #rest: Buffer = Buffer.alloc(0);

  /** @param script path of the bundle that begins the process */
  constructor(script: string, limits: ReaderLimits) {
    this.child = startPageReader(script, limits);
    lowerPriority(this.child.pid);
    this.#failed = new Promise((_, reject) => this.child.once("error", reject));
    this.#failed.catch(() => undefined);
    // It has ended; what it said, or did not say, decides.
    this.child.stdin.on("error", () => {});
    this.#answers = (this.child.stdout as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    this.#closed = once(this.child, "close").catch(() => undefined);
  }

  /**
   * @throws PageBeyondLimits when the process ends before it has answered; another error when it could not be started, or
   *   answers something else
   */
  async read(task: PageTask): Promise<PageContent> {
    this.child.stdin.write(framed(task));
    const { content, computedS } = answered.parse(
      JSON.parse(await Promise.race([this.#line(), this.#failed])),
    );
    this.computedS = computedS;
    return content;
  }

  /** True as long as it can be given a page. */
  get isAlive(): boolean {
    return this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** While it waits for a page, it keeps nobody from ending. */
  rest(): void {
    for (const part of this.#parts()) part.unref();
  }

  wake(): void {
    for (const part of this.#parts()) part.ref();
  }

  /** Ends it, whatever it does. */
  async end(): Promise<void> {
    this.child.kill("SIGKILL");
    if (this.child.pid !== undefined) await this.#closed;
  }

  /** Its pipes are sockets, which hold a process as it itself does. */
  #parts(): { ref(): unknown; unref(): unknown }[] {
    const { child } = this;
    return [child, child.stdin, child.stdout] as unknown as { ref(): unknown; unref(): unknown }[];
  }

  async #line(): Promise<string> {
    const parts = [this.#rest];
    let length = this.#rest.length;
    for (;;) {
      const step = await this.#answers.next();
      // Whatever ended it before it was done lies in the page.
      if (step.done) throw new PageBeyondLimits("the process ended");
      const end = step.value.indexOf(0x0a);
      length += step.value.length;
      if (length > mostBytes) throw new PageBeyondLimits("the answer is too long");
      parts.push(end < 0 ? step.value : step.value.subarray(0, end));
      if (end < 0) continue;
      this.#rest = step.value.subarray(end + 1);
      return Buffer.concat(parts).toString();
    }
  }
}

/**
 * Starts the process that reads pages. While it computes it hears of nothing, so the system itself holds it to its time:
 * the limit is the shell's to set.
 */
export function startPageReader(
  script: string,
  { heapMiB, computingS }: ReaderLimits,
): ChildProcessByStdio<Writable, Readable, null> {
  const node = [process.execPath, `--max-old-space-size=${heapMiB}`, script];
  const limited = `ulimit -t ${computingS}; exec "$@"`;
  return spawn("/bin/sh", ["-c", limited, "sh", ...node], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { NODE_ENV: "production" },
  });
}
