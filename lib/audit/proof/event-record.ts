import "server-only";
import type { EventRecord, Part } from "./entry";
import { exactJson } from "./exact-json";

/** A row of `audit_event` as `recordColumns` selects it. */
export interface RecordRow {
  entry_version: number;
  id: string;
  org_id: number;
  guru_id: string | null;
  time: string;
  action: string;
  operation: string;
  action_type: string;
  model: string;
  actor_type: string;
  actor_id: string;
  account_id: string | null;
  target_type: string;
  target_id: string;
  outcome: string;
  cause: string | null;
  version: string;
  actor_email: string | null;
  ip: string | null;
  user_agent: string | null;
  guru_slug: string | null;
  guru_name: string | null;
  target_label: string;
  /** JSON text: a driver's parser would cut digits that an attacker added to a number. */
  metadata: string | null;
  changes: string;
  details: string;
  actor_salt: string | null;
  subject_salt: string | null;
  actor_digest: string | null;
  subject_digest: string | null;
}

interface Spelling {
  time: string;
  ip: string;
  /** Of a column of JSON. */
  json(column: "metadata" | "changes" | "details"): string;
}

function columnsIn({ time, ip, json }: Spelling): string {
  return `e.entry_version, e.id, e.org_id, e.guru_id, ${time} as time, e.action, e.operation, e.action_type,
  e.model, e.actor_type, e.actor_id, e.account_id, e.target_type, e.target_id, e.outcome, e.cause, e.version,
  e.actor_email, ${ip} as ip, e.user_agent, e.guru_slug, e.guru_name, e.target_label, ${json("metadata")} as metadata,
  ${json("changes")} as changes, ${json("details")} as details, encode(e.actor_salt, 'hex') as actor_salt,
  encode(e.subject_salt, 'hex') as subject_salt, encode(e.actor_digest, 'hex') as actor_digest,
  encode(e.subject_digest, 'hex') as subject_digest`;
}

/**
 * Columns of `audit_event e` for a `RecordRow`; all that a reader can see, and the salts. An address is one of a host:
 * a net mask put to it would show nowhere and hide the event from whoever filters by the address.
 */
export const recordColumns = columnsIn({
  time: `to_char(e.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
  ip: "case when e.ip = host(e.ip)::inet then host(e.ip) else text(e.ip) end",
  json: (column) => `e.${column}::text`,
});

/**
 * The same for COPY, which writes JSON as its text and an address with its mask, if it has one, without being asked to.
 * That costs the database a third less; only the time is spelt otherwise, and `timeOfCopy` reads it.
 */
export const copyColumns = columnsIn({
  time: "e.occurred_at",
  ip: "e.ip",
  json: (column) => `e.${column}`,
});

/** What stands in a label once its part was erased. */
const erasedLabel = "[erased]";

/** A row that no act of the product can have left: it was changed past it. */
export class AlteredRow extends Error {
  override readonly name = "AlteredRow";
}

/**
 * The record of a row, as its leaf commits to it.
 * @throws AlteredRow when the row is in a state that the product never writes
 */
export function eventRecord(row: RecordRow): EventRecord {
  if (row.entry_version !== 1) throw new AlteredRow("unknown entry version");
  return {
    entryVersion: 1,
    id: row.id,
    org: row.org_id,
    guru: row.guru_id,
    time: row.time,
    action: row.action,
    operation: row.operation,
    actionType: row.action_type,
    model: row.model,
    actorType: row.actor_type,
    actorId: row.actor_id,
    account: row.account_id,
    targetType: row.target_type,
    targetId: row.target_id,
    outcome: row.outcome,
    cause: row.cause,
    version: row.version,
    actor: part(
      row.actor_salt,
      row.actor_digest,
      () => ({ email: row.actor_email, ip: row.ip, userAgent: row.user_agent }),
      row.actor_email === null && row.ip === null && row.user_agent === null,
    ),
    subject: part(
      row.subject_salt,
      row.subject_digest,
      () => ({
        guruSlug: row.guru_slug,
        guruName: row.guru_name,
        label: row.target_label,
        metadata: recorded(row.metadata),
        changes: recorded(row.changes),
        details: recorded(row.details),
      }),
      row.guru_slug === null &&
        row.guru_name === null &&
        row.target_label === erasedLabel &&
        row.metadata === null &&
        row.changes === "[]" &&
        row.details === "{}",
    ),
  };
}

/** Salt and content, or digest and nothing: an erased part may hold no text that a reader would take for the record. */
function part<T>(salt: string | null, digest: string | null, content: () => T, empty: boolean): Part<T> {
  if (salt?.length === 64 && digest === null) return { salt, content: content() };
  if (salt === null && digest?.length === 64 && empty) return { digest };
  throw new AlteredRow("a part that is neither whole nor erased");
}

/** @throws AlteredRow for what the recorder does not write; `null` as JSON would read like the absence of a value */
function recorded(text: string | null): unknown {
  if (text === null) return null;
  try {
    const value = exactJson(text);
    if (value !== null) return value;
  } catch (error) {
    throw new AlteredRow(error instanceof Error ? error.message : "JSON that cannot be read");
  }
  throw new AlteredRow("JSON null in place of none");
}
