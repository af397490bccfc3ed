import "server-only";
import { and, asc, eq, sql } from "drizzle-orm";
import type { PgUpdateSetSource } from "drizzle-orm/pg-core";
import { schema, type Tx } from "@/lib/db/client";
import type { ExcelAnswerState } from "@/lib/db/schema/excel-jobs";
import { awaitingJobs, enqueueIn } from "@/lib/gate/enqueue";
import { inTransaction } from "@/lib/gate/transaction";
import { cleanText } from "@/lib/platform/clean-text";
import type { ExcelJobRow } from "../job-facts";
import type { PlannedAnswer } from "../planned-answers";

/** Runs that a job gets without a single answer before it has failed. */
export const maxAttempts = 4;
/** Silence after which a run counts as crashed. */
const silenceS = 30;
/** A job that waits this long has lost its place in the queue. */
const lostAfterS = 600;
const questionsAtOnce = 500;

/** A run of a job. Whoever takes it over after a crash has another claim; cancelling takes the claim away too. */
export interface Run {
  job: ExcelJobRow;
  claim: number;
  attempt: number;
}

/**
 * Begins a run, or takes over one that crashed.
 * @returns null when there is nothing to do: the job is gone, has ended, or another run is alive
 */
export async function beginRun(id: string): Promise<Run | null> {
  const { excelJob } = schema;
  return inTransaction(async (tx) => {
    const [job] = await tx
      .update(excelJob)
      .set({
        state: "running",
        runClaim: sql`${excelJob.runClaim} + 1`,
        attempts: sql`${excelJob.attempts} + 1`,
        heartbeatAt: sql`now()`,
      })
      .where(
        and(
          eq(excelJob.id, id),
          sql`(${excelJob.state} = 'waiting' or (${excelJob.state} = 'running'
            and ${excelJob.heartbeatAt} < now() - make_interval(secs => ${silenceS})))`,
        ),
      )
      .returning();
    return job ? { job, claim: job.runClaim, attempt: job.attempts } : null;
  });
}

/**
 * Keeps what the workbook asks: all of it, or nothing.
 * @returns false when the run has been overtaken
 */
export async function keepQuestions(
  run: Run,
  read: { sheetName: string; answers: readonly PlannedAnswer[]; skippedRows: number },
): Promise<boolean> {
  const { answers, skippedRows } = read;
  const facts = {
    sheetName: cleanText(read.sheetName),
    total: answers.length,
    skippedRows,
    readAt: sql`gurulog_now()`,
  };
  return whileMine(run, { ...facts, attempts: 0 }, async (tx) => {
    const rows = answers.map(({ row, column, question }) => ({
      ...{ jobId: run.job.id, sheetRow: row, sheetColumn: column },
      question: cleanText(question),
    }));
    for (let at = 0; at < rows.length; at += questionsAtOnce)
      await tx.insert(schema.excelAnswer).values(rows.slice(at, at + questionsAtOnce));
  });
}

/** The next answers to be found, in the order of the sheet. */
export async function nextAnswers(run: Run, most: number) {
  const { excelAnswer } = schema;
  return inTransaction((tx) =>
    tx
      .select({ row: excelAnswer.sheetRow, column: excelAnswer.sheetColumn, question: excelAnswer.question })
      .from(excelAnswer)
      .where(and(eq(excelAnswer.jobId, run.job.id), eq(excelAnswer.state, "waiting")))
      .orderBy(asc(excelAnswer.sheetRow), asc(excelAnswer.sheetColumn))
      .limit(most),
  );
}

/** What became of one answer. */
export interface FoundAnswer {
  state: Exclude<ExcelAnswerState, "waiting">;
  answer: string | null;
  confidence: number | null;
  note: string | null;
}

/**
 * Keeps one answer and counts it.
 * @returns false when the run has been overtaken
 */
