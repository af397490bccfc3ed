import "server-only";
import type postgres from "postgres";
import { type AnySql, organizationScope } from "@/lib/audit/seal/dimensions";
import { sql } from "@/lib/db/client";
import { Binder, type Compiled, type FilterScope, type Tally } from "./where";

export interface Total {
  count: number;
  /** False reads "at least". */
  exact: boolean;
}

const deadlineMs = 250;
/** Days of the windows that are counted one after the other until the deadline, newest first. */
const windowDays = [7, 21, 63, 365, null] as const;

/**
 * The exact number of events. From the sealer's counts and what is not sealed yet where those answer the filter, else
 * counted.
 * @param sql handle whose snapshot counts; the two parts agree within one statement
 */
export async function exactCount(sql: AnySql, scope: FilterScope, where: Compiled): Promise<number> {
  if (where.impossible) return 0;
  if (where.tally) return tallied(sql, scope, where, where.tally);
  const [row] = await sql.unsafe<{ n: string }[]>(
    `select count(*) as n from audit_event e where ${where.text}`,
    where.params,
  );
  return Number(row?.n ?? 0);
}

async function tallied(
  sql: AnySql,
  { orgId, guruScope }: FilterScope,
  where: Compiled,
  tally: Tally,
): Promise<number> {
  const b = new Binder(where.params);
  const types =
    tally.actionTypes.length > 0 ? `and r.action_type = any (${b.bind(tally.actionTypes, "text[]")})` : "";
  const [row] = await sql.unsafe<{ n: string }[]>(
    `select (
      select coalesce(sum(r.count), 0) from audit_rollup r
      where r.org_id = ${b.bind(String(orgId), "int")} and r.scope = ${b.bind(guruScope ?? organizationScope, "uuid")}
        and r.dimension = ${b.bind(tally.dimension, "text")} and r.value = any (${b.bind(tally.values, "text[]")}) ${types}
        and r.day >= (audit_cutoff() at time zone 'UTC')::date
    ) + (
      select count(*) from audit_outbox o
      cross join lateral (
        select from audit_event e where e.occurred_at = o.occurred_at and e.id = o.event_id and ${where.text} offset 0
      ) e
      where o.org_id = ${b.bind(String(orgId), "int")}
    ) as n`,
    b.params,
  );
  return Number(row?.n ?? 0);
}

/**
 * The total that a page shows: exact where the sealer's counts answer or the counting ends before its deadline, else the
 * number counted so far.
 * @param extra a further condition on `e` with parameters of `where`'s numbering; then events are always counted
 */
export async function shownCount(
  scope: FilterScope,
  where: Compiled,
  extra?: (b: Binder) => string,
): Promise<Total> {
  if (where.impossible) return { count: 0, exact: true };
  if (where.tally && !extra) return { count: await exactCount(sql(), scope, where), exact: true };
  const ends = Date.now() + deadlineMs;
  let count = 0;
  return sql().begin("read only", async (tx) => {
    for (const [i, days] of windowDays.entries()) {
      const leftMs = ends - Date.now();
      if (leftMs < 5) return { count, exact: false };
      const found = await countWindow(
        tx,
        where,
        extra,
        { from: days, to: windowDays[i - 1] ?? null },
        leftMs,
      );
      if (found === null) return { count, exact: false };
      count += found;
    }
    return { count, exact: true };
  });
}

/** @returns null when the time was up */
async function countWindow(
  tx: postgres.TransactionSql,
  where: Compiled,
  extra: ((b: Binder) => string) | undefined,
  days: { from: number | null; to: number | null },
  leftMs: number,
): Promise<number | null> {
  const b = new Binder(where.params);
  const conditions = [where.text];
  if (extra) conditions.push(extra(b));
  if (days.from !== null)
    conditions.push(`e.occurred_at >= now() - ${b.bind(`${days.from} days`, "text")}::interval`);
  if (days.to !== null)
    conditions.push(`e.occurred_at < now() - ${b.bind(`${days.to} days`, "text")}::interval`);
  try {
    return await tx.savepoint(async (inner) => {
      await inner`select set_config('statement_timeout', ${String(Math.ceil(leftMs))}, true)`;
      const [row] = await inner.unsafe<{ n: string }[]>(
        `select count(*) as n from audit_event e where ${conditions.join(" and ")}`,
        b.params,
      );
      return Number(row?.n ?? 0);
    });
  } catch (error) {
    // query_canceled: the deadline, which is an answer.
    if (error instanceof Error && "code" in error && error.code === "57014") return null;
    throw error;
  }
}
