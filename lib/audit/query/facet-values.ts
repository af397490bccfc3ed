import "server-only";
import type { AnySql, Fragment } from "@/lib/audit/seal/dimensions";
import { allValues, frequentValues } from "./facet-counts";
import type { FilterScope } from "./names";
import { spanOf } from "./span";

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
  const { dimensions, limit } = wanted;
  const of = { ...scope, dimensions, span: await spanOf(sql, scope) };
  const byRank = sql`partition by dimension collate "C" order by count desc, value collate "C"`;
  const named = (rows: Fragment) => withLabels(sql, scope, rows);
  let rows: FoundRow[];
  if ("label" in wanted) {
    rows = await sql<FoundRow[]>`
      with ${allValues(sql, of)}
      select * from (
        select n.*, count(*) over (partition by dimension collate "C") as known, row_number() over (${byRank}) as rank
        from (${named(sql`select * from merged`)}) n where position(lower(${wanted.label}) in lower(label)) > 0
      ) r
      where rank <= ${limit} order by dimension, rank`;
  } else {
    const dimensionsAlso = wanted.also.map((a) => a.dimension);
    const valuesAlso = wanted.also.map((a) => a.value);
    rows = await sql<FoundRow[]>`
      with ${frequentValues(sql, { ...of, limit, also: wanted.also })}, picked as materialized (
        select r.*, known from (select m.*, row_number() over (${byRank}) as rank from merged m) r join known using (dimension)
        where rank <= ${limit}
          or (dimension, value) in (select * from unnest(${dimensionsAlso}::text[], ${valuesAlso}::text[]))
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
