import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { daysOfBoth } from "./candidate-days";
import { isLookup, type Route, routesOf } from "./routes";
import type { EventRecordRow } from "./row";
import { amongFirst, byRoute, inOrder, type Look } from "./stretch-sql";
import { type Direction, type Stretch, stretchesOfDays } from "./stretches";
import type { Compiled } from "./where";

/** Events that tell how frequent a filter's are; where these are many, they fill the page, too. */
const probeEvents = 1_000;
/** What looking through the log in order may cost in events; what would take more goes by an index. */
const worthReading = 10_000;
/** More events of a value in a stretch than this are not gathered to be sorted. */
const mostGathered = 15_000;

/** How a page reads its stretches, one after the other. */
interface PagePlan {
  stretches: Stretch[];
  next: (look: Look) => Promise<EventRecordRow[]>;
}

/**
 * Settings of the transaction for reading a few rows by an index: a page of the log is mostly in memory, and neither
 * compiling a statement nor a second process pays.
 */
export async function plannedForShortReads(tx: AnySql): Promise<void> {
  await tx`select set_config('random_page_cost', '1.1', true), set_config('jit', 'off', true),
    set_config('max_parallel_workers_per_gather', '0', true)`;
}

/**
 * Chooses the way to a filter's events: in the order of the log where they are frequent, else along the index that leads
 * to the fewest others. The choice is the query's own, as the planner knows neither which values go together nor which
 * days hold any.
 */
export async function planOf(
  tx: AnySql,
  { where, direction, limit }: { where: Compiled; direction: Direction; limit: number },
  stretches: Stretch[],
): Promise<PagePlan> {
  const { chosen } = where;
  const run = (statement: { text: string; params: (string | string[])[] }) =>
    tx.unsafe<EventRecordRow[]>(statement.text, statement.params);
  const straight = { stretches, next: (look: Look) => run(inOrder(look)) };
  const along = (route: Route) => (look: Look) => run(byRoute(look, chosen, route));

  const routes = routesOf(chosen);
  const [first] = routes;
  if (!first) return straight;

  const both = await daysOfBoth(tx, chosen, routes);
  if (both) {
    const route = routes.find(({ branches }) => branches.some(({ by }) => by === both.fewer)) ?? first;
    const list = both.days ? stretchesOfDays(stretches, direction, both.days, limit + 1) : stretches;
    if (!routes.some(isLookup)) return { stretches: list, next: along(route) };
  }
  if (!isLookup(first) && !isVague(first, where)) return { stretches, next: along(first) };

  let plan: ((look: Look) => Promise<EventRecordRow[]>) | null = null;
  return {
    stretches,
    async next(look) {
      if (plan) return plan(look);
      const probed = await run(amongFirst(look, chosen.orgId, probeEvents));
      if (probed.length >= look.rows) return probed;
      if (probed.length > 0 && (look.rows * probeEvents) / probed.length < worthReading)
        return run(inOrder(look));
      plan = along(await narrowest(tx, look, routes));
      return plan(look);
    },
  };
}

/** Kinds chosen by what many of them share: there may be a great many, each of which has to be asked. */
function isVague(route: Route, { chosen: { filter } }: Compiled): boolean {
  return (
    route.branches.some(({ by }) => by === "kind") &&
    filter.operation.length === 0 &&
    filter.action.length === 0
  );
}

/** A look-up unless its values are so common in the stretch that another route serves better. */
async function narrowest(tx: AnySql, look: Look, routes: readonly Route[]): Promise<Route> {
  const lookups = routes.filter(isLookup);
  const ordered = routes.find((route) => !isLookup(route));
  for (const route of lookups) {
    if (!ordered && route === lookups.at(-1)) return route;
    const { text, params } = byRoute({ ...look, rows: mostGathered }, look.where.chosen, route);
    const [plan] = await tx.unsafe<{ "QUERY PLAN": [{ Plan: PlanNode }] }[]>(
      `explain (format json) ${text}`,
      params,
    );
    if (plan && gathered(plan["QUERY PLAN"][0].Plan) <= mostGathered) return route;
  }
  const route = ordered ?? lookups[0];
  if (!route) throw new Error("a filter without a route is read in order");
  return route;
}

interface PlanNode {
  "Node Type": string;
  "Plan Rows": number;
  Plans?: PlanNode[];
}

/** Rows that the planner expects of the scans of a look-up. */
function gathered(plan: PlanNode): number {
  const own =
    plan["Node Type"] === "Bitmap Heap Scan" || plan["Node Type"] === "Seq Scan" ? plan["Plan Rows"] : 0;
  return own + (plan.Plans ?? []).reduce((sum, child) => sum + gathered(child), 0);
}
