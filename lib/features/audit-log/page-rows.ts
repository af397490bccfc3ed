import "server-only";
import { deletedName, goneGurus, guruNames } from "@/lib/audit/query/facets";
import { type EventRecordRow, toFullRecord } from "@/lib/audit/query/row";
import { type ShownProof, shownProof } from "./shown-proof";

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

/** A row of the audit page: plain data for the browser. */
export interface PageRow {
  id: string;
  occurredAt: string;
  actor: { type: EventRecordRow["actor_type"]; id: string; email: string | null; erased?: string };
  ip: string | null;
  guru: { slug: string; name: string; deleted?: boolean } | null;
  model: string;
  action: string;
  actionType: EventRecordRow["action_type"];
  operation: string;
  object: string;
  outcome: EventRecordRow["outcome"];
  /** The parts that an erasure took. */
  erased?: { actor: boolean; subject: boolean };
}

export interface PageEvent extends PageRow {
  targetId: string;
  targetType: string;
  changes: { field: string; before: JsonValue; after: JsonValue }[];
  metadata: JsonObject | null;
  details: JsonObject;
  cause: string | null;
  sequence: number | null;
  /** The `view=full` record. */
  raw: JsonObject;
  proof: ShownProof;
}

/** Rows as the page shows them; a guru that no longer exists says so. */
export async function pageRows(orgId: number, rows: readonly EventRecordRow[]): Promise<PageRow[]> {
  const gone = await goneGurus(
    orgId,
    rows.map((r) => r.guru_id).filter((id) => id !== null),
  );
  // Who erased a person did not mean the guru: its present name stands in for the one that went with the part.
  const unnamed = rows.filter((r) => r.subject_erased && r.guru_name === null);
  const names = await guruNames(
    orgId,
    unnamed.map((r) => r.guru_id).filter((id) => id !== null),
  );
  return rows.map((row) => ({
    id: row.id,
    occurredAt: row.timestamp,
    actor: {
      type: row.actor_type,
      id: row.actor_id,
      email: row.actor_email,
      ...(row.erased_name === null ? {} : { erased: row.erased_name }),
    },
    ip: row.ip,
    guru: guruOf(row, gone, names),
    model: row.model,
    action: row.action,
    actionType: row.action_type,
    operation: row.operation,
    object: row.target_label,
    outcome: row.outcome,
    ...(row.actor_erased || row.subject_erased
      ? { erased: { actor: row.actor_erased, subject: row.subject_erased } }
      : {}),
  }));
}

function guruOf(
  row: EventRecordRow,
  gone: Set<string>,
  names: Awaited<ReturnType<typeof guruNames>>,
): PageRow["guru"] {
  if (row.guru_id === null) return null;
  const known = names.get(row.guru_id);
  const name = row.guru_name ?? row.guru_slug ?? known?.name ?? row.guru_id;
  const slug = row.guru_slug ?? known?.slug ?? "";
  return gone.has(row.guru_id) ? { slug, name: deletedName(name), deleted: true } : { slug, name };
}

/** @param sequence sealed index; null while it has none */
export async function pageEvent(row: EventRecordRow, sequence: bigint | null): Promise<PageEvent> {
  const [[shown], proof] = await Promise.all([
    pageRows(row.org_id, [row]),
    shownProof(row.org_id, row, sequence),
  ]);
  if (!shown) throw new Error("a row was lost");
  return {
    ...shown,
    targetId: row.target_id,
    targetType: row.target_type,
    changes: row.changes as PageEvent["changes"],
    metadata: row.metadata as JsonObject | null,
    details: row.details as JsonObject,
    cause: row.cause,
    sequence: sequence === null ? null : Number(sequence),
    raw: toFullRecord(row, sequence) as unknown as JsonObject,
    proof,
  };
}