export async function keepAnswer(
  run: Run,
  place: { row: number; column: number },
  found: FoundAnswer,
): Promise<boolean> {
  const { excelAnswer, excelJob } = schema;
  return whileMine(run, { attempts: 0 }, async (tx) => {
    const [kept] = await tx
      .update(excelAnswer)
      .set(found)
      .where(
        and(
          eq(excelAnswer.jobId, run.job.id),
          eq(excelAnswer.sheetRow, place.row),
          eq(excelAnswer.sheetColumn, place.column),
          eq(excelAnswer.state, "waiting"),
        ),
      )
      .returning({ row: excelAnswer.sheetRow });
    const counter = { answered: "answered", unanswered: "unanswered", failed: "failed" } as const;
    const counted = counter[found.state];
    if (kept)
      await tx
        .update(excelJob)
        .set({ [counted]: sql`${excelJob[counted]} + 1` })
        .where(eq(excelJob.id, run.job.id));
  });
}

/**
 * Says that the run is alive, while it waits for an answer.
 * @returns false when it has been overtaken, cancelled or deleted
 */
export async function signOfLife(run: Run): Promise<boolean> {
  return whileMine(run, {}, async () => {});
}

type Facts = PgUpdateSetSource<typeof schema.excelJob>;

async function whileMine(run: Run, facts: Facts, step: (tx: Tx) => Promise<void>): Promise<boolean> {
  const { excelJob, guru } = schema;
  return inTransaction(async (tx) => {
    // The guru before its job, as its deletion locks them: the other way round the two would wait for each other.
    await tx.select({ id: guru.id }).from(guru).where(eq(guru.id, run.job.guruId)).for("key share");
    const [mine] = await tx
      .update(excelJob)
      .set({ ...facts, heartbeatAt: sql`now()` })
      .where(ofRun(run))
      .returning({ id: excelJob.id });
    if (!mine) return false;
    await step(tx);
    return true;
  });
}

function ofRun(run: Run) {
  const { excelJob } = schema;
  return and(eq(excelJob.id, run.job.id), eq(excelJob.runClaim, run.claim), eq(excelJob.state, "running"));
}

/**
 * Gives the job back: after an error that may pass, for the queue to deliver it again, or because the worker stops or
 * others wait, which does not count and puts it behind them.
 */
export async function releaseRun(run: Run, { counts }: { counts: boolean }): Promise<void> {
  const { excelJob } = schema;
  await inTransaction(async (tx) => {
    const [mine] = await tx
      .update(excelJob)
      .set({
        state: "waiting",
        heartbeatAt: sql`now()`,
        attempts: sql`greatest(0, ${excelJob.attempts} - ${counts ? 0 : 1})`,
      })
      .where(ofRun(run))
      .returning({ id: excelJob.id });
    if (mine && !counts) await enqueueIn(tx, "run-excel-job", { excelJobId: mine.id });
  });
}

/** Whether another job waits for its turn. */
export async function othersWait(run: Run): Promise<boolean> {
  return inTransaction(async (tx) => {
    const rows = await tx.execute(sql`
      select from excel_job where state = 'waiting' and id <> ${run.job.id} limit 1`);
    return rows.length > 0;
  });
}

/**
 * Queues jobs whose run crashed with its process, or whose place in the queue was lost; one that has its place gets no
 * second. A run that is alive after all has lost its claim, and stops at its next sign of life.
 * @returns the number of those that fell silent
 */
export async function requeueSilentExcelJobs(): Promise<number> {
  return inTransaction(async (tx) => {
    const rows = await tx.execute<{ id: string }>(sql`
      update excel_job set heartbeat_at = now(), state = 'waiting', run_claim = run_claim + 1 where id in (
        select id from excel_job
        where (state = 'running' and heartbeat_at < now() - make_interval(secs => ${silenceS}))
          or (state = 'waiting' and heartbeat_at < now() - make_interval(secs => ${lostAfterS}))
        order by heartbeat_at limit 100 for update skip locked)
      returning id`);
    const ids = rows.map(({ id }) => id);
    const queued = await awaitingJobs(tx, "run-excel-job", "excelJobId", ids);
    for (const id of ids) if (!queued.has(id)) await enqueueIn(tx, "run-excel-job", { excelJobId: id });
    return rows.length;
  });
}
