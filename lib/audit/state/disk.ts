import "server-only";
import { statfs } from "node:fs/promises";

/** Space of a volume in bytes. */
export interface DiskSpace {
  /** What is left for whoever is not root. */
  free: number;
  total: number;
}

/** Measures the volume that a folder stands on. */
export type DiskProbe = (folder: string) => Promise<DiskSpace>;

export const diskSpace: DiskProbe = async (folder) => {
  const found = await statfs(folder);
  return { free: found.bavail * found.bsize, total: found.blocks * found.bsize };
};

/** What a day adds to the log. */
export interface Growth {
  eventsPerDay: number;
  /** Of an event while it is kept, with its share of the indexes. */
  bytesPerEvent: number;
  /** Days for which events are kept; null keeps them for ever. */
  retentionDays: number | null;
  /** Days since the oldest event kept; from `retentionDays` on as much goes as comes. */
  keptDays: number;
}

/** What stays of an event for ever: its key and hash in a tile, and its share of the tree above. */
export const permanentBytes = 60;

/**
 * How many days the free space lasts at the present pace, when nothing else fills the volume.
 * @param freeBytes space that is left
 * @returns null when nothing grows
 */
export function daysLeft(freeBytes: number, growth: Growth): number | null {
  const { eventsPerDay, bytesPerEvent, retentionDays, keptDays } = growth;
  if (eventsPerDay <= 0) return null;
  const perDay = eventsPerDay * (bytesPerEvent + permanentBytes);
  if (retentionDays === null) return freeBytes / perDay;
  const untilFull = Math.max(0, retentionDays - keptDays);
  const needed = untilFull * perDay;
  if (needed >= freeBytes) return freeBytes / perDay;
  return untilFull + (freeBytes - needed) / (eventsPerDay * permanentBytes);
}
