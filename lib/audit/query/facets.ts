import "server-only";
import { sql } from "@/lib/db/client";
import { isUuid } from "@/lib/platform/ids";
import { type FacetDimension, type FacetValue, facetValues } from "./facet-values";
import { type FilterScope, resolveGurus } from "./names";

export { deletedName } from "./facet-values";

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

/** Values a dropdown carries, beside those chosen; the others are found by searching. */
export const mostChoices = 50;

const dimensionOf = {
  guru: "guru",
  model: "model",
  actor: "user",
  actionType: "actionType",
  operation: "operation",
  outcome: "outcome",
} as const satisfies Record<ChoiceDimension, FacetDimension>;

/**
 * The choices of the page's dropdowns with their counts, from what the scope's own events hold and nothing else: on a
 * guru's page neither names nor counts of anything outside it. Most frequent first, at most `mostChoices` of each, and
 * whatever is chosen.
 * @param chosen the applied filter's values
 * @returns `more`: how many values each dropdown leaves out
 */
export async function choicesOf(
  scope: FilterScope,
  chosen: Readonly<Partial<Record<ChoiceDimension, string[]>>> = {},
): Promise<{ choices: Choices; more: Record<ChoiceDimension, number> }> {
  const names = (Object.keys(dimensionOf) as ChoiceDimension[]).filter((name) => isOffered(scope, name));
  const asked = await askedFor(scope, chosen);
  const { values, left } = await sql().begin("isolation level repeatable read read only", (tx) =>
    facetValues(tx, scope, {
      limit: mostChoices,
      dimensions: names.map((name) => dimensionOf[name]),
      also: asked,
    }),
  );
  const of = <T>(make: (name: ChoiceDimension) => T) =>
    Object.fromEntries(
      Object.keys(dimensionOf).map((name) => [name, make(name as ChoiceDimension)]),
    ) as Record<ChoiceDimension, T>;
  return {
    choices: of((name) => values.filter((v) => v.dimension === dimensionOf[name]).map(asChoice)),
    more: of((name) => left.get(dimensionOf[name]) ?? 0),
  };
}

/**
 * Choices of one dropdown whose label holds a text, whatever its case; the most frequent first, at most `mostChoices`.
 * @param text as typed; the empty text finds all
 * @returns `more`: there are others that hold it
 */
export async function searchChoices(
  scope: FilterScope,
  name: ChoiceDimension,
  text: string,
): Promise<{ choices: Choice[]; more: boolean }> {
  if (!isOffered(scope, name)) return { choices: [], more: false };
  const dimension = dimensionOf[name];
  const { values, left } = await sql().begin("isolation level repeatable read read only", (tx) =>
    facetValues(tx, scope, { limit: mostChoices, dimensions: [dimension], label: text }),
  );
  return { choices: values.map(asChoice), more: (left.get(dimension) ?? 0) > 0 };
}

/** On its own page a guru is no choice. */
const isOffered = (scope: FilterScope, name: ChoiceDimension) => name !== "guru" || scope.guruScope === null;

/** Chosen values as the facets know them. An e-mail of an address is none of theirs. */
async function askedFor(
  scope: FilterScope,
  chosen: Readonly<Partial<Record<ChoiceDimension, string[]>>>,
): Promise<{ dimension: FacetDimension; value: string }[]> {
  const gurus = isOffered(scope, "guru") ? await resolveGurus(sql(), scope, chosen.guru ?? []) : null;
  const asked: Partial<Record<ChoiceDimension, string[]>> = {
    ...chosen,
    guru: gurus ? [...gurus.ids, ...(gurus.none ? ["none"] : [])] : [],
    actor: (chosen.actor ?? []).flatMap((value) =>
      isUuid(value) ? [value.toLowerCase()] : value === "system" || value === "anonymous" ? [value] : [],
    ),
  };
  return (Object.keys(dimensionOf) as ChoiceDimension[]).flatMap((name) =>
    (asked[name] ?? []).map((value) => ({ dimension: dimensionOf[name], value })),
  );
}

function asChoice({ dimension, value, label, count }: FacetValue): Choice {
  if (dimension !== "user") return { value, label, count };
  return { value, label, count, actorType: value === "system" || value === "anonymous" ? value : "user" };
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
