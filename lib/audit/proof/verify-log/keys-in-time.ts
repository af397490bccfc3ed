import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import {
  closedRuns,
  hashBytes,
  idsOf,
  keyBytes,
  microsAt,
  openRuns,
  type Run,
  type Spans,
} from "./stored-keys";

/** A leaf by the event that it is said to be of. */
export interface Key {
  micros: number;
  id: string;
  index: number;
  hashes: Buffer;
  /** Where its leaf hash begins. */
  at: number;
}

const tilesAtATime = 8;

/** Whether they are of one event: what `byTime` answers 0 to. */
export function isOfEvent(
  key: { micros: number; id: string },
  event: { micros: number; id: string },
): boolean {
  return key.micros === event.micros && key.id === event.id;
}

export function byTime(a: { micros: number; id: string }, b: { micros: number; id: string }): number {
  return a.micros - b.micros || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/**
 * The leaves of a stretch of time in the order of (time, id), in which the events are read. Sealed order and time are
 * nearly the same, so what waits to be handed out is a tile or two; a tile whose times were tampered with only costs memory.
 *
 * @param from microseconds; leaves from here on
 * @param to up to, not including
 */
export async function* keysInTime(
  sql: AnySql,
  orgId: number,
  spans: Spans,
  { from, to }: { from: number; to: number },
): AsyncGenerator<Key[]> {
  const wanted = spans.tiles.flatMap((tile, i) =>
    (spans.to[i] as number) >= from && (spans.from[i] as number) < to
      ? [{ tile, earliest: spans.from[i] as number }]
      : [],
  );
  // What later tiles may still bring: everything before it can be handed out.
  const earliestFrom = new Array<number>(wanted.length + 1).fill(Number.POSITIVE_INFINITY);
  const open = await openRuns(sql, orgId);
  earliestFrom[wanted.length] = Math.min(
    ...open.flatMap(({ keys }) => microsOf(keys)),
    Number.POSITIVE_INFINITY,
  );
  for (let i = wanted.length - 1; i >= 0; i--)
    earliestFrom[i] = Math.min(wanted[i]?.earliest as number, earliestFrom[i + 1] as number);

  let waiting: Key[] = [];
  const ready = (before: number): Key[] => {
    waiting.sort(byTime);
    const cut = waiting.findIndex((key) => key.micros >= before);
    const out = cut < 0 ? waiting : waiting.slice(0, cut);
    waiting = cut < 0 ? [] : waiting.slice(cut);
    return out;
  };
  for (let i = 0; i < wanted.length; i += tilesAtATime) {
    const runs = await closedRuns(
      sql,
      orgId,
      wanted.slice(i, i + tilesAtATime).map((w) => w.tile),
    );
    for (const run of runs) addKeys(waiting, run, from, to);
    yield ready(earliestFrom[Math.min(i + tilesAtATime, wanted.length)] as number);
  }
  for (const run of open) addKeys(waiting, run, from, to);
  yield ready(Number.POSITIVE_INFINITY);
}

function microsOf(keys: Buffer): number[] {
  return Array.from({ length: keys.length / keyBytes }, (_, leaf) => microsAt(keys, leaf));
}

function addKeys(list: Key[], { first, keys, hashes }: Run, from: number, to: number): void {
  const missing = Buffer.alloc(0);
  const ids = idsOf(keys);
  for (let leaf = 0; leaf < ids.length; leaf++) {
    const micros = microsAt(keys, leaf);
    if (micros < from || micros >= to) continue;
    list.push({
      micros,
      id: ids[leaf] as string,
      index: first + leaf,
      hashes: hashes ?? missing,
      at: leaf * hashBytes,
    });
  }
}
