import "server-only";
import type postgres from "postgres";
import { countedColumns, type Fragment, facts } from "./dimensions";

/**
 * Settings of a transaction that counts days: each is planned for its own dates and runs as long as it takes. How many
 * events wait in the outbox is what the planner knows least: it may not go through them event by event.
 */
export async function setPlanner(tx: postgres.TransactionSql): Promise<void> {
  await tx`
    select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('statement_timeout', '0', true),
      set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)`;
}

/** Days of UTC within the retention that may have a count, from the oldest to the newest. */
export async function keptDays(tx: postgres.TransactionSql): Promise<string[]> {
  const rows = await tx<{ day: string }[]>`
    with ends as (
      select least(
          (select min(day) from audit_rollup where day >= (audit_cutoff() at time zone 'UTC')::date),
          (select (min(occurred_at) at time zone 'UTC')::date from audit_event where occurred_at >= audit_cutoff())) as first,
        greatest(
          (select max(day) from audit_rollup where day >= (audit_cutoff() at time zone 'UTC')::date),
          (select (max(occurred_at) at time zone 'UTC')::date from audit_event where occurred_at >= audit_cutoff())) as last
    )
    select (first + n)::text as day from ends cross join lateral generate_series(0, last - first) n order by n`;
  return rows.map(({ day }) => day);
}

/**
 * `sealed` and `counted`, for a `with`: the sealed events of a day, and what its rollups should be.
 * An event of the day that is not in the outbox is sealed: it gets there in its own transaction, and leaves in the
 * sealer's.
 */
export function countedDay(tx: postgres.TransactionSql, day: string): Fragment {
  const starts = tx`(${day}::date::timestamp at time zone 'UTC')`;
  const ends = tx`((${day}::date + 1)::timestamp at time zone 'UTC')`;
  return tx`
    sealed as materialized (
      select e.org_id, 0 as index, e.occurred_at, ${countedColumns(tx, "e")}
      from audit_event e
      where e.occurred_at >= ${starts} and e.occurred_at < ${ends} and e.occurred_at >= audit_cutoff()
        and not exists (
          select from audit_outbox o
          where o.position > 0 and o.event_id = e.id and o.occurred_at = e.occurred_at and o.occurred_at >= ${starts} and o.occurred_at < ${ends})
    ), counted as materialized (
      select org_id, scope, dimension, value, action_type, day, count(*) as count
      from (${facts(tx, "sealed")}) f
      group by org_id, scope, dimension, value, action_type, day
    )`;
}

/** The kinds of the sealed events of a day that the list of kinds lacks; after `countedDay`. */
export function missingKinds(tx: postgres.TransactionSql): Fragment {
  return tx`
    select org_id, operation, action, model, action_type, outcome, actor_type from sealed
    except select org_id, operation, action, model, action_type, outcome, actor_type from audit_kind_seen`;
}

/** `summed`, for a `with`: what the facets should be, from the rollups as they stand. */
export function summed(tx: postgres.TransactionSql): Fragment {
  return tx`
    summed as (
      select org_id, scope, dimension, value, sum(count) as count, max(day) as last_day
      from (
        select org_id, scope, dimension, value, count, day from audit_rollup
        union all
        select org_id, scope, 'actionType', action_type, count, day from audit_rollup where dimension = 'all'
      ) v
      group by org_id, scope, dimension, value
    )`;
}
