import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { indexOfEvents } from "@/lib/audit/seal/lookup";
import { tileLeaves } from "@/lib/audit/seal/seal-batch";
import { eventsPage } from "./pages";
import type { EventRecordRow } from "./row";
import type { Compiled } from "./where";

export interface SealedRow {
  row: EventRecordRow;
  /** Place in the sealed order. */
  index: bigint;
}

/** Events asked for at a time: each look should lead far. */
const fewestAsked = 200;
const highestId = "ffffffff-ffff-ffff-ffff-ffffffffffff";

/**
 * Reads a filter with few events on in the sealed order, past the tiles that hold none of them. The order of time leads to
 * the next events; the spans of the tiles tell up to which place in the sealed order these are all there are: up to the
 * first tile that has an event as late as the last one found. Where commits were late the two orders differ, so a tile is
 * passed by its span alone, never by its place.
 *
 * @param tx a transaction that keeps one snapshot (repeatable read)
 * @param options.at the place from which on nothing has been looked at
 * @param options.limit rows at most
 * @returns the rows in the sealed order, and the place up to which nothing was missed; `at` again when a closed tile is
 *   not known to be passed
 */
export async function leapAhead(
  tx: AnySql,
  { orgId, where, at, limit }: { orgId: number; where: Compiled; at: bigint; limit: number },
): Promise<{ rows: SealedRow[]; next: bigint }> {
  const stays = { rows: [], next: at };
  const fromTile = String(at / BigInt(tileLeaves));
  const [ahead] = await tx<{ begins: string | null; tiles: string }[]>`
    select (extract(epoch from min(lower(span))) * 1000000)::bigint::text as begins, count(*)::text as tiles
    from audit_tile where org_id = ${orgId} and tile >= ${fromTile}`;
  if (!ahead || ahead.begins === null || limit <= 0) return stays;
  const cursor = { micros: String(BigInt(ahead.begins) - 1n), id: highestId };
  const found = await eventsPage({
    where,
    limit: Math.max(limit, fewestAsked),
    cursor,
    direction: "newer",
    db: tx,
  });
  const latest = found.more ? found.rows[0]?.micros : null;
  if (latest === undefined) return stays;
  const [open] = await tx<{ tile: string }[]>`
    select coalesce(
      (select tile from audit_tile
        where org_id = ${orgId} and tile >= ${fromTile} and ${latest}::bigint is not null
          and upper(span) >= timestamptz 'epoch' + ${latest}::bigint * interval '1 microsecond'
        order by tile limit 1),
      (select max(tile) + 1 from audit_tile where org_id = ${orgId}))::text as tile`;
  const passed = BigInt(open?.tile ?? 0) * BigInt(tileLeaves);
  if (passed <= at) return stays;
  const indexes = await indexOfEvents(
    tx,
    orgId,
    found.rows.map((row) => ({ id: row.id, occurredAtMicros: row.micros })),
  );
  const rows = found.rows
    .flatMap((row) => {
      const index = indexes.get(row.id);
      return index === undefined || index < at || index >= passed ? [] : [{ row, index }];
    })
    .sort((a, b) => (a.index < b.index ? -1 : 1));
  const wanted = rows.slice(0, limit);
  const last = wanted.at(-1);
  return { rows: wanted, next: wanted.length === limit && last ? last.index + 1n : passed };
}
