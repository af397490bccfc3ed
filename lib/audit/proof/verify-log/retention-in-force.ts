import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { sameBytes } from "../bytes";
import { eventLeaf } from "../entry";
import { AlteredRow, eventRecord, type RecordRow, recordColumns } from "../event-record";
import { closedRuns, hashBytes, idAt, keyBytes, microsAt, openRuns, type Spans } from "./stored-keys";

type Row = RecordRow & { micros: string; wanted: string };

/**
 * The moment before which an event may be missing: the cut-off in force, or the greatest that a cleanup was recorded
 * with. Such a record counts only when it is itself what was sealed: it could be put in to cover a deletion.
 * @returns microseconds since 1970
 */
export async function cutoffInForce(sql: AnySql, orgId: number, spans: Spans): Promise<number> {
  const [now] = await sql<{ cutoff: string | null }[]>`
    select case when isfinite(audit_cutoff()) then (extract(epoch from audit_cutoff()) * 1000000)::bigint::text end as cutoff`;
  const inForce = now?.cutoff == null ? Number.NEGATIVE_INFINITY : Number(now.cutoff);
  const rows = await sql<Row[]>`
    select ${sql.unsafe(recordColumns)}, e.details->>'cutoff' as wanted,
      (extract(epoch from e.occurred_at) * 1000000)::bigint::text as micros
    from audit_event e
    where e.org_id = ${orgId} and e.model = 'AuditLog' and e.action_type = 'deleted' and e.action = 'audit.pruned'
    order by e.details->>'cutoff' desc`;
  for (const row of rows) {
    const cutoff = Date.parse(row.wanted) * 1000;
    if (!(cutoff > inForce) || cutoff > Number(row.micros)) continue;
    if (await isSealedAs(sql, orgId, spans, row)) return cutoff;
  }
  return inForce;
}

/** Whether the row has the leaf that stands at its place. */
async function isSealedAs(sql: AnySql, orgId: number, spans: Spans, row: Row): Promise<boolean> {
  const leaf = leafOf(row);
  if (!leaf) return false;
  const micros = Number(row.micros);
  const tiles = spans.tiles.filter(
    (_, i) => (spans.from[i] as number) <= micros && (spans.to[i] as number) >= micros,
  );
  const runs = [...(await closedRuns(sql, orgId, tiles)), ...(await openRuns(sql, orgId))];
  return runs.some(({ keys, hashes }) => {
    for (let at = 0; hashes && at * keyBytes < keys.length; at++)
      if (microsAt(keys, at) === micros && idAt(keys, at) === row.id)
        return sameBytes(hashes.subarray(at * hashBytes, (at + 1) * hashBytes), leaf);
    return false;
  });
}

function leafOf(row: RecordRow): Uint8Array | null {
  try {
    return eventLeaf(eventRecord(row));
  } catch (error) {
    if (error instanceof AlteredRow) return null;
    throw error;
  }
}
