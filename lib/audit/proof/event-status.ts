import "server-only";
import "./node-primitives";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { indexOfEvents } from "@/lib/audit/seal/lookup";
import { sameBytes, toBase64 } from "./bytes";
import { type EventRecord, eventLeaf } from "./entry";
import { AlteredRow, eventRecord, type RecordRow, recordColumns } from "./event-record";
import { inclusionProof, verifyInclusion } from "./merkle";
import { verifierKey } from "./note";
import { signedCheckpoint } from "./signed-checkpoint";
import { verifiersOf } from "./signing-keys";
import { checkpointOver, latestCheckpoint, type StoredCheckpoint } from "./stored-checkpoints";
import { MissingNode, storedNodes } from "./stored-nodes";
import { type EventProof, proofFormat } from "./verify/verify-event-proof";

/** An event by its place in the order of time; the time to the microsecond. */
export interface EventKey {
  id: string;
  /** Microseconds since 1970, decimal. */
  micros: string;
}

/** What is wrong with an event that does not verify. */
export type ProofProblem =
  /** The row says something else than what was sealed. */
  | "changed"
  /** The row never went the way of an event: put there past the product, or taken out of the sealed order. */
  | "unsealable"
  /** The stored tree does not lead to the signed root, or lacks a part. */
  | "tree"
  /** The log is shorter than what was signed: a restored backup, or its end was cut off. */
  | "behind"
  /** The newest checkpoint is not signed by a key of this server. */
  | "signature";

/** The event's standing in the sealed log. */
export type EventStatus =
  | { state: "unsealed" }
  | {
      state: "verified";
      index: number;
      /** Size of the first checkpoint over it, by which it is named. */
      checkpoint: number;
      /** When that one was signed; RFC 3339 UTC. */
      sealedAt: string;
      /** Size of the newest checkpoint, which it was checked against. */
      against: number;
      proof: EventProof;
    }
  | { state: "failed"; problem: ProofProblem; index: number | null };

/**
 * Checks an event against the newest checkpoint: row, leaf, audit path, root, signature.
 * @param key of an event that the caller may read; a row that is gone meanwhile is "changed"
 * @throws what the database throws
 */
export async function eventStatus(sql: AnySql, orgId: number, key: EventKey): Promise<EventStatus> {
  // In this order: what is not in the outbox any more has its index by then. The other way round an event that is sealed
  // in between would seem to be in neither.
  const [waiting] =
    await sql`select exists (select from audit_outbox where position > 0 and event_id = ${key.id}) as some`;
  const index = await indexOf(sql, orgId, key);
  if (index === null) return waiting?.some ? { state: "unsealed" } : failed("unsealable", null);
  const newest = await latestCheckpoint(sql, orgId);
  if (!newest || newest.size <= index) return { state: "unsealed" };
  return check(sql, orgId, key, index, newest);
}

async function check(
  sql: AnySql,
  orgId: number,
  key: EventKey,
  index: number,
  newest: StoredCheckpoint,
): Promise<EventStatus> {
  const keys = verifiersOf(newest.origin);
  const signed = signedCheckpoint(newest.note, keys);
  if (signed?.origin !== newest.origin || signed.size !== newest.size) return failed("signature", index);
  const record = await recordOf(sql, orgId, key);
  if (!record) return failed("changed", index);
  const read = storedNodes(sql, orgId);
  try {
    const { size, root } = signed;
    const leaf = eventLeaf(record);
    const [[stored], path] = [await read([{ level: 0, index }]), await inclusionProof(read, index, size)];
    if (!stored || !sameBytes(stored, leaf)) return failed("changed", index);
    if (!verifyInclusion({ leaf, index, size, root, path })) return failed("tree", index);
    const first = (await checkpointOver(sql, orgId, index)) ?? newest;
    const proof: EventProof = {
      format: proofFormat,
      record,
      index,
      path: path.map(toBase64),
      checkpoint: newest.note,
      keys: keys.map(verifierKey),
    };
    return {
      state: "verified",
      index,
      checkpoint: first.size,
      sealedAt: first.createdAt,
      against: size,
      proof,
    };
  } catch (error) {
    if (!(error instanceof MissingNode)) throw error;
    const [head] =
      await sql`select size < ${String(newest.size)}::bigint as short from audit_head where org_id = ${orgId}`;
    return failed(head?.short ? "behind" : "tree", index);
  }
}

function failed(problem: ProofProblem, index: number | null): EventStatus {
  return { state: "failed", problem, index };
}

async function indexOf(sql: AnySql, orgId: number, { id, micros }: EventKey): Promise<number | null> {
  const indexes = await indexOfEvents(sql, orgId, [{ id, occurredAtMicros: micros }]);
  const index = indexes.get(id);
  return index === undefined ? null : Number(index);
}

/** Null for a row that is gone, or in a state that the product never writes. */
async function recordOf(sql: AnySql, orgId: number, { id, micros }: EventKey): Promise<EventRecord | null> {
  const [row] = await sql<RecordRow[]>`
    select ${sql.unsafe(recordColumns)} from audit_event e
    where e.org_id = ${orgId} and e.id = ${id}
      and e.occurred_at = timestamptz 'epoch' + ${micros}::bigint * interval '1 microsecond'`;
  if (!row) return null;
  try {
    return eventRecord(row);
  } catch (error) {
    if (error instanceof AlteredRow) return null;
    throw error;
  }
}
