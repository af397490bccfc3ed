import "server-only";
import { type SQL, sql } from "drizzle-orm";
import { noRequest, type Principal, type RequestFacts, systemPrincipal } from "@/lib/access/principal";
import { auditExported } from "@/lib/audit/catalogue/audit-log";
import { type ExportCounts, eventOfExport, isAbandoned, settleExport } from "@/lib/audit/export/progress";
import type { Tx } from "@/lib/db/client";
import { recordEarlyEnd } from "@/lib/gate/follow-up";
import { inTransaction } from "@/lib/gate/transaction";
import { aboutExport, exportFact } from "./export-event";

interface EarlyEnd extends ExportCounts {
  state: "failed" | "cancelled";
  /** Why, for the reader of the log. */
  cause: string;
}

/** Who is the actor of the second event: the person, by the request at hand or, for a crash found later, without one. */
interface EndedBy {
  principal: Principal;
  request: RequestFacts;
  /** The person, where the principal is not theirs. */
  actor?: { type: "user"; id: string; email: string | null };
}

/**
 * Ends an export that did not come to its end, and records it, in one transaction: the same event again, failed, with
 * the rows sent and the first event as cause. Does nothing for one that has ended already.
 */
export async function endEarly(tx: Tx, id: string, end: EarlyEnd, by: EndedBy): Promise<void> {
  if (!(await settleExport(tx, id, end.state, end))) return;
  const about = await aboutExport(tx, id);
  if (!about) return;
  const fact = exportFact(about, { success: false, rowsSent: end.rows, message: end.cause });
  const cause = await eventOfExport(tx, id);
  await recordEarlyEnd(tx, auditExported, by.actor ? { ...fact, actor: by.actor } : fact, { ...by, cause });
}

interface Abandoned {
  id: string;
  account_id: string;
  email: string | null;
  state: "pending" | "running";
  rows_sent: string;
  bytes_sent: string;
  [column: string]: unknown;
}

async function abandoned(tx: Tx, which: SQL): Promise<Abandoned[]> {
  const rows = await tx.execute<Abandoned>(sql`
    select j.id, j.account_id, a.email, j.state, j.rows_sent, j.bytes_sent
    from (select * from export_job where ${isAbandoned} and ${which} order by created_at limit 100 for update skip locked) j
    left join account a on a.id = j.account_id`);
  return [...rows];
}

async function close(tx: Tx, found: Abandoned[]): Promise<void> {
  for (const job of found) {
    const cause =
      job.state === "pending"
        ? "the download was not begun within a minute"
        : "the server stopped while it was sent";
    const counts = { rows: Number(job.rows_sent), bytes: Number(job.bytes_sent) };
    const actor = { type: "user", id: job.account_id, email: job.email } as const;
    await endEarly(
      tx,
      job.id,
      { state: "failed", cause, ...counts },
      { principal: systemPrincipal, request: noRequest, actor },
    );
  }
}

/** Closes what a person's crashed or forgotten exports left, in the transaction that asks for a new one. */
export async function closeAbandonedOf(tx: Tx, accountId: string): Promise<void> {
  await close(tx, await abandoned(tx, sql`account_id = ${accountId}`));
}

/**
 * Closes every export of which nothing was heard for a minute, with its second event. For the worker: each minute and at
 * start.
 * @returns how many
 */
export async function closeAbandonedExports(): Promise<number> {
  return inTransaction(async (tx) => {
    const found = await abandoned(tx, sql`true`);
    await close(tx, found);
    return found.length;
  });
}
