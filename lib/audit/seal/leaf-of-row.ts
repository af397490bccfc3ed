import "server-only";
import "@/lib/audit/proof/node-primitives";
import { eventLeaf, voidLeaf } from "@/lib/audit/proof/entry";
import { AlteredRow, eventRecord, type RecordRow } from "@/lib/audit/proof/event-record";

/** An event by what the outbox and the tiles say of it. */
export interface EventKey {
  id: string;
  org: number;
  /** RFC 3339 UTC with microseconds. */
  time: string;
}

/** All null when there is no such row: the columns of an outer join. */
export type FoundRow = RecordRow | { [column in keyof RecordRow]: null };

/** A timestamp as the entries spell it. A constant of the source, never input. */
export const utcText = (column: "t.occurred_at"): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/**
 * The leaf of an event's row.
 * @returns null when the row is gone, or is what the product never writes: changed past it
 */
export function leafOfRow(key: EventKey, row: FoundRow): Uint8Array | null {
  // The row was found by id and time; its organization must be that of the log too.
  if (row.id === null || row.org_id !== key.org) return null;
  try {
    return eventLeaf(eventRecord(row));
  } catch (error) {
    if (error instanceof AlteredRow) return null;
    throw error;
  }
}

/** The leaf to seal for a row: its own, or one that shows for ever that there was an event here which is lost. */
export function leafToSeal(key: EventKey, row: FoundRow): { hash: Uint8Array; lost: boolean } {
  const hash = leafOfRow(key, row);
  return hash ? { hash, lost: false } : { hash: voidLeaf(key), lost: true };
}
