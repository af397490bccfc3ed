import "server-only";
import {
  type AnySql,
  countedColumns,
  type Fragment,
  facts,
  organizationScope,
} from "@/lib/audit/seal/dimensions";
import { dayStart, dayText } from "./days";
import type { FilterScope } from "./names";
import type { Span } from "./span";

interface Counting extends FilterScope {
  span: Span;
  dimensions: readonly string[];
}

/**
 * `merged` as further parts of a WITH: every value of the dimensions with its exact count and the name that its events
 * give it. Reads the facets of the scope once.
 * @param of.span of the same snapshot
 */
export function allValues(sql: AnySql, of: Counting): Fragment {
  return sql`${changes(sql, of)}, ${merged(sql, of, sql`audit_facet f`)}`;
}

/**
 * `merged` with the candidates for the most frequent values, and `known` with the number of values of each dimension.
 *
 * The facets are neither sorted nor joined as a whole: a heap of the most frequent is kept while they are read. Days behind
 * the cut-off only take away, and fresh events only add: whoever stands behind `limit` values, and behind one more for
 * each from which something is taken away, stands behind `limit` values still, unless it has fresh events.
 * @param also values that are wanted however rare they are
 */
export function frequentValues(
  sql: AnySql,
  of: Counting & { limit: number; also: readonly { dimension: string; value: string }[] },
): Fragment {
  const { dimensions, limit, also } = of;
  const each = sql`unnest(${[...dimensions]}::text[]) d (dimension)`;
  const facet = sql`audit_facet f where ${ofScope(sql, of)} and f.dimension = d.dimension`;
  return sql`${changes(sql, of)}, candidate as materialized (
      select d.dimension, f.value from ${each} cross join lateral (
        select f.value from ${facet} order by f.count desc, f.value collate "C"
        limit ${limit}::int + (select count(*) from gone g where g.dimension = d.dimension)
      ) f
      union select dimension, value from fresh
      union select * from unnest(${also.map((a) => a.dimension)}::text[], ${also.map((a) => a.value)}::text[])
    ), ${merged(
      sql,
      of,
      sql`candidate c cross join lateral (
      select f.* from audit_facet f where ${ofScope(sql, of)} and f.dimension = c.dimension and f.value = c.value offset 0) f`,
    )}, known as materialized (
      select d.dimension, (select count(*) from ${facet})
        - (select count(*) from gone g join audit_facet f using (dimension, value) left join fresh n using (dimension, value)
          where ${ofScope(sql, of)} and dimension = d.dimension and f.count - g.count + coalesce(n.count, 0) <= 0)
        + (select count(*) from fresh n where n.dimension = d.dimension and not exists (
          select from ${facet} and f.value = n.value)) as known
      from ${each}
    )`;
}

const ofScope = (sql: AnySql, { orgId, guruScope }: FilterScope) =>
  sql`org_id = ${orgId} and scope = ${guruScope ?? organizationScope}`;

/** @param facets those of audit_facet, as `f` */
const merged = (sql: AnySql, of: Counting, facets: Fragment): Fragment => sql`
  merged as materialized (
    select * from (
      select f.dimension, f.value, coalesce(nullif(n.named, f.value), nullif(f.label, f.value), n.guessed) as stored,
        f.count - coalesce(g.count, 0) + coalesce(n.count, 0) as count
      from ${facets} left join gone g on (g.dimension, g.value) = (f.dimension, f.value)
        left join fresh n on (n.dimension, n.value) = (f.dimension, f.value)
      where ${ofScope(sql, of)} and f.dimension = any (${[...of.dimensions]})
      union all
      select n.dimension, n.value, coalesce(nullif(n.named, n.value), n.guessed), n.count from fresh n
      where not exists (
        select from audit_facet f where ${ofScope(sql, of)} and f.dimension = n.dimension and f.value = n.value)
    ) m where count > 0
  )`;

/**
 * What the facets do not say: `gone`, counts of days behind the cut-off that the cleanup has not reached yet, and `fresh`,
 * counts and names of events that they do not hold.
 */
function changes(sql: AnySql, of: Counting): Fragment {
  const { tallied, kept, tail, oldest } = of.span;
  const wanted = sql`dimension = any (${[...of.dimensions]})`;
  const isClean = tallied === null || oldest === null || oldest >= tallied;
  // Mostly both are empty, and then the statement says so: a plan made for any day would read all days of the rollups.
  const gone = isClean
    ? sql`gone as materialized (
        select null::text as dimension, null::text as value, 0::bigint as count where false)`
    : sql`gone as materialized (
        select d.dimension, d.value, sum(r.count)::bigint as count
        from audit_rollup r
        cross join lateral (values (r.dimension, r.value), (case r.dimension when 'all' then 'actionType' end, r.action_type)) d (dimension, value)
        where ${ofScope(sql, of)} and r.day >= ${dayText(oldest)}::text::date and r.day < ${dayText(tallied)}::text::date
          and d.${wanted} group by d.dimension, d.value)`;
  if (!tail && tallied === kept)
    return sql`${gone}, fresh as materialized (
      select null::text as dimension, null::text as value, 0::bigint as count, null::text as named, null::text as guessed
      where false
    )`;
  const columns = countedColumns(sql, "e");
  const from = sql`${tallied === null ? "-infinity" : dayStart(tallied)}::text::timestamptz`;
  return sql`${gone}, sealed as materialized (
      select o.org_id, 0::bigint as index, o.occurred_at, e.*
      from audit_outbox o
      cross join lateral (
        select ${columns} from audit_event e where e.occurred_at = o.occurred_at and e.id = o.event_id offset 0
      ) e
      where o.org_id = ${of.orgId} and o.position > 0 and o.occurred_at >= audit_cutoff() and o.occurred_at >= ${from}
      ${
        tallied === kept
          ? sql``
          : sql`union all
            select e.org_id, 0, e.occurred_at, ${columns} from audit_event e
            where e.org_id = ${of.orgId} and e.occurred_at >= audit_cutoff() and e.occurred_at < ${from}`
      }
    ), fact as materialized (
      select dimension, value, action_type, named, guessed from (${facts(sql, "sealed")}) f
      where f.scope = ${of.guruScope ?? organizationScope}::uuid
    ), fresh as materialized (
      select dimension, value, count(*) as count, max(named) as named, max(guessed) as guessed
      from (
        select dimension, value, named, guessed from fact
        union all select 'actionType', action_type, null, null from fact where dimension = 'all'
      ) f
      where ${wanted} group by dimension, value
    )`;
}
