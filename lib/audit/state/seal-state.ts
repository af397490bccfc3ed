import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { tileLeaves } from "@/lib/audit/seal/seal-batch";
import { type Moment, toDate, toDateOrNull } from "./moment";

/** How far the sealed order and its signatures have come. */
export interface SealState {
  origin: string;
  /** Events that have their place in the sealed order. */
  size: number;
  /** Events that wait for one. */
  unsealed: number;
  /** The last checkpoint under the log's present name; null when none was signed yet. */
  checkpoint: { size: number; root: Uint8Array; note: string; createdAt: Date } | null;
  /** Since when the longest waiting event waits for its place or for a checkpoint over it; null when none waits. */
  waitingSince: Date | null;
  /** Seconds until now of that, by the database's clock; 0 when none waits. */
  lagS: number;
  /** Why nothing is signed at the moment; null when nothing stands against it. */
  refused: string | null;
  refusedSince: Date | null;
  /** When the stored tree was last held against the last signed checkpoint. */
  checkedAt: Date | null;
}

interface Row {
  origin: string;
  size: string;
  unsealed: string;
  checkpoint_size: string | null;
  checkpoint_root: Buffer | null;
  checkpoint_note: string | null;
  checkpoint_at: Moment | null;
  waiting_since: Moment | null;
  lag_s: number;
  refused: string | null;
  refused_since: Moment | null;
  checked_at: Moment | null;
}

/**
 * Reads the state of the sealing in one statement, and so of one instant.
 *
 * An event that is sealed waits for its signature since it was recorded or, where that is later, since the last
 * checkpoint or adoption: each checkpoint is over all that is sealed, so a signer at work is never further behind. While
 * signing is refused nothing counts as waiting for it: that is a trouble of its own.
 * In a demo the events are older than their recording, so there the sealer's last work counts instead.
 */
export async function sealState(sql: AnySql, orgId: number): Promise<SealState> {
  const [row] = await sql<Row[]>`
    with head as (
      select h.*, coalesce(c.size, 0) as signed, c.size as c_size, c.root as c_root, c.note, c.created_at,
        s.refused, s.refused_since, s.checked_at
      from audit_head h
      left join lateral (
        select * from audit_checkpoint c where c.org_id = h.org_id and c.origin = h.origin order by size desc limit 1
      ) c on true
      left join audit_signing s on s.org_id = h.org_id
      where h.org_id = ${orgId}
    ), unsigned as (
      select greatest(
        (select t.occurred_at from audit_seal_tail t where t.org_id = h.org_id and t.index = h.signed),
        (select timestamptz 'epoch' + interval '1 microsecond' * ('x' || encode(substring(
            t.events from (h.signed % ${tileLeaves})::int * 24 + 17 for 8), 'hex'))::bit(64)::bigint
          from audit_tile t where t.org_id = h.org_id and t.tile = h.signed / ${tileLeaves}),
        h.created_at,
        (select max(created_at) from audit_checkpoint c where c.org_id = h.org_id),
        (select max(created_at) from audit_adoption a where a.org_id = h.org_id)) as since
      from head h
      where h.signed < h.size and h.refused is null
    ), waiting as (
      select case when (select demo from audit_config) then greatest(o.occurred_at, h.sealed_at) else o.occurred_at end as since
      from (select occurred_at from audit_outbox where org_id = ${orgId} order by position limit 1) o, head h
      union all
      select case when (select demo from audit_config) then greatest(u.since, h.sealed_at) else u.since end
      from unsigned u, head h
    )
    select h.origin, h.size, (select count(*) from audit_outbox where org_id = ${orgId} and position > 0) as unsealed,
      h.c_size as checkpoint_size, h.c_root as checkpoint_root, h.note as checkpoint_note, h.created_at as checkpoint_at,
      (select min(since) from waiting) as waiting_since,
      coalesce((select greatest(0, extract(epoch from clock_timestamp() - min(since)))::float8 from waiting), 0) as lag_s,
      h.refused, h.refused_since, h.checked_at
    from head h`;
  if (!row) throw new Error(`organization ${orgId} has no log`);
  return {
    origin: row.origin,
    size: Number(row.size),
    unsealed: Number(row.unsealed),
    checkpoint:
      row.checkpoint_size !== null && row.checkpoint_root && row.checkpoint_note && row.checkpoint_at
        ? {
            size: Number(row.checkpoint_size),
            root: new Uint8Array(row.checkpoint_root),
            note: row.checkpoint_note,
            createdAt: toDate(row.checkpoint_at),
          }
        : null,
    waitingSince: toDateOrNull(row.waiting_since),
    lagS: row.lag_s,
    refused: row.refused,
    refusedSince: toDateOrNull(row.refused_since),
    checkedAt: toDateOrNull(row.checked_at),
  };
}
