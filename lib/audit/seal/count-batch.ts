import "server-only";
import type postgres from "postgres";
import type { Grown } from "./close-tiles";
import { countedColumns, facts } from "./dimensions";

/**
 * Adds the batch to rollups and facets, and its kinds to those that the log has. An event that the cut-off has overtaken (or the cleanup has removed) keeps its
 * index and counts for nothing; its kind is listed, as a raised retention may bring it back.
 */
export async function countBatch(tx: postgres.TransactionSql, grown: Grown[]): Promise<void> {
  // `offset 0` keeps the lookup of each event a probe of the primary key in one partition: as a plain join the planner
  // may read whole partitions for a batch. A label is fetched by the index of the last event that gives one.
  await tx`
    with looked_at as materialized (
      select t.org_id, t.index, t.occurred_at, e.*
      from unnest(${grown.map((g) => g.orgId)}::int[], ${grown.map((g) => String(g.base))}::bigint[]) b (org_id, base)
      join audit_seal_tail t on t.org_id = b.org_id and t.index >= b.base
      cross join lateral (
        select ${countedColumns(tx, "e")} from audit_event e where e.occurred_at = t.occurred_at and e.id = t.event_id offset 0
      ) e
    ), sealed as (
      select * from looked_at where occurred_at >= audit_cutoff()
    ), kinds as (
      insert into audit_kind_seen (org_id, operation, action, model, action_type, outcome, actor_type)
      select distinct org_id, operation, action, model, action_type, outcome, actor_type from looked_at
      on conflict do nothing
    ), delta as materialized (
      select org_id, scope, dimension, value, action_type, day, count(*) as count,
        max(index) filter (where named is not null) as named_at, max(index) filter (where guessed is not null) as guessed_at
      from (${facts(tx, "sealed")}) f
      group by org_id, scope, dimension, value, action_type, day
    ), rolled as (
      insert into audit_rollup as r (org_id, scope, dimension, value, action_type, day, count)
      select org_id, scope, dimension, value, action_type, day, count from delta
      on conflict (org_id, scope, dimension, value, action_type, day) do update set count = r.count + excluded.count
    ), choices as (
      select org_id, scope, dimension, value, sum(count) as count, max(day) as last_day,
        max(named_at) as named_at, max(guessed_at) as guessed_at
      from (
        select org_id, scope, dimension, value, count, day, named_at, guessed_at from delta
        union all
        select org_id, scope, 'actionType', action_type, count, day, null, null from delta where dimension = 'all'
      ) v
      group by org_id, scope, dimension, value
    )
    insert into audit_facet as f (org_id, scope, dimension, value, label, count, last_day)
    select c.org_id, c.scope, c.dimension, c.value,
      coalesce(
        case c.dimension when 'user' then named.actor_email when 'guru' then named.guru_name end,
        nullif(old.label, c.value), guessed.target_label, c.value),
      c.count, c.last_day
    from choices c
    left join sealed named on named.org_id = c.org_id and named.index = c.named_at
    left join sealed guessed on guessed.org_id = c.org_id and guessed.index = c.guessed_at
    left join audit_facet old on (old.org_id, old.scope, old.dimension, old.value) = (c.org_id, c.scope, c.dimension, c.value)
    on conflict (org_id, scope, dimension, value) do update
    set count = f.count + excluded.count, last_day = greatest(f.last_day, excluded.last_day), label = excluded.label`;
}
