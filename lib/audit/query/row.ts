import "server-only";
import type { Metadata } from "@/lib/audit/catalogue/define";
import { timestampSql } from "./record-sql";

/** An event as the log's readers get it from the database: `eventColumns` and a sequence. */
export interface EventRecordRow {
  id: string;
  /** RFC 3339 in UTC, cut to milliseconds. */
  timestamp: string;
  /** Microseconds since 1970 as decimal text; what cursors carry, as a Date would cut it to milliseconds. */
  micros: string;
  org_id: number;
  guru_id: string | null;
  guru_slug: string | null;
  guru_name: string | null;
  action: string;
  operation: string;
  action_type: "access" | "created" | "updated" | "deleted";
  model: string;
  outcome: "success" | "failure" | "unknown";
  actor_type: "user" | "api_key" | "system" | "anonymous";
  actor_id: string;
  actor_email: string | null;
  ip: string | null;
  /** How an erased person is called; null where who acted was not erased, or was nobody known. */
  erased_name: string | null;
  actor_erased: boolean;
  subject_erased: boolean;
  target_type: string;
  target_id: string;
  target_label: string;
  metadata: Metadata;
  changes: { field: string; before: unknown; after: unknown }[];
  details: Record<string, unknown>;
  cause: string | null;
  version: string;
}

/** What one element of the answer has: the ten keys of the source document, in its order. */
interface DefaultRecord {
  id: string;
  timestamp: string;
  action: string;
  actorId: string;
  actorType: string;
  targetId: string;
  targetType: string;
  sourcebotVersion: string;
  metadata: Metadata;
  orgId: number;
}

/** `view=full`, and an element of the JSON export. */
interface FullRecord extends DefaultRecord {
  operation: string;
  actionType: string;
  model: string;
  actorEmail: string | null;
  ip: string | null;
  guru: { id: string; slug: string | null; name: string | null } | null;
  objectLabel: string;
  outcome: string;
  changes: { field: string; before: unknown; after: unknown }[];
  details: Record<string, unknown>;
  cause: string | null;
  /** The sealed index; null until sealed. */
  sequence: number | null;
}

const microsSql = "(extract(epoch from e.occurred_at) * 1000000)::bigint::text";

/** How the actor is called whose part was erased; null where it stands, or where nobody was named. */
export const erasedActorSql = `case when e.actor_digest is not null and e.actor_type in ('user', 'api_key')
  then audit_erased_name(coalesce(e.account_id::text, e.actor_id)) end`;

/** Columns of `audit_event e` for an `EventRecordRow`. */
export const eventColumns = `e.id, ${timestampSql} as timestamp, ${microsSql} as micros, e.org_id, e.guru_id, e.guru_slug,
  e.guru_name, e.action, e.operation, e.action_type, e.model, e.outcome, e.actor_type, e.actor_id, e.actor_email,
  host(e.ip) as ip, e.target_type, e.target_id, e.target_label, e.metadata, e.changes, e.details, e.cause, e.version,
  ${erasedActorSql} as erased_name, e.actor_digest is not null as actor_erased, e.subject_digest is not null as subject_erased`;

/** Newest first; equal times never break ties alone. */
export const newestFirst = "e.occurred_at desc, e.id desc";

export function toDefaultRecord(row: EventRecordRow): DefaultRecord {
  return {
    id: row.id,
    timestamp: row.timestamp,
    action: row.action,
    actorId: row.actor_id,
    actorType: row.actor_type,
    targetId: row.target_id,
    targetType: row.target_type,
    sourcebotVersion: row.version,
    metadata: row.metadata,
    orgId: row.org_id,
  };
}

/** @param sequence the event's sealed index, null while it has none */
export function toFullRecord(row: EventRecordRow, sequence: bigint | null): FullRecord {
  return {
    ...toDefaultRecord(row),
    operation: row.operation,
    actionType: row.action_type,
    model: row.model,
    actorEmail: row.actor_email,
    ip: row.ip,
    guru: row.guru_id === null ? null : { id: row.guru_id, slug: row.guru_slug, name: row.guru_name },
    objectLabel: row.target_label,
    outcome: row.outcome,
    changes: row.changes,
    details: row.details,
    cause: row.cause,
    sequence: sequence === null ? null : Number(sequence),
  };
}
