import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { sameBytes } from "../bytes";
import { eventLeaf } from "../entry";
import { AlteredRow, eventRecord, type RecordRow, recordColumns } from "../event-record";
import type { KeptLog } from "./kept-events";
import { closedRuns, hashBytes, idAt, keyBytes, microsAt, openRuns } from "./stored-keys";

type Row = RecordRow & { micros: string; wanted: string };

/**
 * The moment before which an event may be missing: the greatest cut-off that a cleanup was recorded with. The record is
 * made in the transaction of the removal, so the retention that is set now removes nothing by itself: whoever owns the
 * database can set it as they like. A record counts when it is itself what was sealed, or waits for that: it could be put
 * in to cover a deletion.
 * @returns microseconds since 1970; minus infinity when nothing may be missing
 */
export async function cutoffInForce(sql: AnySql, log: KeptLog): Promise<number> {
  const rows = await sql<(Row & { waits: boolean })[]>`
    select ${sql.unsafe(recordColumns)}, e.details->>'cutoff' as wanted,
      (extract(epoch from e.occurred_at) * 1000000)::bigint::text as micros,
      exists (select from audit_outbox o where o.position > 0 and o.event_id = e.id and o.org_id = e.org_id) as waits
    from ${sql.unsafe(log.events)} e
    where e.org_id = ${log.orgId} and e.model = 'AuditLog' and e.action_type = 'deleted' and e.action = 'audit.pruned'
    order by e.details->>'cutoff' desc`;
  for (const row of rows) {
    const cutoff = Date.parse(row.wanted) * 1000;
    if (!Number.isFinite(cutoff) || cutoff > Number(row.micros)) continue;
    if (row.waits || (await isSealedAs(sql, log, row))) return cutoff;
  }
  return Number.NEGATIVE_INFINITY;
}

/**
 * How many events all cleanups together have removed, as the newest of their records that counts says: so many may be
 * missing, and no more. Null when no record tells.
 */
export async function removedInAll(sql: AnySql, log: KeptLog): Promise<number | null> {
  const rows = await sql<(Row & { total: string; waits: boolean })[]>`
    select ${sql.unsafe(recordColumns)}, e.details->>'removedInAll' as total,
      (extract(epoch from e.occurred_at) * 1000000)::bigint::text as micros,
      exists (select from audit_outbox o where o.position > 0 and o.event_id = e.id and o.org_id = e.org_id) as waits
    from ${sql.unsafe(log.events)} e
    where e.org_id = ${log.orgId} and e.model = 'AuditLog' and e.action_type = 'deleted' and e.action = 'audit.pruned'
      and e.details ? 'removedInAll'
    order by (e.details->>'removedInAll')::bigint desc`;
  for (const row of rows) if (row.waits || (await isSealedAs(sql, log, row))) return Number(row.total);
  return null;
}

/** Whether the row has the leaf that stands at its place. */
async function isSealedAs(sql: AnySql, { orgId, spans }: KeptLog, row: Row): Promise<boolean> {
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
