import "server-only";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { z } from "zod";
import { lowerPriority } from "../lower-priority";
import { type ReadingLimits, readingLimits } from "./limits";
import { readerScript } from "./script";
import { type ReadingTask, type Told, told } from "./task";
import { Unreadable } from "./unreadable";

/** What comes from the process, or from the file on its way there. */
type News = Told | { problem: unknown };

/** How much longer than its limit the process may live: the clock here ends it first, with a reason. */
const graceMs = 10_000;

interface Reading<P> {
  /** The script that reads, of `scripts/entries`. */
  entry: Parameters<typeof readerScript>[0];
  /** What it is to read; a JSON value of some kilobytes at most. */
  order: unknown;
  /** What each of its pieces must be: a process that read a hostile file may say anything. */
  piece: z.ZodType<P>;
  /** Of all that `chunks` give. */
  sizeBytes: number;
}

/**
 * Reads a file in a process of its own, which has nothing of ours: no database, no secret, no address. It can fill its
 * memory, hang or crash, and is then ended; this process holds a few pieces at a time.
 *
 * @param chunks the bytes of the file
 * @throws Unreadable with the reason when the file cannot be read within the limits
 * @throws Error when the process ends without a word, which another try may mend
 */
export async function* readApart<P>(
  { entry, order, piece, sizeBytes }: Reading<P>,
  chunks: AsyncIterable<Buffer>,
  signal: AbortSignal,
  limits: ReadingLimits = readingLimits,
): AsyncGenerator<P> {
  const { memoryBytes, pieceMs, wholeMs } = limits;
  const lifeMs = wholeMs + graceMs;
  const argument = JSON.stringify({ order, sizeBytes, memoryBytes, lifeMs } satisfies ReadingTask);
  const child = spawn(process.execPath, [await readerScript(entry), argument], {
    stdio: ["pipe", "ignore", "ignore", "ipc"],
    env: { NODE_ENV: "production" },
    signal,
    killSignal: "SIGKILL",
  });
  const news = newsOf(child, chunks);
  const closed = child.pid === undefined ? Promise.resolve() : once(child, "close").catch(() => undefined);
  lowerPriority(child.pid);
  const endsAt = performance.now() + wholeMs;
  try {
    for (;;) {
      const leftMs = endsAt - performance.now();
      if (leftMs <= 0) throw breached("time", limits);
      const next = await news.next(Math.min(pieceMs, leftMs));
      signal.throwIfAborted();
      if (next === null) throw breached(leftMs <= pieceMs ? "time" : "silence", limits);
      if ("problem" in next) throw next.problem;
      if ("limit" in next) throw breached(next.limit, limits);
      if ("unreadable" in next) throw new Unreadable(next.unreadable);
      if ("end" in next) return;
      yield piece.parse(next.piece);
      // It may be gone by now; what it said before is still to be taken.
      if (child.connected) child.send("taken", () => undefined);
    }
  } finally {
    child.kill("SIGKILL");
    await closed;
  }
}

function newsOf(child: ChildProcess, chunks: AsyncIterable<Buffer>) {
  const waiting: News[] = [];
  let wake = () => {};
  const add = (news: News) => {
    waiting.push(news);
    wake();
  };
  child.on("message", (message) => {
    const parsed = told.safeParse(message);
    add(parsed.success ? parsed.data : { problem: new Error("the reader answered something else") });
  });
  // After the last message: what was said before still counts.
  child.once("disconnect", () => add({ problem: new Error("the reader ended without an answer") }));
  child.on("error", (problem) => add({ problem }));
  if (child.stdin) {
    // One that comes after the file was sent; the process has ended then, and says why or not.
    child.stdin.on("error", () => {});
    pipeline(Readable.from(chunks), child.stdin).catch((problem: unknown) => {
      // A process that ended early says why, or its end does.
      const isGone = problem instanceof Error && "code" in problem;
      if (!isGone) add({ problem });
    });
  }
  return {
    /** The oldest news, once there is any; null when none comes in this time. */
    async next(waitMs: number): Promise<News | null> {
      if (waiting.length === 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, waitMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      return waiting.shift() ?? null;
    },
  };
}

function breached(limit: "memory" | "time" | "silence", limits: ReadingLimits): Unreadable {
  const minutes = (ms: number) => `${Math.max(1, Math.round(ms / 60_000))} min`;
  const words = {
    memory: `takes more memory than is allowed (${Math.round(limits.memoryBytes / 1024 / 1024)} MB)`,
    time: `takes longer than is allowed (${minutes(limits.wholeMs)})`,
    silence: `stood still at one part for longer than is allowed (${minutes(limits.pieceMs)})`,
  };
  return new Unreadable(`Reading this file ${words[limit]}. Split it into smaller ones and upload those.`);
}
