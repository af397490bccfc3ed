import type { AuditFilter } from "./filter";
import type { ChosenActors, ChosenGurus, FilterScope } from "./names";

/** What a filter chose, names resolved. */
export interface Chosen extends FilterScope {
  filter: AuditFilter;
  gurus: ChosenGurus;
  actors: ChosenActors;
}

/** Columns whose values are found through `audit_event_lookup`, by their numbers. */
export type LookupColumn = "ip" | "actor_email" | "actor_id" | "guru_slug";

/** One way of an index to events in the order of time. */
export type Branch =
  | { by: "account" | "guru"; values: string[] }
  /** Events of no guru. */
  | { by: "no guru" }
  | { by: "actor type"; values: string[] }
  | { by: "kind" }
  | { by: "target"; values: string[] }
  | { by: "lookup"; column: LookupColumn; values: string[] };

/** Branches that together lead to every event of the filter; what else it asks is checked event by event. */
export interface Route {
  branches: Branch[];
  /** Whether the filter chooses among the kinds of events. */
  byKind: boolean;
}

/** Parameters that the kind of an event answers. */
export const kindParams = ["model", "operation", "action", "actionType", "outcome"] as const;

/**
 * The ways that an index offers to a filter, each whole in itself; none when nothing narrows the log but time.
 * In this order each reads fewer events than the next as a rule.
 */
export function routesOf(chosen: Chosen): Route[] {
  const { filter } = chosen;
  const byKind = kindParams.some((name) => filter[name].length > 0) || onlyTypes(chosen);
  const dimensions = [
    filter.target.length > 0 ? [{ by: "target" as const, values: filter.target }] : [],
    lookup("ip", filter.ip),
    actorBranches(chosen),
    guruBranches(chosen),
  ].filter((branches) => branches.length > 0);
  const routes = dimensions.map((branches) => ({ branches, byKind }));
  // The kind alone serves as well: a common guru's rare act, say.
  return byKind ? [...routes, { branches: [{ by: "kind" }], byKind }] : routes;
}

export const isLookup = (route: Route) => route.branches.some((branch) => branch.by === "lookup");

function lookup(column: LookupColumn, values: string[]): Branch[] {
  return values.length > 0 ? [{ by: "lookup", column, values }] : [];
}

/** System and Anonymous alone are a matter of the kind. */
export function onlyTypes({ actors }: Chosen): boolean {
  const others = [actors.accounts, actors.unknownIds, actors.emails];
  return actors.types.length > 0 && others.every((list) => list.length === 0);
}

function actorBranches(chosen: Chosen): Branch[] {
  const { filter, actors } = chosen;
  if (filter.actor.length === 0 || onlyTypes(chosen)) return [];
  const accounts = [...actors.accounts, ...actors.unknownIds];
  return [
    ...(accounts.length > 0 ? [{ by: "account" as const, values: accounts }] : []),
    ...(actors.types.length > 0 ? [{ by: "actor type" as const, values: actors.types }] : []),
    ...lookup("actor_email", actors.emails),
    ...lookup("actor_id", actors.unknownIds),
  ];
}

function guruBranches({ guruScope, filter, gurus }: Chosen): Branch[] {
  if (guruScope !== null) return [{ by: "guru", values: [guruScope] }];
  if (filter.guru.length === 0) return [];
  return [
    ...(gurus.ids.length > 0 ? [{ by: "guru" as const, values: gurus.ids }] : []),
    ...(gurus.none ? [{ by: "no guru" as const }] : []),
    ...lookup("guru_slug", gurus.snapshots),
  ];
}
