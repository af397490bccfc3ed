import "server-only";
import type postgres from "postgres";
import { countedDay, keptDays, missingKinds, setPlanner, summed } from "./counted-day";
import { type AnySql, organizationScope } from "./dimensions";

/** A count that stands differently from what the events say, or a kind of events that is missing in the list of kinds. */
export interface Difference {
  table: "audit_rollup" | "audit_facet" | "audit_kind_seen";
  org_id: number;
  scope: string;
  dimension: string;
  value: string;
  /** Null for a facet. */
  action_type: string | null;
  /** A rollup's day, or a facet's last day as it should be; `YYYY-MM-DD`. */
  day: string | null;
  /** Counts as decimal text; null where the row is missing. */
  stored: string | null;
  expected: string | null;
}

export interface Recounted {
  /** The first of them, by day; the facets' last. */
  differences: Difference[];
  /** How many there are in all. */
  found: number;
  /** Days of UTC that were counted, oldest first. */
  days: string[];
  /** Those on which rollups differ. */
  wrongDays: string[];
  /** Events that are sealed and kept, as the rollups should have them. */
  events: number;
}

/**
 * Counts the log again from the events and compares. Rollups are checked on the days that are kept (a day that the
 * cut-off has passed may or may not have been cleaned yet), facets against the sum of the rollups, which they must
 * equal at every instant. Labels are not compared: they are the sealer's memory of names, which may outlive the events
 * that gave them.
 *
 * Events, outbox and counts are read in one snapshot, so it agrees at every instant, whatever is recorded and sealed
 * meanwhile. Reads every event once, a day at a time: memory is that of a day's values.
 *
 * @param sql a login that reads the log; its statements may take seconds each
 * @param options.listed differences to return at most
 * @param options.onDay called after each day with the days done and all
 */
export async function recountLog(
  sql: postgres.Sql,
  options: { listed?: number; onDay?: (done: number, of: number) => void } = {},
): Promise<Recounted> {
  return sql.begin("isolation level repeatable read read only", async (tx) => {
    await setPlanner(tx);
    return compare(tx, await keptDays(tx), options);
  });
}

/** Compares these days and all facets, in a transaction that keeps one snapshot. */
export async function compare(
  tx: postgres.TransactionSql,
  days: string[],
  { listed = 1_000, onDay }: Parameters<typeof recountLog>[1] & object = {},
): Promise<Recounted> {
  const result: Recounted = {
    differences: [],
    found: 0,
    days,
    wrongDays: [],
    events: 0,
  };
  const note = (found: Difference[]) => {
    result.found += found.length;
    result.differences.push(...found.slice(0, Math.max(0, listed - result.differences.length)));
  };
  for (const [done, day] of days.entries()) {
    const { wrong, events } = await compareDay(tx, day);
    if (wrong.length > 0) result.wrongDays.push(day);
    result.events += events;
    note(wrong);
    onDay?.(done + 1, days.length);
  }
  note(await compareFacets(tx));
  return result;
}

/**
 * The same as a plain list, which may be long.
 * @param sql a pool, or a transaction that keeps one snapshot
 */
export async function recount(sql: AnySql): Promise<Difference[]> {
  const all = { listed: Number.POSITIVE_INFINITY };
  const counted =
    "savepoint" in sql ? await compare(sql, await keptDays(sql), all) : await recountLog(sql, all);
  return counted.differences;
}

async function compareDay(
  tx: postgres.TransactionSql,
  day: string,
): Promise<{ wrong: Difference[]; events: number }> {
  const rows = await tx<(Difference & { events: string })[]>`
    with ${countedDay(tx, day)}, events as (
      select coalesce(sum(count), 0)::text as events from counted where dimension = 'all'
        and scope = ${organizationScope}::uuid
    ), wrong as (
      select 'audit_rollup' as table, org_id, scope, dimension, value, action_type, day::text,
        r.count::text as stored, c.count::text as expected
      from (select * from audit_rollup where day = ${day}::date) r
        full join counted c using (org_id, scope, dimension, value, action_type, day)
      where r.count is distinct from c.count
      union all
      select 'audit_kind_seen', org_id, ${organizationScope}, 'operation', operation, action_type, ${day}, null, null
      from (${missingKinds(tx)}) k
    )
    select w.*, e.events from events e left join wrong w on true`;
  const wrong = rows.flatMap(({ events, ...difference }) => (difference.table === null ? [] : [difference]));
  return { wrong, events: Number(rows[0]?.events ?? 0) };
}

function compareFacets(tx: postgres.TransactionSql): Promise<Difference[]> {
  return tx<Difference[]>`
    with ${summed(tx)}
    select 'audit_facet' as table, org_id, scope, dimension, value, null as action_type, s.last_day::text as day,
      f.count::text as stored, s.count::text as expected
    from audit_facet f full join summed s using (org_id, scope, dimension, value)
    where f.count is distinct from s.count or f.last_day is distinct from s.last_day`;
}
