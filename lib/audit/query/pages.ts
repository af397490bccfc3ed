import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { indexOfEvents } from "@/lib/audit/seal/lookup";
import { sql } from "@/lib/db/client";
import { isUuid } from "@/lib/platform/ids";
import { plannedForShortReads, planOf } from "./page-plan";
import { type EventRecordRow, eventColumns } from "./row";
import { searchPage } from "./search-pages";
import { type Direction, stretchesOf, type TimeCursor } from "./stretches";
import { Binder, type Compiled, type FilterScope } from "./where";

interface EventsPage {
  /** Newest first. */
  rows: EventRecordRow[];
  /** Further events beyond the last row, seen in the direction asked. */
  more: boolean;
  /** A search text's deadline came here; beyond it there may be more. */
  searchedTo?: TimeCursor;
}

interface PageAsked {
  where: Compiled;
  limit: number;
  cursor: TimeCursor | null;
  direction: Direction;
}

const moment = (micros: string) => `(timestamptz 'epoch' + ${micros} * interval '1 microsecond')`;

/**
 * A page by keyset: never skips or doubles an event, at much the same price for any filter and at any depth.
 * @param options.cursor the event next to which the page begins; null for the newest
 * @param options.direction `older` than the cursor or `newer`
 * @param options.db a transaction to read in; its own otherwise. A search text is then looked for event by event, under
 *   the transaction's own deadline.
 */
export async function eventsPage(options: PageAsked & { db?: AnySql }): Promise<EventsPage> {
  const { where, limit, cursor, direction, db = sql() } = options;
  if (where.impossible) return { rows: [], more: false };
  const { search } = where;
  if (search && !options.db) {
    const alongFilters = (tx: AnySql, from: TimeCursor | null, rows: number) =>
      eventsPage({ where, limit: rows, cursor: from, direction, db: tx });
    return searchPage({ where: { ...where, search }, limit, cursor, direction, alongFilters });
  }
  const found =
    "begin" in db
      ? await db.begin("isolation level repeatable read read only", (tx) => walk(tx, options))
      : await walk(db, options);
  const rows = found.slice(0, limit);
  return { rows: direction === "older" ? rows : rows.reverse(), more: found.length > limit };
}

/** One more than a page, in the direction asked, stretch by stretch. */
async function walk(tx: AnySql, asked: PageAsked): Promise<EventRecordRow[]> {
  const { where, cursor, direction, limit } = asked;
  const known = await plannedForShortReads(tx);
  const { next, stretches } = await planOf(tx, asked, (looks) =>
    stretchesOf(where, { cursor, direction, ...known }, looks),
  );
  const found: EventRecordRow[] = [];
  for (const stretch of stretches) {
    found.push(...(await next({ where, stretch, cursor, direction, rows: limit + 1 - found.length })));
    if (found.length > limit) break;
  }
  return found;
}

/**
 * One event of the scope by its id.
 * @param where of the empty filter: an event is found whatever filter is applied
 * @returns null when the scope has no such event (any more)
 */
export async function eventById(where: Compiled, id: string): Promise<EventRecordRow | null> {
  if (!isUuid(id)) return null;
  const b = new Binder(where.params);
  const conditions = [where.text, `e.id = ${b.bind(id, "uuid")}`];
  // A version 7 uuid begins with its milliseconds, which says in which week to look; the log's ids are of that version.
  if (id[14] === "7") {
    const at = moment(b.bind(String(BigInt(`0x${id.replaceAll("-", "").slice(0, 12)}`) * 1_000n), "bigint"));
    conditions.push(`e.occurred_at between ${at} - interval '1 hour' and ${at} + interval '1 hour'`);
  }
  const [row] = await sql().unsafe<EventRecordRow[]>(
    `select ${eventColumns} from audit_event e where ${conditions.join(" and ")} limit 1`,
    b.params,
  );
  return row ?? null;
}

/** The sealed indexes of rows of a page; absent for what is not sealed yet. */
export async function sequencesOf(
  { orgId }: Pick<FilterScope, "orgId">,
  rows: readonly EventRecordRow[],
  db: AnySql = sql(),
) {
  return indexOfEvents(
    db,
    orgId,
    rows.map((row) => ({ id: row.id, occurredAtMicros: row.micros })),
  );
}
