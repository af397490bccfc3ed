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
import { type Span, spanOf } from "./span";

/** Dimensions as the sealer calls them. */
export type FacetDimension = "guru" | "model" | "user" | "operation" | "outcome" | "actionType";

/** A value with the events it has in the scope. */
export interface FacetValue {
  dimension: FacetDimension;
  /** As the filter takes it: a guru's slug. */
  value: string;
  label: string;
  count: number;
}

/** Which values are wanted: the most frequent and some by name, or those whose label holds a text. */
export type Wanted = { limit: number } & (
  | { dimensions: readonly FacetDimension[]; also: readonly { dimension: FacetDimension; value: string }[] }
  | { dimensions: readonly [FacetDimension]; label: string }
);

/**
 * Values of a scope, the most frequent first, at most `limit` of a dimension beside those asked for by name: from what the
 * scope's own events hold and nothing else. Exact at every instant: the sealer's facets, less the days behind the cut-off
 * that the cleanup has not reached yet, and events that they do not hold.
 *
 * Reads the facets of the scope once (some thousand rows for as many people), whatever the size of the log.
 * @param sql a transaction that keeps one snapshot
 * @returns `left`: by dimension, how many values there are beside these
 */
export async function facetValues(
  sql: AnySql,
  scope: FilterScope,
  wanted: Wanted,
): Promise<{ values: FacetValue[]; left: Map<string, number> }> {
  const merged = mergedValues(sql, { ...scope, span: await spanOf(sql, scope) }, wanted.dimensions);
  const ranked = (of: Fragment) => sql`
    select m.*, count(*) over (partition by dimension collate "C") as known,
      row_number() over (partition by dimension collate "C" order by count desc, value collate "C") as rank
    from (${of}) m`;
  const named = (of: Fragment) => withLabels(sql, scope, of);
  let rows: FoundRow[];
  if ("label" in wanted) {
    rows = await sql<FoundRow[]>`
      with ${merged}
      select * from (${ranked(sql`select * from (${named(sql`select * from merged`)}) n where position(lower(${wanted.label}) in lower(label)) > 0`)}) r
      where rank <= ${wanted.limit} order by dimension, rank`;
  } else {
    const dimensions = wanted.also.map((a) => a.dimension);
    const values = wanted.also.map((a) => a.value);
    rows = await sql<FoundRow[]>`
      with ${merged}, picked as materialized (
        select * from (${ranked(sql`select * from merged`)}) r
        where rank <= ${wanted.limit} or (dimension, value) in (select * from unnest(${dimensions}::text[], ${values}::text[]))
      )
      select * from (${named(sql`select * from picked`)}) n order by dimension, rank`;
  }
  const left = new Map<string, number>();
  for (const row of rows) left.set(row.dimension, (left.get(row.dimension) ?? Number(row.known)) - 1);
  return { values: await withSlugs(sql, scope, rows), left };
}

interface FoundRow extends Omit<FacetValue, "value" | "count"> {
  value: string;
  /** Of a guru that is known still. */
  slug: string | null;
  count: string;
  known: string;
}

