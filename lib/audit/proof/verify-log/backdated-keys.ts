import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { absentLeaf } from "../absent-leaf";
import { sameBytes } from "../bytes";
import { voidLeaf } from "../entry";
import type { Findings } from "../verify/findings";
import { type SliceResult, timeOf } from "./compare-slice";
import type { KeptLog } from "./kept-events";
import { closedRuns, hashBytes, idAt, keyBytes, microsAt, openRuns, type Run } from "./stored-keys";

const mostLookedUp = 100;
const tilesAtATime = 128;

/**
 * Finds the places of events that no key names, though their leaf stands in the tree: a key whose time was set behind the
 * cut-off passes for that of an expired event. They become leaves without a row, which the naming then brings together.
 */
export async function placesOfStrays(sql: AnySql, orgId: number, rows: SliceResult): Promise<void> {
  const known = new Set([...rows.mismatched, ...rows.missing].map((leaf) => leaf.stored));
  const strays = rows.strays
    .filter((s) => s.computed !== null && !known.has(s.computed))
    .slice(0, mostLookedUp);
  if (strays.length === 0) return;
  const hashes = strays.map((s) => s.computed as string);
  const found = await sql<{ hash: string; index: string }[]>`
    select k.hash, (t.tile * 1024 + (t.at - 1) / 32)::text as index
    from unnest(${hashes}::text[]) k (hash)
    cross join lateral (
      select tile, position(decode(k.hash, 'hex') in hashes) as at from audit_tile where org_id = ${orgId}
    ) t where t.at > 0 and t.at % 32 = 1
    union all
    select k.hash, s.index::text from unnest(${hashes}::text[]) k (hash)
    join audit_seal_tail s on s.org_id = ${orgId} and s.leaf_hash = decode(k.hash, 'hex')`;
  for (const { hash, index } of found) {
    const stray = strays.find((s) => s.computed === hash);
    if (stray)
      rows.missing.push({
        index: Number(index),
        id: stray.id,
        micros: stray.micros,
        stored: hash,
        computed: null,
      });
  }
}

/**
 * Counts the places whose event is missing as expired, and names those above the number that cleanups have removed: the
 * youngest, as a cleanup takes the oldest. Left out are leaves that say themselves that their event was lost.
 */
export async function nameTooManyExpired(
  sql: AnySql,
  log: KeptLog,
  { cutoff, allowed }: { cutoff: number; allowed: number },
  findings: Findings,
): Promise<void> {
  const missing: { index: number; id: string }[] = [];
  const { orgId, spans } = log;
  const old = spans.tiles.filter((_, i) => (spans.from[i] as number) < cutoff);
  for (let at = 0; at < old.length; at += tilesAtATime)
    for (const run of await closedRuns(sql, orgId, old.slice(at, at + tilesAtATime)))
      missing.push(...(await missingIn(sql, log, run, cutoff)));
  for (const run of await openRuns(sql, orgId)) missing.push(...(await missingIn(sql, log, run, cutoff)));
  const tooMany = missing.sort((a, b) => a.index - b.index).slice(allowed);
  for (const { index, id } of tooMany)
    findings.add(
      "removed",
      `More events are missing than the recorded cleanups have removed (${allowed}). The event was removed, and made to look expired.`,
      { index, id },
    );
}

async function missingIn(
  sql: AnySql,
  { orgId, events }: KeptLog,
  { first, keys, hashes }: Run,
  cutoff: number,
): Promise<{ index: number; id: string }[]> {
  const places: { index: number; id: string }[] = [];
  for (let leaf = 0; leaf * keyBytes < keys.length; leaf++) {
    const micros = microsAt(keys, leaf);
    if (micros >= cutoff) continue;
    const name = { id: idAt(keys, leaf), org: orgId, time: timeOf(micros) };
    const stored = hashes?.subarray(leaf * hashBytes, (leaf + 1) * hashBytes);
    if (stored && (sameBytes(stored, voidLeaf(name)) || sameBytes(stored, absentLeaf(name)))) continue;
    places.push({ index: first + leaf, id: name.id });
  }
  if (places.length === 0) return places;
  const rows = await sql<
    { id: string }[]
  >`select e.id from ${sql.unsafe(events)} e where e.id = any (${places.map((p) => p.id)}::uuid[])`;
  const there = new Set(rows.map((row) => row.id));
  return places.filter((p) => !there.has(p.id));
}

/**
 * Finds places that look expired and cannot be. The order of the log is nearly that of time: a transaction may commit
 * late by minutes, never by a day. So what follows an event a day younger than the cut-off did not happen before it: its
 * key was set back, to pass a deletion off for the retention's.
 */
export async function nameBackdated(
  sql: AnySql,
  { orgId, spans, events }: KeptLog,
  { cutoff, firstFresh }: { cutoff: number; firstFresh: number | null },
  findings: Findings,
): Promise<void> {
  if (firstFresh === null || !Number.isFinite(cutoff)) return;
  const tiles = spans.tiles.filter(
    (tile, i) => (tile + 1) * 1024 > firstFresh && (spans.from[i] as number) < cutoff,
  );
  for (const run of [...(await closedRuns(sql, orgId, tiles)), ...(await openRuns(sql, orgId))])
    for (const { index, id } of await backdatedIn(sql, events, run, { cutoff, firstFresh }))
      findings.add(
        "removed",
        "The event was removed, and the time at its place set back so that it looks expired.",
        {
          index,
          id,
        },
      );
}

async function backdatedIn(
  sql: AnySql,
  events: string,
  { first, keys }: Run,
  { cutoff, firstFresh }: { cutoff: number; firstFresh: number },
): Promise<{ index: number; id: string }[]> {
  const found: { index: number; id: string }[] = [];
  for (let leaf = 0; leaf * keyBytes < keys.length; leaf++)
    if (first + leaf > firstFresh && microsAt(keys, leaf) < cutoff)
      found.push({ index: first + leaf, id: idAt(keys, leaf) });
  if (found.length === 0) return found;
  // One that is still there was read and compared.
  const rows = await sql<
    { id: string }[]
  >`select e.id from ${sql.unsafe(events)} e where e.id = any (${found.map((f) => f.id)}::uuid[])`;
  const there = new Set(rows.map((row) => row.id));
  return found.filter((f) => !there.has(f.id));
}
