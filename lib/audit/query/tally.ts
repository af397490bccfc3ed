import { organizationScope } from "@/lib/audit/seal/dimensions";
import type { AuditFilter } from "./filter";
import type { ChosenActors, ChosenGurus, FilterScope } from "./names";

/** Rows of `audit_rollup` that add up to a filter. */
export interface Tally {
  dimension: "all" | "guru" | "model" | "user" | "operation" | "outcome";
  values: string[];
  /** Scopes whose counts add up: the organization's, or those of gurus, which no event shares. */
  scopes: string[];
  /** Also what belongs to no guru: the organization's counts less those of all its gurus. */
  andNoGuru: boolean;
  /** Empty = every one. */
  actionTypes: string[];
}

/**
 * The sealer counts each event once for a dimension's value, in the organization's scope and in its guru's. So a filter
 * of one dimension is answered, beside it one or several gurus, the action type, and any range of time (by the counter,
 * from the counts a day).
 *
 * @returns null where events have to be counted: two dimensions beside the guru, whatever has no dimension (object,
 *   address, search text), an e-mail or a guru's former slug (what old events show), System or Anonymous together with
 *   a person (a failed sign-in counts for both)
 */
export function tallyOf(
  scope: FilterScope,
  filter: AuditFilter,
  gurus: ChosenGurus,
  actors: ChosenActors,
): Tally | null {
  if (filter.q || filter.action.length > 0 || filter.target.length > 0 || filter.ip.length > 0) return null;
  const counted = countedValues(filter, actors);
  if (!counted) return null;
  const where = inScopes(scope, filter, gurus, counted);
  return where && { ...where, actionTypes: filter.actionType };
}

type CountedValues = Pick<Tally, "dimension" | "values">;

function countedValues(filter: AuditFilter, actors: ChosenActors): CountedValues | null {
  const [only, ...more] = (["model", "actor", "operation", "outcome"] as const).filter(
    (name) => filter[name].length > 0,
  );
  if (only === undefined) return { dimension: "all", values: [""] };
  if (more.length > 0) return null;
  if (only !== "actor") return { dimension: only, values: filter[only] };
  if (actors.emails.length > 0 || actors.unknownIds.length > 0) return null;
  if (actors.types.length > 0 && actors.accounts.length > 0) return null;
  return { dimension: "user", values: [...actors.types, ...actors.accounts] };
}

function inScopes(
  { guruScope }: FilterScope,
  filter: AuditFilter,
  gurus: ChosenGurus,
  counted: CountedValues,
): Omit<Tally, "actionTypes"> | null {
  const ids = [...new Set(gurus.ids)];
  if (guruScope !== null) {
    // On its own page a guru is no choice; only a slug that old events show would be one.
    if (filter.guru.length > 0 && !ids.includes(guruScope)) return null;
    return { ...counted, scopes: [guruScope], andNoGuru: false };
  }
  if (filter.guru.length === 0) return { ...counted, scopes: [organizationScope], andNoGuru: false };
  if (gurus.snapshots.length > 0) return null;
  if (counted.dimension !== "all") return { ...counted, scopes: ids, andNoGuru: gurus.none };
  const values = gurus.none ? [...ids, "none"] : ids;
  return { dimension: "guru", values, scopes: [organizationScope], andNoGuru: false };
}
