import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";

export const keyBytes = 24;
export const hashBytes = 32;
export const tileSize = 1024;

/** A run of leaves as they are stored: a closed tile, or the open one. */
export interface Run {
  /** Index of the first. */
  first: number;
  /** 24 bytes a leaf: the event's id, and its microseconds since 1970 as a big-endian integer. */
  keys: Buffer;
  /** 32 bytes a leaf; null where the log was not hashed. */
  hashes: Buffer | null;
}

/** Microseconds of a key; exact up to 2^53, which is beyond the year 2200. */
export function microsAt(keys: Buffer, leaf: number): number {
  const at = leaf * keyBytes + 16;
  return keys.readInt32BE(at) * 2 ** 32 + keys.readUInt32BE(at + 4);
}

export function idAt(keys: Buffer, leaf: number): string {
  const hex = keys.toString("hex", leaf * keyBytes, leaf * keyBytes + 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const idLength = 36;
/** Where each of an id's hexadecimal digits stands in its text. */
const digitPlaces = [...Array(idLength).keys()].filter((at) => ![8, 13, 18, 23].includes(at));

/** Every id of a run: several times as fast as one by one. */
export function idsOf(keys: Buffer): string[] {
  const count = Math.floor(keys.length / keyBytes);
  const hex = Buffer.from(keys.toString("hex"), "latin1");
  const dashed = Buffer.alloc(count * idLength, "-");
  for (let leaf = 0; leaf < count; leaf++)
    for (let i = 0; i < digitPlaces.length; i++)
      dashed[leaf * idLength + (digitPlaces[i] as number)] = hex[leaf * keyBytes * 2 + i] as number;
  const all = dashed.toString("latin1");
  return Array.from({ length: count }, (_, leaf) => all.slice(leaf * idLength, (leaf + 1) * idLength));
}

/** Closed tiles in ascending order. @param tiles numbers; those that are missing are left out */
export async function closedRuns(sql: AnySql, orgId: number, tiles: readonly number[]): Promise<Run[]> {
  const rows = await sql<{ tile: string; events: Buffer; hashes: Buffer | null }[]>`
    select tile::text, events, hashes from audit_tile t
    where org_id = ${orgId} and tile = any (${tiles.map(String)}::bigint[]) order by t.tile`;
  return rows.map(({ tile, events, hashes }) => ({ first: Number(tile) * tileSize, keys: events, hashes }));
}

/** The open tile: rows that follow one another, a run for each stretch without a gap. */
export async function openRuns(sql: AnySql, orgId: number): Promise<Run[]> {
  const rows = await sql<{ index: string; key: Buffer; leaf_hash: Buffer | null }[]>`
    select index::text, uuid_send(event_id) || int8send((extract(epoch from occurred_at) * 1000000)::bigint) as key, leaf_hash
    from audit_seal_tail t where org_id = ${orgId} order by t.index`;
  const runs: { first: number; keys: Buffer[]; hashes: (Buffer | null)[] }[] = [];
  for (const { index, key, leaf_hash } of rows) {
    const last = runs.at(-1);
    if (last && last.first + last.keys.length === Number(index)) {
      last.keys.push(key);
      last.hashes.push(leaf_hash);
    } else runs.push({ first: Number(index), keys: [key], hashes: [leaf_hash] });
  }
  return runs.map(({ first, keys, hashes }) => ({
    first,
    keys: Buffer.concat(keys),
    hashes: hashes.some((h) => h?.length !== hashBytes) ? null : Buffer.concat(hashes as Buffer[]),
  }));
}

/** Where the events of a log stand in time, tile by tile; the keys themselves say so, not what stands beside them. */
export interface Spans {
  /** Numbers of the closed tiles. */
  tiles: number[];
  /** Microseconds of the earliest and the latest event of each. */
  from: number[];
  to: number[];
}

/** Reads the keys of every closed tile once. */
export async function readSpans(sql: AnySql, orgId: number): Promise<Spans> {
  const spans: Spans = { tiles: [], from: [], to: [] };
  for (let after = -1; ; ) {
    const rows = await sql<{ tile: string; events: Buffer }[]>`
      select tile::text, events from audit_tile t
      where org_id = ${orgId} and tile > ${String(after)}::bigint order by t.tile limit 128`;
    for (const { tile, events } of rows) {
      let from = Number.POSITIVE_INFINITY;
      let to = Number.NEGATIVE_INFINITY;
      for (let leaf = 0; leaf < tileSize; leaf++) {
        const micros = microsAt(events, leaf);
        if (micros < from) from = micros;
        if (micros > to) to = micros;
      }
      spans.tiles.push(Number(tile));
      spans.from.push(from);
      spans.to.push(to);
      after = Number(tile);
    }
    if (rows.length < 128) return spans;
  }
}
