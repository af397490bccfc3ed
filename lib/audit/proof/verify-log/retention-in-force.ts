import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { sameBytes } from "../bytes";
import { eventLeaf } from "../entry";
import { AlteredRow, eventRecord, type RecordRow, recordColumns } from "../event-record";
import { closedRuns, hashBytes, idAt, keyBytes, microsAt, openRuns, type Spans } from "./stored-keys";

type Row = RecordRow & { micros: string; wanted: string };

/**
 * The moment before which an event may be missing: the greatest cut-off that a cleanup was recorded with. The record is
 * made in the transaction of the removal, so the retention that is set now removes nothing by itself: whoever owns the
 * database can set it as they like. A record counts when it is itself what was sealed, or waits for that: it could be put
 * in to cover a deletion. Only a week that a cleanup, cut off, has detached and not dropped is missing without a record.
 * @returns microseconds since 1970; minus infinity when nothing may be missing
 */
export async function cutoffInForce(sql: AnySql, orgId: number, spans: Spans): Promise<number> {
  const detached = await detachedUpTo(sql);
  const rows = await sql<(Row & { waits: boolean })[]>`
    select ${sql.unsafe(recordColumns)}, e.details->>'cutoff' as wanted,
      (extract(epoch from e.occurred_at) * 1000000)::bigint::text as micros,
      exists (select from audit_outbox o where o.position > 0 and o.event_id = e.id and o.org_id = e.org_id) as waits
    from audit_event e
    where e.org_id = ${orgId} and e.model = 'AuditLog' and e.action_type = 'deleted' and e.action = 'audit.pruned'
    order by e.details->>'cutoff' desc`;
  for (const row of rows) {
    const cutoff = Date.parse(row.wanted) * 1000;
    if (!(cutoff > detached) || cutoff > Number(row.micros)) continue;
    if (row.waits || (await isSealedAs(sql, orgId, spans, row))) return cutoff;
  }
  return detached;
}

/**
 * How many events all cleanups together have removed, as the newest of their records that counts says: so many may be
 * missing, and no more. Null when no record tells, or while a detached week stands, whose events are not counted yet.
 */
export async function removedInAll(sql: AnySql, orgId: number, spans: Spans): Promise<number | null> {
  if (Number.isFinite(await detachedUpTo(sql))) return null;
  const rows = await sql<(Row & { total: string; waits: boolean })[]>`
    select ${sql.unsafe(recordColumns)}, e.details->>'removedInAll' as total,
      (extract(epoch from e.occurred_at) * 1000000)::bigint::text as micros,
      exists (select from audit_outbox o where o.position > 0 and o.event_id = e.id and o.org_id = e.org_id) as waits
    from audit_event e
    where e.org_id = ${orgId} and e.model = 'AuditLog' and e.action_type = 'deleted' and e.action = 'audit.pruned'
      and e.details ? 'removedInAll'
    order by (e.details->>'removedInAll')::bigint desc`;
  for (const row of rows)
    if (row.waits || (await isSealedAs(sql, orgId, spans, row))) return Number(row.total);
  return null;
}

/** The end of the newest week that stands detached, within the retention in force. */
async function detachedUpTo(sql: AnySql): Promise<number> {
  const [week] = await sql<{ ends: string | null }[]>`
    select (extract(epoch from max(w.ends)) * 1000000)::bigint::text as ends
    from pg_class c
    cross join lateral (
      select to_date(substring(c.relname from 13), 'IYYY"w"IW')::timestamp at time zone 'UTC' + interval '7 days' as ends
    ) w
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname ~ '^audit_event_\\d{4}w\\d{2}$'
      and not exists (select from pg_inherits i where i.inhrelid = c.oid and not i.inhdetachpending)
      and w.ends <= audit_cutoff()`;
  return week?.ends == null ? Number.NEGATIVE_INFINITY : Number(week.ends);
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
