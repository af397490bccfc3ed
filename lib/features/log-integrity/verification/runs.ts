import "server-only";
import { sql } from "drizzle-orm";
import { theOrganization } from "@/lib/access/principal";
import type { Tx } from "@/lib/db/client";
import { enqueueIn } from "@/lib/gate/enqueue";
import { inTransaction } from "@/lib/gate/transaction";
import type { AskedBy } from "./asked-by";

/** Runs that a verification gets before it is given up: the first and two more. */
export const maxAttempts = 3;
/** Silence after which a run counts as crashed; a live one gives a sign every few seconds. */
const silenceS = 60;
/** One that waits this long has lost its job (a queue restored from a backup). */
const lostAfterS = 600;

/** A verification that this process has begun. */
export interface Run {
  id: string;
  orgId: number;
  askedBy: AskedBy | null;
  attempt: number;
}

/**
 * Asks for a verification of the whole log: it waits from here on, with its job.
 * @returns its id; null when one waits or runs already
 */
export async function askFor(tx: Tx, orgId: number, askedBy: AskedBy | null): Promise<string | null> {
  const [row] = await tx.execute<{ id: string }>(sql`
    insert into audit_verification (org_id, asked_by) values (${orgId}, ${askedBy && JSON.stringify(askedBy)}::text::jsonb)
    on conflict (org_id) where state in ('waiting', 'running') do nothing returning id`);
  if (!row) return null;
  await enqueueIn(tx, "verify-log", { verificationId: row.id });
  return row.id;
}

/**
 * Asks as System once a day, when 04:00 UTC has passed since the last time: at once, if the product was off then. Of
 * several instances one does.
 * @returns whether it was due
 */
export async function askDaily(): Promise<boolean> {
  return inTransaction(async (tx) => {
    const [found] = await tx.execute<{ due: boolean }>(sql`
      select coalesce((date_trunc('day', now() at time zone 'UTC' - interval '4 hours') + interval '4 hours') at time zone 'UTC'
        > coalesce(
          (select max(created_at) from audit_verification where org_id = ${theOrganization} and asked_by is null and created_at <= now()),
          (select min(occurred_at) from audit_event where org_id = ${theOrganization})), false) as due`);
    return found?.due === true && (await askFor(tx, theOrganization, null)) !== null;
  });
}

/**
 * Begins a run.
 * @returns null when there is nothing to do: it is over, another run is alive, or it was begun too often
 */
export async function beginRun(id: string): Promise<Run | null> {
  return inTransaction(async (tx) => {
    const [row] = await tx.execute<{ org_id: number; asked_by: AskedBy | null; attempts: number }>(sql`
      update audit_verification set state = 'running', attempts = attempts + 1, progress = 0,
        started_at = clock_timestamp(), heartbeat_at = clock_timestamp()
      where id = ${id} and (state = 'waiting'
        or (state = 'running' and heartbeat_at < clock_timestamp() - make_interval(secs => ${silenceS})))
      returning org_id, asked_by, attempts`);
    return row ? { id, orgId: row.org_id, askedBy: row.asked_by, attempt: row.attempts } : null;
  });
}

/** A sign of life. @returns false when another run has taken over, or it was ended: this one stops */
export async function noteProgress(run: Run, part: number): Promise<boolean> {
  return inTransaction(async (tx) => {
    const rows = await tx.execute(sql`
      update audit_verification set heartbeat_at = clock_timestamp(), progress = ${Math.floor(part * 100)}
      where id = ${run.id} and state = 'running' and attempts = ${run.attempt} returning id`);
    return rows.length === 1;
  });
}

/**
 * Gives a run back because the worker stops, which does not count as an attempt. Its job is put anew: one that failed at
 * each of several restarts would not be delivered again.
 */
export async function releaseRun(run: Run): Promise<void> {
  await inTransaction(async (tx) => {
    const rows = await tx.execute(sql`
      update audit_verification set state = 'waiting', attempts = attempts - 1, heartbeat_at = clock_timestamp()
      where id = ${run.id} and state = 'running' and attempts = ${run.attempt} returning id`);
    if (rows.length > 0) await enqueueIn(tx, "verify-log", { verificationId: run.id });
  });
}

/** Queues verifications whose run crashed with its process, or whose job was lost. @returns their number */
export async function requeueSilentVerifications(): Promise<number> {
  return inTransaction(async (tx) => {
    const rows = await tx.execute<{ id: string }>(sql`
      update audit_verification set state = 'waiting', heartbeat_at = clock_timestamp()
      where (state = 'running' and heartbeat_at < clock_timestamp() - make_interval(secs => ${silenceS}))
        or (state = 'waiting' and coalesce(heartbeat_at, created_at) < clock_timestamp() - make_interval(secs => ${lostAfterS}))
      returning id`);
    for (const row of rows) await enqueueIn(tx, "verify-log", { verificationId: row.id });
    return rows.length;
  });
}
