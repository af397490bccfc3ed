import "server-only";
import { sql } from "drizzle-orm";
import type { Recorded } from "@/lib/audit/record/event-input";
import { db, patienceMs, type Tx } from "@/lib/db/client";
import { logError } from "@/lib/platform/log";
import { runtime } from "@/lib/platform/runtime";

/** COMMIT failed, or its answer was lost: the work may stand or not, and `fateOf` finds out. */
export class CommitUnknown extends Error {
  override readonly name = "CommitUnknown";
}

function isInChain(error: unknown, holds: (e: Error & Record<string, unknown>) => boolean): boolean {
  for (let e = error; e instanceof Error; e = e.cause) {
    if (holds(e as Error & Record<string, unknown>)) return true;
  }
  return false;
}

/**
 * True when an insert found no week of the log for its time. Told by the server's code and the table it names, never by
 * its words, which come in the server's language; a broken CHECK has the same code, but names its constraint.
 */
export function isMissingPartition(error: unknown): boolean {
  return isInChain(error, (e) => e.code === "23514" && e.table_name === "audit_event" && !e.constraint_name);
}

/**
 * One transaction of the gate. Nothing of the framework (redirect, revalidate) may run inside. When the log has no week
 * for its time yet, the week is made and the whole work done once more, in a new transaction.
 * @param work may run twice, but only one of the two is committed
 * @throws CommitUnknown when COMMIT was not confirmed; any other error means that nothing was committed
 */
export async function inTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
  try {
    return await once(work);
  } catch (error) {
    if (!isMissingPartition(error)) throw error;
    await makeMissingPartition();
    return once(work);
  }
}

async function once<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
  let committing = false;
  try {
    return await db().transaction(async (tx) => {
      const { demoClock: clock, env } = runtime();
      // Behind a transaction pool the connection came without limits, and may be another in the next transaction.
      if (!env.GURULOG_DATABASE_PREPARE)
        await tx.execute(
          sql`select set_config(name, value, true) from jsonb_each_text(${JSON.stringify(patienceMs)}::text::jsonb) as limits (name, value)`,
        );
      if (clock)
        await tx.execute(
          sql`select set_config('gurulog.clock', ${clock().toISOString()}, true), set_config('gurulog.privileged', 'on', true)`,
        );
      const value = await work(tx);
      committing = true;
      return value;
    });
  } catch (error) {
    if (committing) throw new CommitUnknown("COMMIT was not confirmed", { cause: error });
    throw error;
  }
}

/** The transaction's id as `fateOf` takes it; null while it has written nothing. */
export async function currentXid(tx: Pick<Tx, "execute">): Promise<string | null> {
  const [row] = await tx.execute<{ xid: string | null }>(
    sql`select pg_current_xact_id_if_assigned()::text as xid`,
  );
  return row?.xid ?? null;
}

/** Makes the week of the log that an act fell out of (the demo's past; a server whose look-ahead never ran). */
export async function makeMissingPartition(): Promise<void> {
  const at = runtime().demoClock?.() ?? null;
  await db().execute(
    sql`select audit_make_partition(coalesce(${at?.toISOString() ?? null}::timestamptz, now()))`,
  );
}

/**
 * What became of a transaction whose COMMIT was not answered, asked on another connection.
 *
 * `pg_xact_status` alone would lie: after a crash the server gives the ids of transactions that never reached the disk to
 * others, and tells what became of those. So "committed" counts only if the event that was recorded in it is there.
 * @param xid as the recording returned it
 * @param event recorded in it; null when it recorded none, and its id is all there is to ask by
 * @param patienceMs how long to wait while the server still calls it in progress, or is out of reach
 */
export async function fateOf(
  xid: string,
  event: Pick<Recorded, "id" | "occurredAt"> | null,
  patienceMs = 10_000,
): Promise<"committed" | "aborted" | "unknown"> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const status = await statusOf(xid, event);
    if (status === "committed" || status === "aborted") return status;
    if (status === null || Date.now() > until) return "unknown";
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** @returns null when the server no longer knows */
async function statusOf(
  xid: string,
  event: Pick<Recorded, "id" | "occurredAt"> | null,
): Promise<string | null> {
  try {
    const [row] = await db().execute<{ status: string | null }>(
      sql`select pg_xact_status(${xid}::xid8) as status`,
    );
    if (row?.status !== "committed" || event === null) return row?.status ?? null;
    // A statement of its own: its snapshot is later than the answer.
    const found = await db().execute(
      sql`select from audit_event where occurred_at = ${event.occurredAt}::timestamptz and id = ${event.id}::uuid`,
    );
    return found.length > 0 ? "committed" : "aborted";
  } catch (error) {
    // The server may be restarting: it is asked again.
    logError("asking what became of a transaction", error);
    return "out of reach";
  }
}
