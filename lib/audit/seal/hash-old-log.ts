import "server-only";
import type postgres from "postgres";
import { absentLeaf } from "@/lib/audit/proof/absent-leaf";
import { concatBytes, toHex } from "@/lib/audit/proof/bytes";
import { recordColumns } from "@/lib/audit/proof/event-record";
import { subrootLevel, tileLeaves } from "./close-tiles";
import { appendLeaves, storedRange } from "./grow-tree";
import { type FoundRow, leafToSeal, utcText } from "./leaf-of-row";

/**
 * Hashes a log that was sealed before there were hashes, from its first leaf, a tile in a transaction: cut off at any
 * point it goes on where it stopped. An event whose row is gone by now was past the retention, or nobody can say
 * otherwise any more: its leaf says `absent`, unlike the one of an event that is lost between recording and sealing.
 *
 * @param sql the sealer's own connection
 * @returns `done` when no log is left to hash, `more` after each tile, `busy` while another instance seals
 */
export async function hashOldLog(sql: postgres.Sql): Promise<"done" | "more" | "busy"> {
  return sql.begin(async (tx) => {
    const [lock] = await tx`select pg_try_advisory_xact_lock(hashtext('gurulog.seal')) as held`;
    if (!lock?.held) return "busy";
    const [head] = await tx<{ org_id: number; size: string }[]>`
      select org_id, size::text from audit_head where root is null and size > 0 order by org_id limit 1 for update`;
    if (!head) return "done";
    const [next] = await tx<{ tile: string | null }[]>`
      select min(tile)::text as tile from audit_tile where org_id = ${head.org_id} and hashes is null`;
    if (next?.tile) await hashTile(tx, head.org_id, Number(next.tile));
    else await hashTail(tx, head.org_id, Number(head.size));
    return "more";
  });
}

type Old = { event: string; at: string } & FoundRow;

async function hashTile(tx: postgres.TransactionSql, orgId: number, tile: number): Promise<void> {
  const rows = await tx<Old[]>`
    with t as (
      select i,
        encode(substring(a.events from i * 24 + 1 for 16), 'hex')::uuid as event_id,
        timestamptz 'epoch' + ('x' || encode(substring(a.events from i * 24 + 17 for 8), 'hex'))::bit(64)::bigint
          * interval '1 microsecond' as occurred_at
      from audit_tile a cross join generate_series(0, ${tileLeaves - 1}) i
      where a.org_id = ${orgId} and a.tile = ${String(tile)}
    )
    select t.event_id as event, ${tx.unsafe(utcText("t.occurred_at"))} as at, r.*
    from t left join lateral (
      select ${tx.unsafe(recordColumns)} from audit_event e where e.occurred_at = t.occurred_at and e.id = t.event_id offset 0
    ) r on true
    order by i`;
  const leaves = rows.map((row) => oldLeaf(orgId, row));
  const subroots: Uint8Array[] = [];
  const range = await storedRange(tx, orgId, tile * tileLeaves);
  const nodes = appendLeaves(range, leaves, (node, hash) => {
    if (node.level === subrootLevel) subroots.push(hash);
  });
  await tx`
    with hashed as (
      update audit_tile set hashes = decode(${toHex(concatBytes(...leaves))}, 'hex'),
        subroots = decode(${toHex(concatBytes(...subroots))}, 'hex')
      where org_id = ${orgId} and tile = ${String(tile)}
    )
    insert into audit_node (org_id, level, index, hash)
    select ${orgId}, level, index, decode(hash, 'hex')
    from unnest(${nodes.level}::int[], ${nodes.index}::bigint[], ${nodes.hash}::text[]) n (level, index, hash)
    on conflict (org_id, level, index) do update set hash = excluded.hash`;
}

/** The last step: the open tile's leaves and, with them, the root; from here on the log is sealed as a new one is. */
async function hashTail(tx: postgres.TransactionSql, orgId: number, size: number): Promise<void> {
  const closed = size - (size % tileLeaves);
  const rows = await tx<Old[]>`
    select t.event_id as event, ${tx.unsafe(utcText("t.occurred_at"))} as at, r.*
    from audit_seal_tail t left join lateral (
      select ${tx.unsafe(recordColumns)} from audit_event e where e.occurred_at = t.occurred_at and e.id = t.event_id offset 0
    ) r on true
    where t.org_id = ${orgId} order by t.index`;
  if (rows.length !== size - closed)
    throw new Error(`the log of organization ${orgId} has lost leaves: restore the database from a backup`);
  const range = await storedRange(tx, orgId, closed);
  const leaves = rows.map((row) => oldLeaf(orgId, row));
  appendLeaves(range, leaves);
  await tx`
    with hashed as (
      update audit_seal_tail t set leaf_hash = decode(l.hash, 'hex')
      from unnest(${leaves.map(toHex)}::text[]) with ordinality l (hash, place)
      where t.org_id = ${orgId} and t.index = ${String(closed)}::bigint + l.place - 1
    )
    update audit_head set root = decode(${toHex(range.root())}, 'hex') where org_id = ${orgId}`;
}

function oldLeaf(org: number, row: Old): Uint8Array {
  const key = { id: row.event, org, time: row.at };
  return row.id === null ? absentLeaf(key) : leafToSeal(key, row).hash;
}
