import "server-only";
import { setImmediate } from "node:timers/promises";
import { toJob } from "@/lib/gate/to-job";
import { logError } from "@/lib/platform/log";
import { completeIndexing } from "../commands/complete-indexing";
import { failIndexing } from "../commands/fail-indexing";
import { type CutPassage, PassageCutter } from "./cut-passages";
import { DistinctWords } from "./distinct-words";
import { textOf, Unreadable } from "./read-text";
import { beginRun, keepBatch, keepWords, maxAttempts, type Run, releaseRun } from "./runs";

const batchSize = 500;
const wordBatchSize = 5_000;

const complete = toJob(completeIndexing);
const fail = toJob(failIndexing);

/** The process is stopping; the job is delivered again. */
class Stopped extends Error {
  override readonly name = "Stopped";
}

/**
 * The job: cuts a source into passages. It may be delivered twice and may die at any point: passages belong to a run and
 * are seen only when the command that ends the run has committed, together with its event.
 * @param signal ends the run early, without counting it
 * @throws what went wrong and may go well later, so that the queue tries again
 */
export async function indexDataSource(
  { dataSourceId }: { dataSourceId: string },
  signal?: AbortSignal,
): Promise<void> {
  const run = await beginRun(dataSourceId);
  if (!run) return;
  const about = { dataSourceId, run: run.number };
  if (run.attempt > maxAttempts) {
    await fail({
      ...about,
      message: `Indexing was broken off ${maxAttempts} times before it ended. Reindex the source to try again.`,
    });
    return;
  }
  const end = await cutAll(run, signal);
  if (end.kind === "done") await complete({ ...about, passages: end.passages });
  if (end.kind === "unreadable") await fail({ ...about, message: end.message });
  if (end.kind === "stopped") {
    await releaseRun(run, { counts: false });
    throw new Stopped("the worker is stopping");
  }
  if (end.kind === "broken") {
    logError(`indexing ${dataSourceId}, attempt ${run.attempt}`, end.error);
    if (run.attempt < maxAttempts) {
      await releaseRun(run, { counts: true });
      throw end.error;
    }
    await fail({
      ...about,
      message: `Indexing failed ${maxAttempts} times because of an error on our side. Reindex the source to try again.`,
    });
  }
}

type End =
  | { kind: "done"; passages: number }
  | { kind: "overtaken" }
  | { kind: "stopped" }
  | { kind: "unreadable"; message: string }
  | { kind: "broken"; error: unknown };

async function cutAll(run: Run, signal: AbortSignal | undefined): Promise<End> {
  try {
    return await cutInBatches(run, signal);
  } catch (error) {
    if (error instanceof Unreadable) return { kind: "unreadable", message: error.message };
    return { kind: "broken", error };
  }
}

async function cutInBatches(run: Run, signal: AbortSignal | undefined): Promise<End> {
  const cutter = new PassageCutter({ markdown: run.markdown });
  const words = new DistinctWords();
  let waiting: CutPassage[] = [];
  let kept = 0;
  let progress = 0;
  const keep = async (count: number): Promise<boolean> => {
    const batch = waiting.slice(0, count);
    waiting = waiting.slice(count);
    const mine = await keepBatch(run, kept, batch, progress);
    kept += batch.length;
    return mine;
  };
  for await (const piece of textOf(run)) {
    waiting.push(...cutter.push(piece.text));
    words.add(piece.text);
    progress = piece.bytes;
    // Requests are served by the same process: they get their turn between two pieces.
    await setImmediate();
    if (signal?.aborted) return { kind: "stopped" };
    while (waiting.length >= batchSize) if (!(await keep(batchSize))) return { kind: "overtaken" };
  }
  waiting.push(...cutter.end());
  while (waiting.length > batchSize) if (!(await keep(batchSize))) return { kind: "overtaken" };
  if (!(await keep(waiting.length))) return { kind: "overtaken" };
  for (const batch of words.batches(wordBatchSize)) {
    if (signal?.aborted) return { kind: "stopped" };
    if (!(await keepWords(run, batch))) return { kind: "overtaken" };
  }
  if (kept === 0)
    return {
      kind: "unreadable",
      message: "There is no text in this source. Delete it, or add one with some text in it.",
    };
  return { kind: "done", passages: kept };
}
