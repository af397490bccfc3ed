import type { AuditFilter } from "./filter";
import type { ChosenActors, ChosenGurus, FilterScope } from "./names";

/** Rows of `audit_rollup` in the scope's counts. */
export interface Tally {
  dimension: "all" | "guru" | "model" | "user" | "operation" | "outcome";
  values: string[];
  /** Empty = every one. */
  actionTypes: string[];
}

/** The counts kept by the sealer answer a filter of one dimension at most, and the action type beside it. */
export function tallyOf(
  { guruScope }: FilterScope,
  filter: AuditFilter,
  gurus: ChosenGurus,
  actors: ChosenActors,
): Tally | null {
  if (filter.since || filter.until || filter.q) return null;
  const chosen = (
    ["guru", "model", "actor", "operation", "outcome", "action", "target", "ip"] as const
  ).filter((name) => filter[name].length > 0);
  const { actionType: actionTypes } = filter;
  const [only, ...more] = chosen;
  if (only === undefined) return { dimension: "all", values: [""], actionTypes };
  if (more.length > 0) return null;
  switch (only) {
    case "model":
    case "operation":
    case "outcome":
      return { dimension: only, values: filter[only], actionTypes };
    case "guru": {
      if (guruScope !== null || gurus.snapshots.length > 0) return null;
      return { dimension: "guru", values: gurus.none ? [...gurus.ids, "none"] : gurus.ids, actionTypes };
    }
    case "actor": {
      if (actors.emails.length > 0 || actors.unknownIds.length > 0) return null;
      // A failed sign-in counts for its account and for Anonymous: together they would count it twice.
      if (actors.types.length > 0 && actors.accounts.length > 0) return null;
      return { dimension: "user", values: [...actors.types, ...actors.accounts], actionTypes };
    }
    default:
      return null;
  }
}
