import "server-only";
import { countedColumns, facts, organizationScope } from "@/lib/audit/seal/dimensions";
import { sql } from "@/lib/db/client";
import { isUuid } from "@/lib/platform/ids";
import type { FilterScope } from "./names";

/** A choice of a dropdown. */
export interface Choice {
  /** As the filter takes it. */
  value: string;
  label: string;
  /** Events of the scope in the period kept. */
  count: number;
  /** For people: what sign to draw. */
  actorType?: "user" | "system" | "anonymous";
}

export type ChoiceDimension = "guru" | "model" | "actor" | "actionType" | "operation" | "outcome";
export type Choices = Record<ChoiceDimension, Choice[]>;

interface Counted {
  dimension: string;
  value: string;
  label: string | null;
  count: string;
}

/**
 * The choices of the page's dropdowns with their counts, from what the scope's own events hold and nothing else: on a
 * guru's page neither names nor counts of anything outside it. Most frequent first.
 */
export async function choicesOf(scope: FilterScope): Promise<Choices> {
  const counted = await countedValues(scope);
  const of = (dimension: string) => counted.filter((c) => c.dimension === dimension);
  const plain = (dimension: string) =>
    of(dimension).map((c) => ({ value: c.value, label: c.value, count: Number(c.count) }));
  return {
    guru: scope.guruScope === null ? await guruChoices(scope.orgId, of("guru")) : [],
    model: plain("model"),
    actor: await actorChoices(scope, of("user")),
    actionType: plain("actionType").map(spelled),
    operation: plain("operation"),
    outcome: plain("outcome").map(spelled),
  };
}

/** As the badges spell it: Access, Created, Success. */
function spelled(choice: Choice): Choice {
  return { ...choice, label: choice.value.charAt(0).toUpperCase() + choice.value.slice(1) };
}

/**
 * The sealer's facets, less the days behind the cut-off that the cleanup has not reached yet, and what is not sealed
 * yet: one statement, so that an event being sealed counts once.
 */
async function countedValues({ orgId, guruScope }: FilterScope): Promise<Counted[]> {
  const db = sql();
  const scope = guruScope ?? organizationScope;
  return db<Counted[]>`
    with sealed as materialized (
      select o.org_id, 0::bigint as index, o.occurred_at, e.*
      from audit_outbox o
      cross join lateral (
        select ${countedColumns(db, "e")} from audit_event e where e.occurred_at = o.occurred_at and e.id = o.event_id offset 0
      ) e
      where o.org_id = ${orgId} and o.occurred_at >= audit_cutoff()
    ), tail as materialized (
      select dimension, value, action_type, named, guessed from (${facts(db, "sealed")}) f where f.scope = ${scope}::uuid
    ), expired as (
      select dimension, value, action_type, count from audit_rollup
      where org_id = ${orgId} and scope = ${scope} and day < (audit_cutoff() at time zone 'UTC')::date
    ), parts as (
      select dimension, value, label, null as guess, count::bigint as count from audit_facet where org_id = ${orgId} and scope = ${scope}
      union all select dimension, value, named, guessed, 1 from tail
      union all select 'actionType', action_type, null, null, 1 from tail where dimension = 'all'
      union all select dimension, value, null, null, -count from expired
      union all select 'actionType', action_type, null, null, -count from expired where dimension = 'all'
    )
    select dimension, value, coalesce(max(nullif(label, value)), max(guess)) as label, sum(count)::text as count
    from parts
    where dimension <> 'all'
    group by dimension, value
    having sum(count) > 0
    order by sum(count) desc, value`;
}

async function actorChoices({ guruScope }: FilterScope, counted: Counted[]): Promise<Choice[]> {
  const nameless = counted.filter((c) => !c.label && isUuid(c.value)).map((c) => c.value);
  // Somebody acted upon, never acting, has no name in the log. Outside the whole log today's e-mail is not told.
  const emails =
    guruScope === null && nameless.length > 0
      ? await sql()<
          { id: string; email: string }[]
        >`select id::text, email from account where id = any (${nameless})`
      : [];
  // Or they were erased before anything of theirs was sealed.
  const erased =
    nameless.length > 0
      ? await sql()<{ id: string; email: string }[]>`
          select account_id::text as id, audit_erased_name(account_id::text) as email
          from audit_erasure where account_id = any (${nameless})`
      : [];
  const emailOf = new Map([...emails, ...erased].map((e) => [e.id, e.email]));
  return counted.map(({ value, label, count }) => {
    if (value === "system") return { value, label: "System", count: Number(count), actorType: "system" };
    if (value === "anonymous")
      return { value, label: "Anonymous", count: Number(count), actorType: "anonymous" };
    return {
      value,
      label: label ?? emailOf.get(value) ?? `Account ${value}`,
      count: Number(count),
      actorType: "user",
    };
  });
}

/** Gurus are counted by id and chosen by slug; that of a deleted one stays reserved while its events are kept. */
async function guruChoices(orgId: number, counted: Counted[]): Promise<Choice[]> {
  const ids = counted.map((c) => c.value).filter(isUuid);
  const known = await sql()<{ id: string; slug: string; name: string; deleted: boolean }[]>`
    select id::text, slug, name, false as deleted from guru where org_id = ${orgId} and id = any (${ids})
    union all
    select id::text, slug, name, true from retired_guru where org_id = ${orgId} and id = any (${ids})`;
  const guruOf = new Map(known.map((k) => [k.id, k]));
  for (const id of ids.filter((i) => !guruOf.has(i))) {
    const [last] = await sql()<{ slug: string; name: string }[]>`
      select guru_slug as slug, guru_name as name from audit_event
      where org_id = ${orgId} and guru_id = ${id} and occurred_at >= audit_cutoff() and guru_slug is not null
      order by occurred_at desc, id desc limit 1`;
    if (last) guruOf.set(id, { id, ...last, deleted: true });
  }
  return counted.flatMap(({ value, count }) => {
    if (value === "none") return [{ value, label: "No guru", count: Number(count) }];
    const guru = guruOf.get(value);
    if (!guru) return [];
    return [
      { value: guru.slug, label: guru.deleted ? deletedName(guru.name) : guru.name, count: Number(count) },
    ];
  });
}

/** How a guru that no longer exists is called. */
export function deletedName(name: string): string {
  return `${name} (deleted)`;
}

/** How gurus are called now, or were when they were deleted. */
export async function guruNames(
  orgId: number,
  ids: readonly string[],
): Promise<Map<string, { slug: string; name: string }>> {
  if (ids.length === 0) return new Map();
  const known = await sql()<{ id: string; slug: string; name: string }[]>`
    select id::text, slug, name from guru where org_id = ${orgId} and id = any (${[...ids]})
    union all
    select id::text, slug, name from retired_guru where org_id = ${orgId} and id = any (${[...ids]})`;
  return new Map(known.map(({ id, slug, name }) => [id, { slug, name }]));
}

/** Those of the given gurus that no longer exist. */
export async function goneGurus(orgId: number, ids: readonly string[]): Promise<Set<string>> {
  const asked = [...new Set(ids)];
  if (asked.length === 0) return new Set();
  const standing = await sql()<
    { id: string }[]
  >`select id::text from guru where org_id = ${orgId} and id = any (${asked})`;
  return new Set(asked.filter((id) => !standing.some((s) => s.id === id)));
}
