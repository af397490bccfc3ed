import "server-only";
import { type Snapshot, type SnapshotPlace, takeSnapshotPlace } from "@/lib/db/snapshot";
import { logError } from "@/lib/platform/log";

const slot = Symbol.for("gurulog.analytics-exports");

/** Whose exports this process sends, or is about to; shared by its module graphs. */
function underWay(): Set<string> {
  const holder = globalThis as { [slot]?: Set<string> };
  holder[slot] ??= new Set();
  return holder[slot];
}

/** A person's one place, with the connection that their file is read by. */
export interface ExportPlace {
  snapshot(): Promise<Snapshot>;
  /** Never throws: the place is free then in any case. */
  free(): Promise<void>;
}

/**
 * Takes a person's one place, over all instances: the database has it. Whoever asks often is refused here first, as each look
 * at the database takes a connection.
 * @returns null while they have it already
 */
export async function takePlace(accountId: string): Promise<ExportPlace | null> {
  const taken = underWay();
  if (taken.has(accountId)) return null;
  taken.add(accountId);
  let place: SnapshotPlace | null = null;
  try {
    place = await takeSnapshotPlace(`gurulog.analytics-export ${accountId}`);
  } finally {
    if (!place) taken.delete(accountId);
  }
  if (!place) return null;
  const { snapshot, end } = place;
  return {
    snapshot,
    async free() {
      await end().catch((error: unknown) => logError("closing an export's connection", error));
      taken.delete(accountId);
    },
  };
}
