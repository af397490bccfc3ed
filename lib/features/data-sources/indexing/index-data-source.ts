import "server-only";
import { setImmediate } from "node:timers/promises";
import { toJob } from "@/lib/gate/to-job";
import { cleanText } from "@/lib/platform/clean-text";
import { logError } from "@/lib/platform/log";
import { completeIndexing } from "../commands/complete-indexing";
import { failIndexing, maxReasonLength } from "../commands/fail-indexing";
import { unreachedSince } from "../unreached";
import type { Learnt } from "./learnt";
import { PassageKeeper } from "./passage-keeper";
import { textOf } from "./read-text";
import { beginRun, maxAttempts, type Run, releaseRun, signOfLife } from "./runs";
import { NotNow, Unreadable } from "./text-piece";

/** Between two signs of life of a run that waits. */
const beatMs = 5_000;

const complete = toJob(completeIndexing);
const fail = toJob(failIndexing);

/**
 * The job: cuts a source into passages. It may be delivered twice and may die at any point: passages belong to a run and
 * are seen only when the command that ends the run has committed, together with its event.
 * @param signal ends the run early, without counting it: the source waits with a job of its own
 * @throws what went wrong and may go well later, so that the queue tries again
 */
export async function indexDataSource(
  { dataSourceId }: { dataSourceId: string },
  signal?: AbortSignal,
): Promise<void> {
  const run = await beginRun(dataSourceId);
  if (!run) return;
  const about = { dataSourceId, run: run.number, claim: run.claim };
  if (run.attempt > maxAttempts) {
    await fail({
      ...about,
      message: `Indexing was broken off ${maxAttempts} times before it ended. Reindex the source to try again.`,
    });
    return;
  }
  const end = await cutAll(run, signal);
  if (end.kind === "done") await complete({ ...about, passages: end.passages, learnt: end.learnt });
  // A reason may name something from inside the source, which may be of any length.
  if (end.kind === "unreadable") await fail({ ...about, message: cleanText(end.message, maxReasonLength) });
  if (end.kind === "stopped") await releaseRun(run, { counts: false });
  if (end.kind === "broken") {
    const isTheirs = end.error instanceof NotNow;
    if (!isTheirs) logError(`indexing ${dataSourceId}, attempt ${run.attempt}`, end.error);
    if (run.attempt < maxAttempts) {
      await releaseRun(run, { counts: true });
      throw end.error;
    }
    const message = isTheirs
      ? `${(end.error as NotNow).message}${unreachedSince(run.source.settings)} This was tried ${maxAttempts} times. Reindex the source to try again.`
      : `Indexing failed ${maxAttempts} times because of an error on our side. Reindex the source to try again.`;
    await fail({ ...about, message: cleanText(message, maxReasonLength) });
  }
}

type End =
  | { kind: "done"; passages: number; learnt: Learnt }
  | { kind: "overtaken" }
  | { kind: "stopped" }
  | { kind: "unreadable"; message: string }
  | { kind: "broken"; error: unknown };

async function cutAll(run: Run, stopping: AbortSignal | undefined): Promise<End> {
  const overtaken = new AbortController();
  let beat = Promise.resolve();
  // The next piece may be long in coming (a repository on its way, a page of drawings): silence would pass for a crash.
  const timer = setInterval(() => {
    beat = signOfLife(run).then(
      (mine) => (mine ? undefined : overtaken.abort()),
      // The database is away; the run itself finds out with its next batch.
      () => undefined,
    );
  }, beatMs);
  try {
    const signals = stopping ? [overtaken.signal, stopping] : [overtaken.signal];
    return await cutInBatches(run, AbortSignal.any(signals));
  } catch (error) {
    if (overtaken.signal.aborted) return { kind: "overtaken" };
    if (stopping?.aborted) return { kind: "stopped" };
    if (error instanceof Unreadable) return { kind: "unreadable", message: error.message };
    return { kind: "broken", error };
  } finally {
    clearInterval(timer);
    await beat;
  }
}

async function cutInBatches(run: Run, signal: AbortSignal): Promise<End> {
  const passages = new PassageKeeper(run);
  let learnt: Learnt = {};
  for await (const piece of textOf(run.source, signal)) {
    // Requests are served by the same process: they get their turn between two pieces.
    await setImmediate();
    signal.throwIfAborted();
    learnt = { ...learnt, ...piece.learnt };
    if (!(await passages.take(piece))) return { kind: "overtaken" };
  }
  if (!(await passages.end())) return { kind: "overtaken" };
  if (passages.kept === 0)
    return {
      kind: "unreadable",
      message: "There is no text in this source. Delete it, or add one with some text in it.",
    };
  return { kind: "done", passages: passages.kept, learnt };
}
