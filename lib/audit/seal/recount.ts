import "server-only";
import { type AnySql, countedColumns, facts } from "./dimensions";

/** A count that stands differently from what the events say. */
export interface Difference {
  table: "audit_rollup" | "audit_facet";
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

/**
 * Counts the log again from the events and compares. Rollups are checked on the days that are kept (a day that the
 * cut-off has passed may or may not have been cleaned yet), facets against the sum of the rollups, which they must
 * equal at every instant. Reads every event once.
 *
 * @returns the differences; none when all is well
 */
export async function recount(sql: AnySql): Promise<Difference[]> {
  return sql<Difference[]>`
    with sealed as (
      select e.org_id, 0 as index, e.occurred_at, ${countedColumns(sql, "e")}
      from audit_event e
      where e.occurred_at >= audit_cutoff()
        and not exists (select from audit_outbox o where o.event_id = e.id)
    ), counted as (
      select org_id, scope, dimension, value, action_type, day, count(*) as count
      from (${facts(sql, "sealed")}) f
      group by org_id, scope, dimension, value, action_type, day
    ), kept as (
      select * from audit_rollup where day >= (audit_cutoff() at time zone 'UTC')::date
    ), summed as (
      select org_id, scope, dimension, value, sum(count) as count, max(day) as last_day
      from (
        select org_id, scope, dimension, value, count, day from audit_rollup
        union all
        select org_id, scope, 'actionType', action_type, count, day from audit_rollup where dimension = 'all'
      ) v
      group by org_id, scope, dimension, value
    )
    select 'audit_rollup' as table, org_id, scope, dimension, value, action_type, day::text,
      r.count::text as stored, c.count::text as expected
    from kept r full join counted c using (org_id, scope, dimension, value, action_type, day)
    where r.count is distinct from c.count
    union all
    select 'audit_facet', org_id, scope, dimension, value, null, s.last_day::text, f.count::text, s.count::text
    from audit_facet f full join summed s using (org_id, scope, dimension, value)
    where f.count is distinct from s.count or f.last_day is distinct from s.last_day`;
}
