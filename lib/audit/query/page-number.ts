import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { chosenKinds } from "./chosen-kinds";
import { plannedForShortReads } from "./page-plan";
import { eventsPage } from "./pages";
import { isLookup, routesOf } from "./routes";
import { type EventRecordRow, eventColumns, newestFirst } from "./row";
import { nothingCounted } from "./slices";
import { spanOf } from "./span";
import { lastKey, needsKinds } from "./stretch-sql";
import { type Direction, dayStretch, type TimeCursor } from "./stretches";
import { countByTally } from "./tally-slices";
import { Binder, type Compiled, type FilterScope } from "./where";

/** Before every event id of a moment. */
const lowestId = "00000000-0000-0000-0000-000000000000";

/**
 * Page N of the API, newest first. Where the sealer's counts answer the filter, their running sum finds the day, and only
 * within it events are passed over, from its nearer end.
 * @param db a transaction that keeps one snapshot (repeatable read): counts and events have to agree
 * @param offset events before it
 * @param limit events at most
 */
export async function eventsAt(
  db: AnySql,
  scope: FilterScope,
  where: Compiled,
  offset: number,
  limit: number,
): Promise<EventRecordRow[]> {
  if (where.impossible || limit === 0) return [];
  if (!where.tally) return passedOver(db, where, offset, limit);
  const cursor = offset === 0 ? null : await placeBefore(db, scope, where, offset);
  if (cursor === "beyond") return [];
  const { rows } = await eventsPage({ where, limit, cursor, direction: "older", db });
  return rows;
}

/** The place next to which the page begins: that of the event before it, or the end of a day. */
async function placeBefore(
  db: AnySql,
  scope: FilterScope,
  where: Compiled,
  offset: number,
): Promise<TimeCursor | "beyond"> {
  const { tally } = where;
  if (!tally) throw new Error("only a filter that the sealer's counts answer has a day for each page");
  const counted = nothingCounted();
  await countByTally(db, { ...scope, where, newerThan: null, tally, span: await spanOf(db, scope) }, counted);
  const days = new Map<number, number>();
  for (const { day, inRange } of counted.slices) days.set(day, (days.get(day) ?? 0) + inRange);
  let before = 0;
  for (const [day, count] of [...days].sort(([a], [b]) => b - a)) {
    if (before + count <= offset) {
      before += count;
      continue;
    }
    const passed = offset - before;
    const { stretch, end } = dayStretch(day);
    if (passed === 0) return { micros: String(end), id: lowestId };
    await plannedForShortReads(db);
    const isNear = passed <= count / 2;
    const direction: Direction = isNear ? "older" : "newer";
    const rows = isNear ? passed : count - passed + 1;
    const routes = routesOf(where.chosen);
    const route = routes.find((each) => !isLookup(each)) ?? null;
    const kinds = route && needsKinds(route) ? await chosenKinds(db, where.chosen) : null;
    const along = route && { route, kinds };
    const { text, params } = lastKey({ where, stretch, cursor: null, direction, rows }, along);
    const [key] = await db.unsafe<{ micros: string; id: string }[]>(text, params);
    if (!key) throw new Error("the counts of a day and its events differ: recount the log");
    return key;
  }
  return "beyond";
}

/** The keys first: what is skipped is never fetched whole. */
async function passedOver(
  db: AnySql,
  where: Compiled,
  offset: number,
  limit: number,
): Promise<EventRecordRow[]> {
  const b = new Binder(where.params);
  const skip = b.bind(String(offset), "bigint");
  return db.unsafe<EventRecordRow[]>(
    `select ${eventColumns}
    from (
      select e.occurred_at, e.id from audit_event e where ${where.text} order by ${newestFirst} offset ${skip} limit ${limit}
    ) k
    join audit_event e on e.occurred_at = k.occurred_at and e.id = k.id
    order by ${newestFirst}`,
    b.params,
  );
}
