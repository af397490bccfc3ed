import "server-only";
import { z } from "zod";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { eventsFrom, type SealedKey } from "@/lib/audit/seal/lookup";
import { tileLeaves } from "@/lib/audit/seal/seal-batch";
import { sql } from "@/lib/db/client";
import { leapAhead, type SealedRow } from "./leap-ahead";
import { type EventRecordRow, eventColumns } from "./row";
import { Binder, type Compiled, type FilterScope } from "./where";

const cursorShape = /^1\.(\d{1,9})\.(0|[1-9]\d{0,17})$/;

/** The cursor of a place in the sealed order: opaque to clients, so that it may change. */
export function cursorText(orgId: number, index: bigint): string {
  return Buffer.from(`1.${orgId}.${index}`).toString("base64url");
}

/** @returns the index that a cursor stands for; null when the text is no cursor of this organization's log */
export function cursorIndex(orgId: number, cursor: string): bigint | null {
  if (
    !z
      .string()
      .max(64)
      .regex(/^[\w-]+$/)
      .safeParse(cursor).success
  )
    return null;
  const plain = Buffer.from(cursor, "base64url").toString("latin1");
  const [, org, index] = cursorShape.exec(plain) ?? [];
  if (org !== String(orgId) || index === undefined) return null;
  // Base64 has several spellings of some texts; only ours is taken.
  return cursorText(orgId, BigInt(index)) === cursor ? BigInt(index) : null;
}

type SealedPage =
  | { state: "page"; rows: SealedRow[]; next: bigint }
  /** The place was never handed out: the log is shorter. */
  | { state: "beyond" }
  /** What stood there is past the retention. */
  | { state: "expired"; oldest: bigint };

/**
 * Events in the order in which they were sealed, without a gap: an event whose transaction commits late is sealed late
 * and can never land behind a place already handed out.
 * @param options.from place to begin at; null begins at the oldest event that is kept
 * @param options.limit events at most; fewer only where the sealed log ends
 */
export async function sealedPage(
  options: FilterScope & { where: Compiled; from: bigint | null; limit: number },
): Promise<SealedPage> {
  const { orgId, where, limit } = options;
  // One snapshot: head, keys and events belong together.
  return sql().begin("isolation level repeatable read read only", async (tx) => {
    const [head] = await tx<{ size: string; cutoff: string | null }[]>`
      select coalesce((select size from audit_head where org_id = ${orgId}), 0)::text as size,
        case when isfinite(audit_cutoff()) then (extract(epoch from audit_cutoff()) * 1000000)::bigint::text end as cutoff`;
    const size = BigInt(head?.size ?? 0);
    const kept = (key: SealedKey) =>
      head?.cutoff == null || BigInt(key.occurredAtMicros) >= BigInt(head.cutoff);
    if (options.from !== null && options.from > size) return { state: "beyond" };
    let at = await nextKept(tx, orgId, options.from ?? 0n, size, kept);
    if (options.from !== null && at > options.from) return { state: "expired", oldest: at };
    const rows: SealedRow[] = [];
    const step = Math.max(limit, 1_024);
    while (at < size && rows.length < limit) {
      const keys = await eventsFrom(tx, orgId, at, Number(size - at < BigInt(step) ? size - at : step));
      const last = keys.at(-1);
      if (!last) break;
      const found = where.impossible ? [] : await matching(tx, where, keys, limit - rows.length);
      rows.push(...found);
      const full = found.at(-1);
      at = (rows.length === limit && full ? full.index : last.index) + 1n;
      if (found.length > 0 || where.impossible || where.search || at >= size) continue;
      // Nothing in a whole step: the matches to come are few.
      const leap = await leapAhead(tx, { orgId, where, at, limit: limit - rows.length });
      rows.push(...leap.rows);
      at = leap.next;
    }
    return { state: "page", rows, next: at };
  });
}

/** The first place from `from` on whose event is still kept; the log's size when none is. */
async function nextKept(
  tx: AnySql,
  orgId: number,
  from: bigint,
  size: bigint,
  kept: (key: SealedKey) => boolean,
): Promise<bigint> {
  const [first] = await eventsFrom(tx, orgId, from, 1);
  if (!first || kept(first)) return from;
  // Closed tiles of which something is kept are found by their span; what is open comes after all of them.
  const tiles = await tx<{ first: string }[]>`
    select (tile * ${tileLeaves})::text as first from audit_tile
    where org_id = ${orgId} and tile >= ${String(from / BigInt(tileLeaves))} and span && tstzrange(audit_cutoff(), null)
    order by tile limit 2`;
  const open = (size / BigInt(tileLeaves)) * BigInt(tileLeaves);
  for (const start of [...tiles.map((tile) => BigInt(tile.first)), open]) {
    const keys = await eventsFrom(tx, orgId, start > from ? start : from, tileLeaves);
    const found = keys.find(kept);
    if (found) return found.index;
  }
  return size;
}

/** The events behind keys that match, in the order of the keys. */
async function matching(tx: AnySql, where: Compiled, keys: SealedKey[], limit: number) {
  const b = new Binder(where.params);
  const ids = b.bind(
    keys.map((k) => k.id),
    "uuid[]",
  );
  const micros = b.bind(
    keys.map((k) => k.occurredAtMicros),
    "text[]",
  );
  const rows = await tx.unsafe<(EventRecordRow & { place: string })[]>(
    `select f.*, k.place::text
    from unnest(${ids}, ${micros}::bigint[]) with ordinality k (id, micros, place)
    cross join lateral (
      select ${eventColumns} from audit_event e
      where e.occurred_at = timestamptz 'epoch' + k.micros * interval '1 microsecond' and e.id = k.id and ${where.text}
      offset 0
    ) f
    order by k.place limit ${limit}`,
    b.params,
  );
  return rows.map(({ place, ...row }) => {
    const key = keys[Number(place) - 1];
    if (!key) throw new Error("an event was found for no key");
    return { row, index: key.index };
  });
}
