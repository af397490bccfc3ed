import type { AnySql } from "@/lib/audit/seal/dimensions";
import { eventsFrom } from "@/lib/audit/seal/lookup";

export interface LoggedEvent {
  id: string;
  operation: string;
  outcome: string;
  cause: string | null;
  /** The marker of the act, where it was one of the load's. */
  marker: string | null;
  targetId: string;
  label: string;
  guruId: string | null;
  changes: { field: string; before: unknown; after: unknown }[];
  details: Record<string, unknown>;
  /** Place in the sealed order; undefined when it is not sealed. */
  index?: number;
}

/** The whole log, in the sealed order. Events that stand twice in that order, or not at all, are told apart. */
export interface LogState {
  events: LoggedEvent[];
  unsealed: string[];
  sealedTwice: string[];
  /** Sealed keys without an event. */
  missing: string[];
  size: number;
}

export async function readLogState(sql: AnySql): Promise<LogState> {
  const rows = await sql<(Omit<LoggedEvent, "index"> & { id: string })[]>`
    select id, operation, outcome, cause, user_agent as marker, target_id as "targetId", target_label as label,
      guru_id as "guruId", changes, details
    from audit_event`;
  const indexes = new Map<string, number>();
  const sealedTwice: string[] = [];
  let size = 0;
  for (;;) {
    const keys = await eventsFrom(sql, 1, BigInt(size), 10_000);
    if (keys.length === 0) break;
    for (const { id, index } of keys) {
      if (indexes.has(id)) sealedTwice.push(id);
      if (Number(index) !== size) throw new Error(`index ${index} stands where ${size} was to be`);
      indexes.set(id, size);
      size += 1;
    }
  }
  const known = new Set(rows.map((row) => row.id));
  const events = rows.map((row): LoggedEvent => {
    const index = indexes.get(row.id);
    return index === undefined ? { ...row } : { ...row, index };
  });
  return {
    events: events.sort(
      (a, b) => (a.index ?? Number.MAX_SAFE_INTEGER) - (b.index ?? Number.MAX_SAFE_INTEGER),
    ),
    unsealed: events.filter((event) => event.index === undefined).map((event) => event.id),
    sealedTwice,
    missing: [...indexes.keys()].filter((id) => !known.has(id)),
    size,
  };
}