/** `merged`: every value of the dimensions with its exact count, as further parts of a WITH. */
function mergedValues(
  sql: AnySql,
  { span, ...scope }: FilterScope & { span: Span },
  dimensions: readonly string[],
): Fragment {
  const { tallied, kept, tail } = span;
  const scopeId = scope.guruScope ?? organizationScope;
  const fromDay = sql`${tallied === null ? "-infinity" : dayText(tallied)}::text::date`;
  const from = sql`${tallied === null ? "-infinity" : dayStart(tallied)}::text::timestamptz`;
  const ofScope = sql`org_id = ${scope.orgId} and scope = ${scopeId}`;
  const wanted = sql`dimension = any (${[...dimensions]})`;
  const gone = sql`
    gone as materialized (
      select d.dimension, d.value, sum(r.count)::bigint as count
      from audit_rollup r
      cross join lateral (values (r.dimension, r.value), (case r.dimension when 'all' then 'actionType' end, r.action_type)) d (dimension, value)
      where ${ofScope} and r.day < ${fromDay} and d.${wanted} group by d.dimension, d.value
    )`;
  if (!tail && tallied === kept)
    return sql`${gone}, merged as materialized (
      select f.dimension, f.value, nullif(f.label, f.value) as stored, f.count - coalesce(g.count, 0) as count
      from audit_facet f left join gone g using (dimension, value)
      where ${ofScope} and f.${wanted} and f.count > coalesce(g.count, 0)
    )`;
  const columns = countedColumns(sql, "e");
  return sql`${gone}, sealed as materialized (
      select o.org_id, 0::bigint as index, o.occurred_at, e.*
      from audit_outbox o
      cross join lateral (
        select ${columns} from audit_event e where e.occurred_at = o.occurred_at and e.id = o.event_id offset 0
      ) e
      where o.org_id = ${scope.orgId} and o.position > 0 and o.occurred_at >= audit_cutoff() and o.occurred_at >= ${from}
      ${
        tallied === kept
          ? sql``
          : sql`union all
            select e.org_id, 0, e.occurred_at, ${columns} from audit_event e
            where e.org_id = ${scope.orgId} and e.occurred_at >= audit_cutoff() and e.occurred_at < ${from}`
      }
    ), fact as materialized (
      select dimension, value, action_type, named, guessed from (${facts(sql, "sealed")}) f where f.scope = ${scopeId}::uuid
    ), fresh as materialized (
      select dimension, value, count(*) as count, max(named) as named, max(guessed) as guessed
      from (
        select dimension, value, named, guessed from fact
        union all select 'actionType', action_type, null, null from fact where dimension = 'all'
      ) f
      where ${wanted} group by dimension, value
    ), standing as (
      select f.dimension, f.value, nullif(f.label, f.value) as stored, f.count - coalesce(g.count, 0) as count
      from audit_facet f left join gone g using (dimension, value) where ${ofScope} and f.${wanted}
    ), merged as materialized (
      select dimension, value, coalesce(nullif(n.named, value), s.stored, n.guessed) as stored,
        coalesce(s.count, 0) + coalesce(n.count, 0) as count
      from standing s full join fresh n using (dimension, value)
      where coalesce(s.count, 0) + coalesce(n.count, 0) > 0
    )`;
}

/** How a guru that no longer exists is called. */
export function deletedName(name: string): string {
  return `${name} (deleted)`;
}

/**
 * The rows of a relation with their labels as they are shown. A guru is called as it is now, was when it was deleted, or
 * in its last event. Somebody acted upon, never acting, has no name in the log; outside the whole log today's e-mail is
 * not told.
 */
const withLabels = (sql: AnySql, { orgId, guruScope }: FilterScope, of: Fragment): Fragment => sql`
  select m.*, coalesce(g.slug, r.slug) as slug,
    case
      when m.value = 'none' and m.dimension = 'guru' then 'No guru'
      when m.dimension = 'guru' then coalesce(g.name, coalesce(r.name, m.stored, m.value) || ${deletedName("")})
      when m.dimension in ('actionType', 'outcome') or m.value in ('system', 'anonymous') and m.dimension = 'user'
        then upper(left(m.value, 1)) || substr(m.value, 2)
      when m.dimension <> 'user' then m.value
      when m.stored is not null then m.stored
      else coalesce(
        (select audit_erased_name(x.account_id::text) from audit_erasure x where x.account_id = m.value::uuid limit 1),
        ${guruScope === null ? sql`(select a.email from account a where a.id = m.value::uuid)` : sql`null`},
        'Account ' || m.value)
    end as label
  from (${of}) m
  left join guru g on m.dimension = 'guru' and g.org_id = ${orgId} and g.id::text = m.value
  left join retired_guru r on m.dimension = 'guru' and r.org_id = ${orgId} and r.id::text = m.value`;

/** Gurus are counted by id and chosen by slug; one that only old events know has theirs. */
async function withSlugs(sql: AnySql, { orgId }: FilterScope, rows: FoundRow[]): Promise<FacetValue[]> {
  const values: FacetValue[] = [];
  for (const { dimension, value, label, count, slug } of rows) {
    const shown = { dimension, label, count: Number(count) };
    if (dimension !== "guru" || value === "none") values.push({ ...shown, value });
    else if (slug !== null) values.push({ ...shown, value: slug });
    else {
      const [last] = await sql<{ slug: string }[]>`
        select guru_slug as slug from audit_event
        where org_id = ${orgId} and guru_id = ${value} and occurred_at >= audit_cutoff() and guru_slug is not null
        order by occurred_at desc, id desc limit 1`;
      if (last) values.push({ ...shown, value: last.slug });
    }
  }
  return values;
}
