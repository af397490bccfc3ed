import "server-only";
import { and, eq, isNotNull, sql } from "drizzle-orm";
import type { IntegrationType } from "@/lib/access/integration-types";
import type { GuruSnapshot } from "@/lib/audit/record/event-input";
import { schema, type Tx } from "@/lib/db/client";
import { awaitingJobs, enqueueIn } from "@/lib/gate/enqueue";
import { inTransaction } from "@/lib/gate/transaction";
import type { JobRow } from "../job-facts";

/** Runs begun without a page kept in between, before the job has failed: the first and three more. */
export const maxAttempts = 4;
/** Silence after which a run counts as crashed. A live one gives a sign every few seconds. */
const silenceS = 60;
/** A run that is wanted for this long has lost its job of the queue (a queue restored from a backup). */
const lostAfterS = 900;

/** Columns of a job that is to run from the start; a worker that is at it finds itself relieved. */
export const runAnew = {
  values: {
    runWanted: true,
    nextRunAt: null,
    position: null,
    attempts: 0,
    runClaim: sql`${schema.backfillJob.runClaim} + 1`,
    heartbeatAt: sql`now()`,
  },
  now: sql`gurulog_now()`,
  afterInterval: (hours: number) => sql`gurulog_now() + make_interval(hours => ${hours}::int)`,
  isScheduled: isNotNull(schema.backfillJob.nextRunAt),
};

/** A run that has begun. */
export interface Run {
  job: JobRow;
  claim: number;
  /** Runs begun since a page was last kept, this one included. */
  attempt: number;
}

/** What names the run that a worker is at. */
export interface RunClaim {
  backfillJobId: string;
  claim: number;
}

/**
 * Locks a job for a step of System: the guru first, as its deletion does.
 * @returns null when it is gone
 */
export async function lockForSystem(tx: Tx, id: string): Promise<{ job: JobRow; guru: GuruSnapshot } | null> {
  const { backfillJob, guru, integration } = schema;
  const [found] = await tx
    .select({ id: guru.id, slug: guru.slug, name: guru.name })
    .from(guru)
    .innerJoin(backfillJob, eq(backfillJob.guruId, guru.id))
    .where(eq(backfillJob.id, id))
    .for("key share", { of: guru });
  if (!found) return null;
  const [row] = await tx
    .select({ job: backfillJob, type: integration.type })
    .from(backfillJob)
    .innerJoin(integration, eq(integration.id, backfillJob.integrationId))
    .where(eq(backfillJob.id, id))
    .for("update", { of: backfillJob });
  return row ? { job: { ...row.job, type: row.type as IntegrationType }, guru: found } : null;
}

/**
 * Pages that a run has looked at, in its attempts before this one too, on how many of the last the service gave nothing,
 * and items that could not be read. They stand beside its place.
 */
export const countsIn = (
  position: JobRow["position"],
): { pages: number; empty: number; leftOut: number } => ({
  pages: 0,
  empty: 0,
  leftOut: 0,
  ...position,
});

/** @returns whether the run is still this worker's */
export const isOwn = (job: JobRow, claim: number) => job.status === "SYNCING" && job.runClaim === claim;

/**
 * Says that the run is alive, while it waits for its service.
 * @returns false when it was relieved, or its job is gone
 */
export async function signOfLife({ backfillJobId, claim }: RunClaim): Promise<boolean> {
  const { backfillJob } = schema;
  const rows = await inTransaction((tx) =>
    tx
      .update(backfillJob)
      .set({ heartbeatAt: sql`now()` })
      .where(and(eq(backfillJob.id, backfillJobId), eq(backfillJob.runClaim, claim)))
      .returning({ id: backfillJob.id }),
  );
  return rows.length > 0;
}

/**
 * Gives a run back, to go on behind the last page that was kept: after trouble that may pass, for the queue to deliver its
 * job again, or because the worker stops or its time is up. That does not count, and the job is put anew, behind the others.
 */
export async function releaseRun(
  { backfillJobId, claim }: RunClaim,
  { counts }: { counts: boolean },
): Promise<void> {
  const { backfillJob } = schema;
  await inTransaction(async (tx) => {
    const [mine] = await tx
      .update(backfillJob)
      .set({
        runWanted: true,
        runClaim: sql`${backfillJob.runClaim} + 1`,
        attempts: sql`${backfillJob.attempts} - ${counts ? 0 : 1}`,
        heartbeatAt: sql`now()`,
      })
      .where(and(eq(backfillJob.id, backfillJobId), eq(backfillJob.runClaim, claim)))
      .returning({ id: backfillJob.id });
    if (mine && !counts) await enqueueIn(tx, "run-backfill-job", { backfillJobId });
  });
}

/**
 * Queues the jobs whose time has come. Several workers at once do no harm.
 * @returns their number
 */
export async function queueDueJobs(): Promise<number> {
  return inTransaction(async (tx) => {
    const rows = await tx.execute<{ id: string }>(sql`
      update backfill_job set run_wanted = true, next_run_at = null, position = null, attempts = 0, heartbeat_at = now()
      where id in (
        select id from backfill_job
        where next_run_at <= gurulog_now() and not paused and not run_wanted and status <> 'SYNCING'
        order by next_run_at limit 100 for update skip locked)
      returning id`);
    for (const row of rows) await enqueueIn(tx, "run-backfill-job", { backfillJobId: row.id });
    return rows.length;
  });
}

/**
 * Queues runs that crashed with their process, and those whose job of the queue was lost. One whose job still waits in the
 * queue keeps it: each further one would be a turn more than the others have. One that is alive after all has lost its
 * claim, and stops at its next step.
 * @returns the number of runs that were silent
 */
export async function requeueSilentJobs(): Promise<number> {
  return inTransaction(async (tx) => {
    const rows = await tx.execute<{ id: string }>(sql`
      update backfill_job set run_wanted = true, run_claim = run_claim + 1, heartbeat_at = now() where id in (
        select id from backfill_job
        where (status = 'SYNCING' and not run_wanted and heartbeat_at < now() - make_interval(secs => ${silenceS}))
          or (run_wanted and heartbeat_at < now() - make_interval(secs => ${lostAfterS}))
        order by heartbeat_at limit 100 for update skip locked)
      returning id`);
    const ids = rows.map(({ id }) => id);
    const queued = await awaitingJobs(tx, "run-backfill-job", "backfillJobId", ids);
    for (const id of ids) if (!queued.has(id)) await enqueueIn(tx, "run-backfill-job", { backfillJobId: id });
    return rows.length;
  });
}
