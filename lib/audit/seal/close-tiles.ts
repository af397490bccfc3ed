import "server-only";
import type postgres from "postgres";
import { concatBytes, toHex } from "@/lib/audit/proof/bytes";
import { storedNodes, tileLevel } from "@/lib/audit/proof/stored-nodes";

/** Leaves of a tile, as in the C2SP tlog-tiles format with height 10. */
export const tileLeaves = 2 ** tileLevel;

/** A tile of the published format (height 8) holds a quarter of ours. */
export const subrootLevel = 8;
const subrootsOfTile = tileLeaves / 2 ** subrootLevel;

/** A log before and after a batch. */
export interface Grown {
  orgId: number;
  base: number;
  size: number;
}

/** Folds each complete run of 1,024 rows of the open tile into one row: keys, leaf hashes, and four roots over them. */
export async function closeTiles(tx: postgres.TransactionSql, grown: Grown[]): Promise<void> {
  const full = grown.flatMap((log) => {
    const first = Math.floor(log.base / tileLeaves);
    const count = Math.floor(log.size / tileLeaves) - first;
    return Array.from({ length: count }, (_, i) => ({ orgId: log.orgId, tile: first + i }));
  });
  if (full.length === 0) return;
  const subroots: string[] = [];
  for (const { orgId, tile } of full) subroots.push(toHex(await subrootsOf(tx, orgId, tile)));
  await tx`
    with complete as (
      select * from unnest(
        ${full.map((f) => f.orgId)}::int[], ${full.map((f) => String(f.tile))}::bigint[], ${subroots}::text[]
      ) c (org_id, tile, subroots)
    ), closed as (
      delete from audit_seal_tail t using complete c
      where t.org_id = c.org_id and t.index >= c.tile * ${tileLeaves} and t.index < (c.tile + 1) * ${tileLeaves}
      returning t.org_id, c.tile, c.subroots, t.index, t.event_id, t.occurred_at, t.leaf_hash
    )
    insert into audit_tile (org_id, tile, events, hashes, subroots, span)
    select org_id, tile,
      string_agg(
        uuid_send(event_id) || int8send((extract(epoch from occurred_at) * 1000000)::bigint), ''::bytea order by index),
      string_agg(leaf_hash, ''::bytea order by index),
      decode(subroots, 'hex'),
      tstzrange(min(occurred_at), max(occurred_at), '[]')
    from closed
    group by org_id, tile, subroots`;
}

/** The roots over each 256 leaves of a tile, from what is stored of it. */
async function subrootsOf(tx: postgres.TransactionSql, orgId: number, tile: number): Promise<Uint8Array> {
  const nodes = Array.from({ length: subrootsOfTile }, (_, i) => ({
    level: subrootLevel,
    index: tile * subrootsOfTile + i,
  }));
  return concatBytes(...(await storedNodes(tx, orgId)(nodes)));
}
