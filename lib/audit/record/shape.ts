import { createHash } from "node:crypto";
import { z } from "zod";
import { type Metadata, metadataSchema } from "@/lib/audit/catalogue/define";
import { cleanJson, cleanText } from "@/lib/platform/clean-text";
import type { Change, EventInput } from "./event-input";

const labelLength = 200;
const valueBytes = 10_240;
/** The longest query of the code search, which is kept as typed. */
const messageLength = 4_000;

/** The beginning of a text in at most so many bytes of UTF-8; a character is kept whole or left out. */
function beginning(text: string, bytes: number): string {
  const encoded = Buffer.from(text);
  let end = Math.min(bytes, encoded.length);
  // Bytes 10xxxxxx continue a character.
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return encoded.subarray(0, end).toString("utf8");
}

/**
 * A value of a change as it is stored: whole, or its beginning with the original's length (UTF-16 units) and SHA-256.
 * The original of a text is what was received; of anything else its JSON as it would have been stored.
 */
function storedValue(value: unknown): unknown {
  const clean = cleanJson(value);
  const text = typeof clean === "string" ? clean : JSON.stringify(clean);
  if (Buffer.byteLength(text) <= valueBytes) return clean;
  const original = typeof value === "string" ? value : text;
  return {
    cut: beginning(text, valueBytes),
    length: original.length,
    sha256: createHash("sha256").update(original).digest("hex"),
  };
}

function storedChanges(changes: Change[] | undefined): unknown[] {
  return (changes ?? []).map((c) => ({
    field: cleanText(c.field, 200),
    before: storedValue(c.before),
    after: storedValue(c.after),
  }));
}

/** The keys of the source document are plain texts in its schema: they are cut without a trace. */
function storedMetadata(metadata: Metadata): Metadata {
  if (metadata === null) return null;
  const { message, api_key, emails } = metadata;
  return {
    ...(message === undefined ? {} : { message: cleanText(message, messageLength) }),
    ...(api_key === undefined ? {} : { api_key: cleanText(api_key, labelLength) }),
    ...(emails === undefined ? {} : { emails: cleanText(emails, valueBytes) }),
  };
}

export interface StoredEvent {
  org_id: number;
  guru_id: string | null;
  guru_slug: string | null;
  guru_name: string | null;
  action: string;
  operation: string;
  action_type: string;
  model: string;
  outcome: string;
  actor_type: string;
  actor_id: string;
  account_id: string | null;
  actor_email: string | null;
  ip: string | null;
  user_agent: string | null;
  target_type: string;
  target_id: string;
  target_label: string;
  metadata: unknown;
  changes: unknown[];
  details: unknown;
  cause: string | null;
  version: string;
}

/**
 * The row of an event: payload checked against the catalogue, text cleaned and capped, so that nothing from outside can
 * make the insert fail.
 * @throws when the payload is not what the catalogue says: a fault of ours, and the act does not happen
 */
export function storedEvent(input: EventInput, version: string): StoredEvent {
  const { definition: d, actor } = input;
  if (d.guru === "always" && !input.guru) throw new Error(`${d.action} needs its guru`);
  if (d.guru === "never" && input.guru) throw new Error(`${d.action} belongs to no guru`);
  const actionType = input.actionType ?? d.actionType;
  if (actionType !== d.actionType && actionType !== d.orActionType)
    throw new Error(`${d.action} is never ${actionType}`);
  if (actor.type === "system" && actor.ip) throw new Error("System has no address");
  if (d.fixed && actor.type !== "user") throw new Error(`the actor of ${d.action} is always a user`);
  const details = d.details.parse(input.details ?? {});
  const metadata = storedMetadata(metadataSchema.parse(input.metadata ?? null));
  return {
    org_id: input.orgId,
    guru_id: input.guru?.id ?? null,
    guru_slug: input.guru ? cleanText(input.guru.slug, labelLength) : null,
    guru_name: input.guru ? cleanText(input.guru.name, labelLength) : null,
    action: d.action,
    operation: d.operation,
    action_type: actionType,
    model: d.model,
    outcome: input.outcome ?? d.outcome,
    actor_type: actor.type,
    actor_id: actor.id,
    account_id: input.accountId,
    actor_email: actor.email === null ? null : cleanText(actor.email, 320),
    ip: actor.ip,
    user_agent: actor.userAgent === null ? null : cleanText(actor.userAgent, 512),
    target_type: input.targetType ?? d.targetType,
    target_id: cleanText(input.targetId, 512),
    target_label: cleanText(input.label, labelLength),
    metadata,
    changes: storedChanges(input.changes),
    details: Object.fromEntries(Object.entries(details).map(([k, v]) => [k, storedValue(v)])),
    cause: input.cause ?? null,
    version,
  };
}

/** An e-mail as the log takes it from a form: only if it parses as one. */
export function emailOrNull(text: string): string | null {
  const parsed = z.email().max(320).safeParse(text.trim());
  return parsed.success ? parsed.data : null;
}
