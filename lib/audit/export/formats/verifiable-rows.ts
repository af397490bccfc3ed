import "server-only";
import type postgres from "postgres";
import type { EventRecord } from "@/lib/audit/proof/entry";
import { AlteredRow, eventRecord, type RecordRow, recordColumns } from "@/lib/audit/proof/event-record";
import { copyRows } from "@/lib/audit/query/copy-stream";
import { checkpointSize } from "../sealed-state";
import { lineFeed } from "./format";

/** A row of the first half of the COPY. */
type SealedRow = RecordRow & { index: number };

/**
 * A COPY of the events wanted that the newest checkpoint covers, in the sealed order, and then once more of their places
 * alone: the files of a zip follow one another, and the second could not be kept in memory while the first is written.
 * Both halves read one result. Tiles are read once, those whose span has to do with the events wanted.
 * @param where a condition on `audit_event e` without parameters (`literalSql`)
 */
export function sealedRows(where: string, orgId: number): string {
  const org = Math.trunc(orgId);
  return copyRows(`
    with wanted as materialized (
      select e.occurred_at, e.id from audit_event e where ${where}
    ), sealed as (
      select substring(b.events from g * 24 + 1 for 16) as key, t.tile * 1024 + g as index
      from audit_tile t
      cross join lateral (select t.events || ''::bytea as events offset 0) b
      cross join generate_series(0, 1023) g
      where t.org_id = ${org}
        and t.span && (select tstzrange(min(occurred_at), max(occurred_at), '[]') from wanted)
      union all
      select uuid_send(event_id), index from audit_seal_tail where org_id = ${org}
    ), placed as materialized (
      select w.occurred_at, w.id, s.index
      from wanted w join sealed s on s.key = uuid_send(w.id)
      where s.index < ${checkpointSize(org)}
      order by s.index
    )
    select r from (
      select row_to_json(v)::text as r
      from placed p
      cross join lateral (
        select p.index, ${recordColumns} from audit_event e where e.occurred_at = p.occurred_at and e.id = p.id offset 0
      ) v
      union all
      select p.index || ' ' || p.id from placed p
    ) both_halves`);
}

/**
 * Settings of the planner for `sealedRows`. A nested loop over the unindexed keys of all tiles would never end, and what
 * several workers bring together would come in no order.
 */
export async function planForSealedRows(tx: postgres.Sql): Promise<void> {
  await tx`
    select set_config('enable_nestloop', 'off', true), set_config('max_parallel_workers_per_gather', '0', true),
      set_config('jit', 'off', true)`;
}

/** Lines of a stream of bytes, without their line feeds. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncIterable<string[]> {
  let rest: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(lineFeed);
    if (end === -1) {
      rest.push(chunk);
      continue;
    }
    const text = Buffer.concat([...rest, chunk.subarray(0, end)]).toString("utf8");
    rest = [chunk.subarray(end + 1)];
    yield text.split("\n");
  }
  if (rest.some((part) => part.length > 0)) throw new Error("the last row was cut");
}

/** A line of the first half. @returns null for one of the second */
export function recordOf(line: string): { index: number; record: EventRecord } | null {
  if (!line.startsWith("{")) return null;
  const { index, ...row } = JSON.parse(line) as SealedRow;
  return { index, record: recordAsItStands(row) };
}

/** A line of the second half. */
export function placeOf(line: string): { index: number; id: string } {
  const [index = "", id = ""] = line.split(" ");
  return { index: Number(index), id };
}

/**
 * The record of a row; of one that was changed past the product, what stands there now, so that the verifier names it. Its
 * JSON stays the text it is: read, a number could lose the digits that somebody put to it, and pass for the one recorded.
 */
function recordAsItStands(row: RecordRow): EventRecord {
  try {
    return eventRecord(row);
  } catch (error) {
    if (!(error instanceof AlteredRow)) throw error;
    const whole = eventRecord({
      ...row,
      entry_version: 1,
      metadata: null,
      changes: "[]",
      details: "{}",
      actor_salt: "0".repeat(64),
      subject_salt: "0".repeat(64),
      actor_digest: null,
      subject_digest: null,
    });
    const { metadata, changes, details } = row;
    const subject =
      "content" in whole.subject ? { ...whole.subject.content, metadata, changes, details } : null;
    return {
      ...whole,
      entryVersion: row.entry_version as 1,
      actor: { ...whole.actor, salt: row.actor_salt ?? "" },
      subject: { content: subject, salt: row.subject_salt ?? "" },
    } as EventRecord;
  }
}
