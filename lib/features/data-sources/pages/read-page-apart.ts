import "server-only";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { z } from "zod";
import { extractorScript } from "../extraction/script";
import { Unreadable } from "../indexing/text-piece";
import type { PageContent } from "./page-content";
import type { PageTask } from "./page-process";

/** A page of ten megabytes takes a fifth of it. */
const patienceMs = 20_000;
/** MiB of the process's heap; a page of a hundred thousand elements takes half of it. */
const heapMiB = 512;
/**
 * Seconds that it may compute, on all cores together. The clock here ends it first; this is for one that was left alone
 * because whoever started it was killed.
 */
const computingS = 60;
/** Bytes of the answer: a page can say little more than it has. */
const mostBytes = 40 * 1024 * 1024;

const answered = z.strictObject({
  title: z.string(),
  markdown: z.string(),
  links: z.array(z.string()),
  noIndex: z.boolean(),
  noFollow: z.boolean(),
}) satisfies z.ZodType<PageContent>;

/**
 * Reads a page in a process of its own, which has nothing of ours: a page that is made to hang or to fill the memory
 * takes nobody along.
 * @throws Unreadable when the page cannot be read within the limits
 */
export async function readPageApart(
  task: PageTask,
  signal: AbortSignal,
  limits: { ms: number; heapMiB: number } = { ms: patienceMs, heapMiB },
): Promise<PageContent> {
  const script = await extractorScript("extract-page");
  const deadline = AbortSignal.timeout(limits.ms);
  const ending = AbortSignal.any([signal, deadline]);
  const child = startPageReader(script, { heapMiB: limits.heapMiB, computingS }, ending);
  const failed = new Promise<never>((_, reject) => child.once("error", reject));
  const closed = once(child, "close");
  // It also fails with the error above, which is told there.
  closed.catch(() => undefined);
  child.stdin.on("error", () => {}); // it has ended; what it said, or did not say, decides
  child.stdin.end(JSON.stringify(task));
  const answer = async () => {
    const parts: Buffer[] = [];
    let length = 0;
    for await (const part of child.stdout as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > mostBytes) throw beyond();
      parts.push(part);
    }
    await closed;
    // Whatever ended it before it was done lies in the page.
    if (child.exitCode !== 0) throw beyond();
    return answered.parse(JSON.parse(Buffer.concat(parts).toString()));
  };
  try {
    return await Promise.race([answer(), failed]);
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) throw beyond();
    throw error;
  } finally {
    child.kill("SIGKILL");
    await Promise.race([closed, failed]).catch(() => undefined);
  }
}

/**
 * Starts the process that reads one page. While it computes it hears of nothing, so the system itself holds it to its time:
 * the limit is the shell's to set.
 */
export function startPageReader(
  script: string,
  limits: { heapMiB: number; computingS: number },
  signal: AbortSignal,
): ChildProcessByStdio<Writable, Readable, null> {
  const node = [process.execPath, `--max-old-space-size=${limits.heapMiB}`, script];
  const limited = `ulimit -t ${limits.computingS}; exec "$@"`;
  return spawn("/bin/sh", ["-c", limited, "sh", ...node], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { NODE_ENV: "production" },
    signal,
    killSignal: "SIGKILL",
  });
}

const beyond = () =>
  new Unreadable(
    "This page is too large inside, or nested too deeply, to be read. Save its text and upload that.",
  );
