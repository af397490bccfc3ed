import "server-only";
import { toJob } from "@/lib/gate/to-job";
import { cleanText } from "@/lib/platform/clean-text";
import { logError } from "@/lib/platform/log";
import { Unreadable } from "@/lib/platform/reading-apart/unreadable";
import { completeExcelJob, maxReasonLength } from "../commands/complete-excel-job";
import { plannedAnswers } from "../planned-answers";
import { readQuestions, type WorkbookLimits, workbookLimits } from "../workbook-apart";
import { type DraftAnswer, findAnswer } from "./find-answer";
import {
  beginRun,
  keepAnswer,
  keepQuestions,
  maxAttempts,
  nextAnswers,
  othersWait,
  type Run,
  releaseRun,
  signOfLife,
} from "./runs";

/** Between two signs of life of a run that waits for an answer. */
const beatMs = 5_000;
/** Answers that one job has found at a time: each waits for a model, or for the database. */
const atOnce = 3;
/** After which a job makes room for others that wait. */
const turnMs = 30_000;

const complete = toJob(completeExcelJob);

/**
 * The job: reads the questions of a workbook once, and finds their answers a few at a time. It may be delivered twice and
 * may die at any point: each answer is kept by itself, and a later run goes on with those that are left.
 * @param draft finds an answer without keeping a question
 * @param signal ends the run early, without counting it: the job waits with a place of its own
 * @param limits of the process that reads the workbook; in tests less than usual
 * @throws what went wrong and may go well later, so that the queue tries again
 */
export async function runExcelJob(
  { excelJobId }: { excelJobId: string },
  draft: DraftAnswer,
  signal: AbortSignal = new AbortController().signal,
  limits: WorkbookLimits = workbookLimits,
): Promise<void> {
  const run = await beginRun(excelJobId);
  if (!run) return;
  const end = (message?: string) =>
    complete({
      ...{ excelJobId, claim: run.claim },
      ...(message === undefined ? {} : { message: cleanText(message, maxReasonLength) }),
    });
  if (run.attempt > maxAttempts) {
    await end(
      `This job was broken off ${maxAttempts} times without an answer. Delete it and make a new one.`,
    );
    return;
  }
  const ending = await answerAll(run, draft, signal, limits);
  if (ending.kind === "done") await end();
  if (ending.kind === "unreadable") await end(ending.message);
  if (ending.kind === "released") await releaseRun(run, { counts: false });
  if (ending.kind === "broken") {
    logError(`Excel job ${excelJobId}, attempt ${run.attempt}`, ending.error);
    if (run.attempt < maxAttempts) {
      await releaseRun(run, { counts: true });
      throw ending.error;
    }
    await end(
      `This job failed ${maxAttempts} times because of an error on our side. Delete it and make a new one.`,
    );
  }
}

type Ending =
  | { kind: "done" }
  | { kind: "overtaken" }
  | { kind: "released" }
  | { kind: "unreadable"; message: string }
  | { kind: "broken"; error: unknown };

async function answerAll(
  run: Run,
  draft: DraftAnswer,
  stopping: AbortSignal,
  limits: WorkbookLimits,
): Promise<Ending> {
  const overtaken = new AbortController();
  let beat = Promise.resolve();
  // An answer may be long in coming: silence would pass for a crash. This also is how a cancelled run hears of it.
  const timer = setInterval(() => {
    beat = signOfLife(run).then(
      (mine) => (mine ? undefined : overtaken.abort()),
      // The database is away; the run itself finds out with its next answer.
      () => undefined,
    );
  }, beatMs);
  const signal = AbortSignal.any([overtaken.signal, stopping]);
  try {
    if (!run.job.readAt && !(await readAndKeep(run, signal, limits))) return { kind: "overtaken" };
    return await answerInTurns(run, draft, signal);
  } catch (error) {
    if (overtaken.signal.aborted) return { kind: "overtaken" };
    if (stopping.aborted) return { kind: "released" };
    if (error instanceof Unreadable) return { kind: "unreadable", message: error.message };
    return { kind: "broken", error };
  } finally {
    clearInterval(timer);
    await beat;
  }
}

async function readAndKeep(run: Run, signal: AbortSignal, limits: WorkbookLimits): Promise<boolean> {
  const { sheet, headerRow, questionColumn, answerColumns } = run.job;
  const choices = { sheet, headerRow, questionColumn, answerColumns };
  const { sheetName, headers, questions, rowsToSkip, rows } = await readQuestions(
    run.job,
    choices,
    signal,
    limits,
  );
  if (questions === 0)
    throw new Unreadable(
      "There are no questions in this column below the header row. Delete the job and choose another column.",
    );
  const answers = plannedAnswers(rows, headers);
  return keepQuestions(run, { sheetName, answers, skippedRows: rowsToSkip });
}

async function answerInTurns(run: Run, draft: DraftAnswer, signal: AbortSignal): Promise<Ending> {
  const turnEnds = performance.now() + turnMs;
  for (;;) {
    signal.throwIfAborted();
    const next = await nextAnswers(run, atOnce);
    if (next.length === 0) return { kind: "done" };
    const kept = await Promise.all(
      next.map(async (asked) =>
        keepAnswer(run, asked, await findAnswer(run.job.guruId, asked.question, draft, signal)),
      ),
    );
    if (kept.includes(false)) return { kind: "overtaken" };
    if (performance.now() > turnEnds && (await othersWait(run))) return { kind: "released" };
  }
}
