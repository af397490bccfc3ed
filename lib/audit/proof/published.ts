import "server-only";
import "./node-primitives";
import { sql } from "@/lib/db/client";
import { type EventKey, eventStatus } from "./event-status";
import { consistencyProof, rootOf } from "./merkle";
import { checkpointAt, checkpointOver, latestCheckpoint } from "./stored-checkpoints";
import { storedNodes } from "./stored-nodes";
import { tileBytes } from "./tile-bytes";
import type { Tile } from "./tile-path";

// What a log gives out about itself, read on the pool of readers. Whether the caller may have it is the gate's question.

/** The newest checkpoint of an organization's log; null before the first. */
export const newestCheckpoint = (orgId: number) => latestCheckpoint(sql(), orgId);

/** The checkpoint that was signed at exactly this size, or null. */
export const checkpointOfSize = (orgId: number, size: number) => checkpointAt(sql(), orgId, size);

/** The first checkpoint over a leaf, or null. */
export const firstCheckpointOver = (orgId: number, index: number) => checkpointOver(sql(), orgId, index);

/** How an event stands in the sealed log, checked from row to signature. */
export const checkEvent = (orgId: number, key: EventKey) => eventStatus(sql(), orgId, key);

/** A tile of the tree of `size` leaves; null when that tree has not all of it. */
export const publishedTile = (orgId: number, tile: Tile, size: number) => tileBytes(sql(), orgId, tile, size);

/**
 * That the log of `to` events begins with the log of `from`, with the roots of both.
 * @throws RangeError unless 0 ≤ from ≤ to; MissingNode when the log is shorter than `to`, or damaged
 */
export async function publishedConsistency(orgId: number, from: number, to: number) {
  const read = storedNodes(sql(), orgId);
  const [fromRoot, toRoot, path] = await Promise.all([
    rootOf(read, from),
    rootOf(read, to),
    consistencyProof(read, from, to),
  ]);
  return { fromRoot, toRoot, path };
}
