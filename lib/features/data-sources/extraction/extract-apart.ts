import "server-only";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants, setPriority } from "node:os";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Unreadable } from "../indexing/text-piece";
import { type Extracted, type ExtractionTask, type Told, told } from "./extracted";
import { type ExtractionLimits, extractionLimits } from "./limits";
import { extractorScript } from "./script";

/** What comes from the process, or from the file on its way there. */
type News = Told | { problem: unknown };

/** How much longer than its limit the process may live: the clock here ends it first, with a reason. */
const graceMs = 10_000;

/**
 * Extracts the text of a document in a process of its own, which has nothing of ours: no database, no secret, no address.
 * It can fill its memory, hang or crash, and is then ended; this process holds a few pieces of text at a time.
 *
 * @param chunks the bytes of the file
 * @throws Unreadable with the reason when the file cannot be read within the limits
 * @throws Error when the process ends without a word, which another try may mend
 */
export async function* extractApart(
  task: Omit<ExtractionTask, "memoryBytes" | "lifeMs">,
  chunks: AsyncIterable<Buffer>,
  signal: AbortSignal,
  limits: ExtractionLimits = extractionLimits,
): AsyncGenerator<Extracted> {
  const { memoryBytes, pieceMs, wholeMs } = limits;
  const lifeMs = wholeMs + graceMs;
  const argument = JSON.stringify({ ...task, memoryBytes, lifeMs } satisfies ExtractionTask);
  const child = spawn(process.execPath, [await extractorScript(), argument], {
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
      yield next.piece;
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
    add(parsed.success ? parsed.data : { problem: new Error("the extraction answered something else") });
  });
  // After the last message: what was said before still counts.
  child.once("disconnect", () => add({ problem: new Error("the extraction ended without an answer") }));
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

function breached(limit: "memory" | "time" | "silence", limits: ExtractionLimits): Unreadable {
  const minutes = (ms: number) => `${Math.max(1, Math.round(ms / 60_000))} min`;
  const words = {
    memory: `takes more memory than is allowed (${Math.round(limits.memoryBytes / 1024 / 1024)} MB)`,
    time: `takes longer than is allowed (${minutes(limits.wholeMs)})`,
    silence: `stood still at one part for longer than is allowed (${minutes(limits.pieceMs)})`,
  };
  return new Unreadable(`Reading this file ${words[limit]}. Split it into smaller ones and upload those.`);
}

/** A courtesy: a process that has ended by now, or a system that forbids it, is no reason not to extract. */
function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {}
}
