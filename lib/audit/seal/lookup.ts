import "server-only";
import type { AnySql } from "./dimensions";
import { tileLeaves } from "./seal-batch";

const leafBytes = 24;

export interface SealedKey {
  /** Place in the sealed order of the organization, from 0. */
  index: bigint;
  id: string;
  /** Microseconds since 1970 as decimal text: a Date would cut them to milliseconds. */
  occurredAtMicros: string;
}

/**
 * Finds the sealed index of events, by the open tile's index on the id and, for the closed ones, in the few tiles whose
 * span covers the event's time. Works for events whose content was pruned too.
 *
 * @param events at most a page of them; the time to the microsecond
 * @returns the indexes of those that are sealed; the others are absent
 */
export async function indexOfEvents(
  sql: AnySql,
  orgId: number,
  events: readonly { id: string; occurredAtMicros: string }[],
): Promise<Map<string, bigint>> {
  if (events.length === 0) return new Map();
  // One statement, one snapshot: a tile closed in between could not hide an event. Postgres multiplies an interval in
  // floating point, which is exact for microseconds until the year 2255.
  const rows = await sql<{ id: string; index: string }[]>`
    select k.id, found.index::text
    from unnest(${events.map((e) => e.id)}::uuid[], ${events.map((e) => e.occurredAtMicros)}::bigint[]) k (id, micros)
    cross join lateral (
      select t.index from audit_seal_tail t where t.org_id = ${orgId} and t.event_id = k.id
      union all
      select s.tile * ${tileLeaves} + (s.place - 1) / ${leafBytes}
      from (
        select a.tile, position(uuid_send(k.id) || int8send(k.micros) in a.events) as place
        from audit_tile a
        where a.org_id = ${orgId} and a.span @> (timestamptz 'epoch' + k.micros * interval '1 microsecond')
      ) s
      where s.place % ${leafBytes} = 1
    ) found`;
  return new Map(rows.map((row) => [row.id, BigInt(row.index)]));
}

/**
 * The keys of sealed events in their order, without gaps; what readers that follow the log page through.
 *
 * @param fromIndex the first index wanted
 * @param limit rows at most
 * @returns fewer than `limit` only when the sealed log ends there. The content of old ones may be pruned.
 */
export async function eventsFrom(
  sql: AnySql,
  orgId: number,
  fromIndex: bigint,
  limit: number,
): Promise<SealedKey[]> {
  if (limit <= 0) return [];
  const until = fromIndex + BigInt(limit);
  const leaves = BigInt(tileLeaves);
  // One statement, one snapshot: a tile that closes in between moves rows from one table to the other.
  const rows = await sql<{ base: string; events: Buffer }[]>`
    select (tile * ${tileLeaves})::text as base, events
    from audit_tile
    where org_id = ${orgId} and tile between ${String(fromIndex / leaves)} and ${String((until - 1n) / leaves)}
    union all
    select index::text, uuid_send(event_id) || int8send((extract(epoch from occurred_at) * 1000000)::bigint)
    from audit_seal_tail
    where org_id = ${orgId} and index >= ${String(fromIndex)} and index < ${String(until)}`;
  return rows
    .flatMap((row) => decode(BigInt(row.base), row.events))
    .filter((key) => key.index >= fromIndex && key.index < until)
    .sort((a, b) => (a.index < b.index ? -1 : 1));
}

function decode(base: bigint, events: Buffer): SealedKey[] {
  const keys: SealedKey[] = [];
  for (let at = 0; at < events.length; at += leafBytes) {
    const hex = events.toString("hex", at, at + 16);
    keys.push({
      index: base + BigInt(at / leafBytes),
      id: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`,
      occurredAtMicros: events.readBigInt64BE(at + 16).toString(),
    });
  }
  return keys;
}
