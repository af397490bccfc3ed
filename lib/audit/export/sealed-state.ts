import "server-only";
import type postgres from "postgres";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { sql } from "@/lib/db/client";

/** How far the log is sealed, seen by the snapshot of an export. */
export interface SealedState {
  origin: string;
  /** Leaves of the log: events with an index. */
  size: number;
  /** The newest checkpoint; null before the first. */
  checkpoint: { note: string; size: number } | null;
  /** Events of the export that the checkpoint does not cover. */
  notYetSealed: number;
}

/** SQL: leaves that the newest checkpoint of the log's present origin covers; 0 before the first. */
export function checkpointSize(orgId: number): string {
  return `(select coalesce(max(c.size), 0) from audit_checkpoint c join audit_head h using (org_id, origin)
    where c.org_id = ${Math.trunc(orgId)})`;
}

/**
 * The newest checkpoint, and how many of the events wanted lie beyond it: not sealed, or sealed and not signed yet. Reads
 * what is beyond, not the log.
 * @param where a condition on `audit_event e` without parameters (`literalSql`)
 * @throws when the organization has no log
 */
export async function sealedState(on: AnySql, orgId: number, where: string): Promise<SealedState> {
  const [found] = await on<{ origin: string; leaves: number; note: string | null; size: string | null }[]>`
    select h.origin, h.size::float8 as leaves, c.note, c.size::text
    from audit_head h
    left join lateral (
      select note, size from audit_checkpoint where org_id = h.org_id and origin = h.origin order by size desc limit 1
    ) c on true
    where h.org_id = ${orgId}`;
  if (!found) throw new Error(`organization ${orgId} has no log`);
  const { origin, leaves, note, size } = found;
  return {
    origin,
    size: leaves,
    checkpoint: note === null || size === null ? null : { note, size: Number(size) },
    notYetSealed: await countBeyond(on, { orgId, size: Number(size ?? 0), where }),
  };
}

async function countBeyond(on: AnySql, of: { orgId: number; size: number; where: string }): Promise<number> {
  const [org, size] = [Math.trunc(of.orgId), Math.trunc(of.size)];
  const [beyond] = await (on as postgres.Sql).unsafe<{ n: string }[]>(`
    select count(*) as n
    from (
      select event_id as id, occurred_at from audit_outbox where org_id = ${org} and position > 0
      union all
      select event_id, occurred_at from audit_seal_tail where org_id = ${org} and index >= ${size}
      union all
      select encode(substring(b.events from g * 24 + 1 for 16), 'hex')::uuid,
        timestamptz 'epoch' + ('x' || encode(substring(b.events from g * 24 + 17 for 8), 'hex'))::bit(64)::bigint
          * interval '1 microsecond'
      from audit_tile t
      cross join lateral (select t.events || ''::bytea as events offset 0) b
      cross join generate_series(0, 1023) g
      where t.org_id = ${org} and t.tile >= ${Math.floor(size / 1024)} and t.tile * 1024 + g >= ${size}
    ) u
    cross join lateral (
      select from audit_event e where e.occurred_at = u.occurred_at and e.id = u.id and (${of.where}) offset 0
    ) e`);
  return Number(beyond?.n);
}

/**
 * Waits until the newest checkpoint covers every event wanted, or the time is over.
 * @param where a condition on `audit_event e` without parameters
 */
export async function waitUntilSealed(orgId: number, where: string, patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while ((await sealedState(sql(), orgId, where)).notYetSealed > 0 && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 100));
}
