import "server-only";
import { recordColumns } from "@/lib/audit/proof/event-record";
import { tileLeaves } from "./close-tiles";
import type { AnySql } from "./dimensions";
import { type FoundRow, utcText } from "./leaf-of-row";

/** A leaf as it is stored, with the event's row as it stands; the row's columns are null where it is gone. */
export type SealedLeaf = {
  /** Place in the log, from 0, as decimal text. */
  place: string;
  leaf: Buffer | null;
  event: string;
  at: string;
  /** Whether the event is past the retention, and its row may have been deleted. */
  expired: boolean;
} & FoundRow;

/**
 * Reads leaves in their order, from the tiles and the open tile in one statement.
 * @param from first index
 * @param to index after the last
 */
export function sealedLeaves(sql: AnySql, orgId: number, from: number, to: number): Promise<SealedLeaf[]> {
  return sql<SealedLeaf[]>`
    with t as (
      select index, event_id, occurred_at, leaf_hash from audit_seal_tail
      where org_id = ${orgId} and index >= ${String(from)} and index < ${String(to)}
      union all
      select a.tile * ${tileLeaves} + i,
        encode(substring(a.events from i * 24 + 1 for 16), 'hex')::uuid,
        timestamptz 'epoch' + ('x' || encode(substring(a.events from i * 24 + 17 for 8), 'hex'))::bit(64)::bigint
          * interval '1 microsecond',
        substring(a.hashes from i * 32 + 1 for 32)
      from audit_tile a cross join generate_series(0, ${tileLeaves - 1}) i
      where a.org_id = ${orgId}
        and a.tile between ${String(Math.floor(from / tileLeaves))} and ${String(Math.floor((to - 1) / tileLeaves))}
        and a.tile * ${tileLeaves} + i >= ${String(from)} and a.tile * ${tileLeaves} + i < ${String(to)}
    )
    select t.index::text as place, t.leaf_hash as leaf, t.event_id as event, ${sql.unsafe(utcText("t.occurred_at"))} as at,
      t.occurred_at < audit_cutoff() as expired, r.*
    from t left join lateral (
      select ${sql.unsafe(recordColumns)} from audit_event e where e.occurred_at = t.occurred_at and e.id = t.event_id offset 0
    ) r on true
    order by t.index` as unknown as Promise<SealedLeaf[]>;
}
