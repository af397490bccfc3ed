import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { indexOfEvents } from "@/lib/audit/seal/lookup";
import { sql } from "@/lib/db/client";
import { isUuid } from "@/lib/platform/ids";
import { type EventRecordRow, eventColumns, newestFirst } from "./row";
import { Binder, type Compiled, type FilterScope } from "./where";

/** Place of an event in the order of time. */
interface TimeCursor {
  /** Microseconds since 1970 as decimal text: a Date would cut them, and rows would be skipped or doubled. */
  micros: string;
  id: string;
}

interface EventsPage {
  /** Newest first. */
  rows: EventRecordRow[];
  /** Further events beyond the last row, seen in the direction asked. */
  more: boolean;
}

/** Days looked through before all is: most pages are full within the first. */
const windowsDays = [7, 28, null] as const;

const moment = (micros: string) => `(timestamptz 'epoch' + ${micros} * interval '1 microsecond')`;

/**
 * A page by keyset: never skips or doubles an event, at the same price at any depth.
 * @param options.cursor the event next to which the page begins; null for the newest
 * @param options.direction `older` than the cursor or `newer`
 */
export async function eventsPage(options: {
  where: Compiled;
  limit: number;
  cursor: TimeCursor | null;
  direction: "older" | "newer";
  db?: AnySql;
}): Promise<EventsPage> {
  const { where, limit, cursor, direction, db = sql() } = options;
  if (where.impossible) return { rows: [], more: false };
  for (const days of windowsDays) {
    const b = new Binder(where.params);
    const conditions = [where.text];
    const from = cursor ? moment(b.bind(cursor.micros, "bigint")) : "now()";
    if (cursor) {
      const id = b.bind(cursor.id, "uuid");
      const [bound, beyond] = direction === "older" ? ["<=", "<"] : [">=", ">"];
      // The first bound is implied by the second, but only it lets weeks be left out.
      conditions.push(`e.occurred_at ${bound} ${from} and (e.occurred_at, e.id) ${beyond} (${from}, ${id})`);
    }
    if (days !== null) {
      const span = `interval '${days} days'`;
      conditions.push(
        direction === "older" ? `e.occurred_at >= ${from} - ${span}` : `e.occurred_at <= ${from} + ${span}`,
      );
    }
    const order = direction === "older" ? newestFirst : "e.occurred_at, e.id";
    const rows = await db.unsafe<EventRecordRow[]>(
      `select ${eventColumns} from audit_event e where ${conditions.join(" and ")} order by ${order} limit ${limit + 1}`,
      b.params,
    );
    if (rows.length <= limit && days !== null) continue;
    const page = rows.slice(0, limit);
    return { rows: direction === "older" ? page : page.reverse(), more: rows.length > limit };
  }
  throw new Error("the last window has no end");
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
