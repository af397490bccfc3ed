import "server-only";
import { ServiceTrouble } from "@/lib/access/services/service-trouble";
import { toJob } from "@/lib/gate/to-job";
import { cleanText } from "@/lib/platform/clean-text";
import { logError } from "@/lib/platform/log";
import { beginBackfillRun } from "../commands/begin-backfill-run";
import { endBackfillRun, maxNote } from "../commands/end-backfill-run";
import { maxAttempts, type Run, releaseRun, signOfLife } from "./runs";
import { syncPages } from "./sync-pages";

/** Between two signs of life of a run that waits. */
const beatMs = 5_000;
/** A run that is at it for longer lets the others go first: jobs run one after the other, and services may be slow. */
const turnMs = 10 * 60_000;

const begin = toJob(beginBackfillRun);
const end = toJob(endBackfillRun);

/**
 * The job: asks the service for what a query finds, page by page, as System. It may be delivered twice and may die at any
 * point: a page is kept whole, with the place behind it, and a run that is taken up again goes on there.
 * @param stopping ends the run early, without counting it: it waits with a job of its own
 * @param budgetMs how long it may be at it, until the end of a page; then it waits behind the others, and goes on from there
 * @throws what went wrong and may go well later, so that the queue tries again
 */
export async function runBackfillJob(
  { backfillJobId }: { backfillJobId: string },
  stopping?: AbortSignal,
  budgetMs = turnMs,
): Promise<void> {
  const run = await begin({ backfillJobId });
  if (!run) return;
  const about = { backfillJobId, claim: run.claim };
  const fail = (note: string) => end({ ...about, status: "FAILED", note: cleanText(note, maxNote) });
  if (run.attempt > maxAttempts) {
    await fail(`It was broken off ${maxAttempts} times before it came forward. Sync it now to try again.`);
    return;
  }
  const ended = await syncWithSignsOfLife(run, about, budgetMs, stopping);
  if (ended.kind === "done")
    await end({
      ...about,
      status: "COMPLETED",
      ...(ended.note ? { note: cleanText(ended.note, maxNote) } : {}),
    });
  if (ended.kind === "failed") await fail(ended.message);
  if (ended.kind === "stopped" || ended.kind === "over") await releaseRun(about, { counts: false });
  if (ended.kind === "broken") {
    const isTheirs = ended.error instanceof ServiceTrouble;
    if (!isTheirs) logError(`backfill job ${backfillJobId}, attempt ${run.attempt}`, ended.error);
    if (run.attempt < maxAttempts) {
      await releaseRun(about, { counts: true });
      throw ended.error;
    }
    const reason = isTheirs
      ? `${(ended.error as ServiceTrouble).message} This was tried ${maxAttempts} times.`
      : `It failed ${maxAttempts} times because of an error on our side. Sync it now to try again.`;
    await fail(reason);
  }
}

type Ended =
  | { kind: "done"; note: string | null }
  | { kind: "failed"; message: string }
  | { kind: "relieved" }
  | { kind: "stopped" }
  | { kind: "over" }
  | { kind: "broken"; error: unknown };

async function syncWithSignsOfLife(
  run: Run,
  about: { backfillJobId: string; claim: number },
  budgetMs: number,
  stopping: AbortSignal | undefined,
): Promise<Ended> {
  const relieved = new AbortController();
  let beat = Promise.resolve();
  // A service may be long in answering, or ask for patience: silence would pass for a crash.
  const timer = setInterval(() => {
    beat = signOfLife(about).then(
      (mine) => (mine ? undefined : relieved.abort()),
      // The database is away; the run itself finds out with its next page.
      () => undefined,
    );
  }, beatMs);
  try {
    const signals = stopping ? [relieved.signal, stopping] : [relieved.signal];
    const { note, isRelieved, isOver } = await syncPages(run, AbortSignal.any(signals), budgetMs);
    if (isOver) return { kind: "over" };
    return isRelieved ? { kind: "relieved" } : { kind: "done", note };
  } catch (error) {
    if (relieved.signal.aborted) return { kind: "relieved" };
    if (stopping?.aborted) return { kind: "stopped" };
    if (error instanceof ServiceTrouble && !error.isPassing)
      return { kind: "failed", message: error.message };
    return { kind: "broken", error };
  } finally {
    clearInterval(timer);
    await beat;
  }
}
