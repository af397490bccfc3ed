import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { daysOfBoth } from "./candidate-days";
import { chosenKinds } from "./chosen-kinds";
import { isLookup, type Route, routesOf } from "./routes";
import type { EventRecordRow } from "./row";
import { type Along, amongFirst, byRoute, inOrder, type Look, needsKinds } from "./stretch-sql";
import { type Direction, type Stretch, stretchesOfDays } from "./stretches";
import type { Compiled } from "./where";

/** Events that tell how frequent a filter's are; where these are many, they fill the page, too. */
const probeEvents = 500;
/** What looking through the log in order may cost in events; what would take more goes by an index. */
const worthReading = 10_000;
/** More events of a value in a stretch than this are not gathered to be sorted. */
const mostGathered = 3_000;

/** How a page reads its stretches, one after the other. */
interface PagePlan {
  stretches: Stretch[];
  next: (look: Look) => Promise<EventRecordRow[]>;
}

/**
 * Settings of the transaction for reading a few rows by an index: a page of the log is mostly in memory, and neither
 * compiling a statement nor a second process pays.
 */
export async function plannedForShortReads(tx: AnySql): Promise<{ hasFuture: boolean; kept: bigint | null }> {
  // Weeks that grew since their statistics were taken look small: each leap to the next kind would read all of them.
  // A parameter, not now(): only a known time leaves the other weeks out of the plan.
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  const [row] = await tx<{ has_future: boolean; kept: string | null }[]>`
    select set_config('random_page_cost', '1.1', true), set_config('jit', 'off', true),
      set_config('enable_seqscan', 'off', true),
      set_config('max_parallel_workers_per_gather', '0', true),
      exists (select from audit_event where occurred_at >= ${tomorrow}::timestamptz) as has_future,
      case when isfinite(audit_cutoff()) then (extract(epoch from audit_cutoff()) * 1000000)::bigint::text end as kept`;
  return { hasFuture: row?.has_future ?? true, kept: row?.kept ? BigInt(row.kept) : null };
}

/**
 * Chooses the way to a filter's events: in the order of the log where they are frequent, else along the index that leads
 * to the fewest others. The choice is the query's own, as the planner knows neither which values go together nor which
 * days hold any.
 */
export async function planOf(
  tx: AnySql,
  { where, direction, limit }: { where: Compiled; direction: Direction; limit: number },
  stretchesIn: (looks: "ordered" | "gathered") => Stretch[],
): Promise<PagePlan> {
  const { chosen } = where;
  const run = (statement: { text: string; params: (string | string[])[] }) =>
    tx.unsafe<EventRecordRow[]>(statement.text, statement.params);
  const routes = routesOf(chosen);
  const [first] = routes;
  if (!first) return { stretches: stretchesIn("gathered"), next: (look) => run(inOrder(look)) };
  const kinds = routes.some(needsKinds) ? await chosenKinds(tx, chosen) : null;
  if (kinds?.kind.length === 0 && routes.every(needsKinds)) return { stretches: [], next: async () => [] };
  const along = (route: Route) => (look: Look) => run(byRoute(look, { route, kinds }));
  const stretches = stretchesIn(routes.some(isLookup) ? "gathered" : "ordered");

  const both = await daysOfBoth(tx, chosen, routes);
  if (both) {
    const route = routes.find(({ branches }) => branches.some(({ by }) => by === both.fewer)) ?? first;
    const list = both.days ? stretchesOfDays(stretches, direction, both.days, limit + 1) : stretches;
    if (!routes.some(isLookup)) return { stretches: list, next: along(route) };
  }
  if (!isLookup(first) && !isVague(first, where)) return { stretches, next: along(first) };

  let isFrequent: boolean | null = null;
  return {
    stretches,
    async next(look) {
      if (isFrequent === null) {
        const probed = await run(amongFirst(look, chosen.orgId, probeEvents));
        if (probed.length >= look.rows) return probed;
        isFrequent = probed.length > 0 && (look.rows * probeEvents) / probed.length < worthReading;
        if (isFrequent && !routes.some(isLookup)) return run(inOrder(look));
        if (isFrequent) {
          // What the newest events are full of may be nowhere else: an attack that has just begun, say.
          const read = await run(amongFirst(look, chosen.orgId, worthReading));
          if (read.length >= look.rows) return read;
        }
      }
      return along(await narrowest(tx, look, { routes, kinds }))(look);
    },
  };
}

/** Kinds chosen by what many of them share: there may be a great many, each of which has to be asked. */
function isVague(route: Route, { chosen: { filter } }: Compiled): boolean {
  return route.byKind && filter.operation.length === 0 && filter.action.length === 0;
}

/** The look-up with the fewest events in the stretch, unless these are so many that a route in order serves better. */
async function narrowest(
  tx: AnySql,
  look: Look,
  { routes, kinds }: { routes: readonly Route[]; kinds: Along["kinds"] },
): Promise<Route> {
  const lookups = routes.filter(isLookup);
  const ordered = routes.find((route) => !isLookup(route));
  const [only, ...more] = lookups;
  if (!only) return ordered ?? raiseNoRoute();
  if (!ordered && more.length === 0) return only;
  let [fewest, route] = [Number.POSITIVE_INFINITY, only];
  for (const each of lookups) {
    const { text, params } = byRoute(look, { route: each, kinds });
    const [plan] = await tx.unsafe<{ "QUERY PLAN": [{ Plan: PlanNode }] }[]>(
      `explain (format json) ${text}`,
      params,
    );
    const expected = plan ? gathered(plan["QUERY PLAN"][0].Plan) : Number.POSITIVE_INFINITY;
    if (expected < fewest) [fewest, route] = [expected, each];
  }
  return fewest > mostGathered && ordered ? ordered : route;
}

function raiseNoRoute(): never {
  throw new Error("a filter without a route is read in order");
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
