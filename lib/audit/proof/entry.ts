import { concatBytes, fromHex, toHex, utf8 } from "./bytes";
import { canonicalJson } from "./canonical-json";
import { leafHash } from "./merkle";
import { sha256 } from "./primitives";

/** The part of an event that names who acted. */
export interface ActorPart {
  email: string | null;
  ip: string | null;
  userAgent: string | null;
}

/** The part of an event that tells of what was acted upon. */
export interface SubjectPart {
  guruSlug: string | null;
  guruName: string | null;
  label: string;
  metadata: unknown;
  changes: unknown;
  details: unknown;
}

/** A part with the 32 bytes that keep its digest from being guessed, or, once erased, the digest alone. Hexadecimal. */
export type Part<T> = { content: T; salt: string } | { digest: string };

/** All that a leaf of the log commits to. */
export interface EventRecord {
  entryVersion: 1;
  id: string;
  org: number;
  guru: string | null;
  /** RFC 3339 UTC with microseconds: `2026-11-21T19:00:00.123456Z`. */
  time: string;
  action: string;
  operation: string;
  actionType: string;
  model: string;
  actorType: string;
  actorId: string;
  account: string | null;
  targetType: string;
  targetId: string;
  outcome: string;
  cause: string | null;
  version: string;
  actor: Part<ActorPart>;
  subject: Part<SubjectPart>;
}

const hash32 = /^[0-9a-f]{64}$/;

/**
 * SHA-256(salt ‖ canonical JSON of the part), hexadecimal; an erased part has only this left.
 * @throws when the part is neither: a digest beside a content would verify, and show a content that nobody recorded
 */
export function partDigest<T>(part: Part<T>): string {
  const keys = Object.keys(part).sort().join();
  if (keys === "digest" && "digest" in part && hash32.test(part.digest)) return part.digest;
  // A salt of another length could move bytes between itself and the content.
  if (keys !== "content,salt" || !("salt" in part) || !hash32.test(part.salt))
    throw new Error("a part that is neither whole nor erased");
  return toHex(sha256(concatBytes(fromHex(part.salt), utf8(canonicalJson(part.content)))));
}

/** The entry of an event: the canonical JSON that its leaf is the hash of. The two parts stand as their digests. */
export function entryText(record: EventRecord): string {
  return canonicalJson({ ...record, actor: partDigest(record.actor), subject: partDigest(record.subject) });
}

/** The leaf of an event, as RFC 6962 section 2.1 hashes it. */
export function eventLeaf(record: EventRecord): Uint8Array {
  return leafHash(utf8(entryText(record)));
}

/**
 * The leaf that stands for an event whose row was gone when its turn to be sealed came: somebody who owns the database
 * removed it. The log goes on, and shows for ever that there was one.
 */
export function voidLeaf(event: { id: string; org: number; time: string }): Uint8Array {
  const { id, org, time } = event;
  return leafHash(utf8(canonicalJson({ entryVersion: 0, id, org, time, void: true })));
}
