import "server-only";
import { sql } from "drizzle-orm";
import { db, type Tx } from "@/lib/db/client";
import { runtime } from "@/lib/platform/runtime";

/** The connection broke while COMMIT was under way: the work may stand or not. */
export class CommitUnknown extends Error {
  override readonly name = "CommitUnknown";
}

const lostConnection = new Set(["CONNECTION_CLOSED", "CONNECTION_ENDED", "CONNECTION_DESTROYED", "ECONNRESET", "EPIPE", "57P01", "57P02", "57P03"]);

function codeOf(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ("code" in e && typeof e.code === "string") return e.code;
  }
  return undefined;
}

/** True when an insert found no week of the log for its time. */
export function isMissingPartition(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) {
    if (/no partition of relation "audit_event/.test(e.message)) return true;
  }
  return false;
}

/**
 * One transaction of the gate. Nothing of the framework (redirect, revalidate) may run inside.
 * @throws CommitUnknown when the answer to COMMIT is lost; any other error means that nothing was committed
 */
export async function inTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
  let committing = false;
  try {
    return await db().transaction(async (tx) => {
      const clock = runtime().demoClock;
      if (clock) await tx.execute(sql`select set_config('gurulog.clock', ${clock().toISOString()}, true), set_config('gurulog.privileged', 'on', true)`);
      const value = await work(tx);
      committing = true;
      return value;
    });
  } catch (error) {
    if (committing && lostConnection.has(codeOf(error) ?? "")) throw new CommitUnknown("the answer to COMMIT is lost", { cause: error });
    throw error;
  }
}

/** Makes the week of the log that an act fell out of (the demo's past; a server whose look-ahead never ran). */
export async function makeMissingPartition(): Promise<void> {
  const at = runtime().demoClock?.() ?? null;
  await db().execute(sql`select audit_make_partition(coalesce(${at?.toISOString() ?? null}::timestamptz, now()))`);
}

/**
 * What became of a transaction whose COMMIT was not answered (`pg_xact_status`, asked on another connection).
 * @param xid as the recording returned it
 * @param patienceMs how long to wait while the server still calls it in progress
 */
export async function fateOf(xid: string, patienceMs = 10_000): Promise<"committed" | "aborted" | "unknown"> {
  const until = Date.now() + patienceMs;
  for (;;) {
    try {
      const [row] = await db().execute<{ status: string | null }>(sql`select pg_xact_status(${xid}::xid8) as status`);
      if (row?.status === "committed" || row?.status === "aborted") return row.status;
      if (!row?.status) return "unknown";
    } catch (error) {
      // The server is restarting: ask again until the patience ends.
      if (Date.now() > until) throw error;
    }
    if (Date.now() > until) return "unknown";
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
