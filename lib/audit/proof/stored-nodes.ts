import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { type NodeId, type NodeReader, nodeHash } from "./merkle";

/** Leaves of a row of `audit_tile`: 2^10. */
export const tileLevel = 10;
const tileLeaves = 2 ** tileLevel;

interface Found {
  kind: "node" | "tile" | "leaf";
  level: number | null;
  index: string;
  hash: Buffer;
}

/**
 * Reads nodes of an organization's tree as the database holds them: levels from 10 up by key, lower ones from the leaf
 * hashes of their tile. One statement, one snapshot: a tile that closes meanwhile moves its leaves.
 *
 * @returns a reader; it throws when the tree holds no such node (a log that is shorter, or damaged)
 */
export function storedNodes(sql: AnySql, orgId: number): NodeReader {
  return async (nodes) => {
    const high = nodes.filter((n) => n.level >= tileLevel);
    const tiles = [...new Set(nodes.filter((n) => n.level < tileLevel).map(tileOf))];
    const found = await sql<Found[]>`
      select 'node' as kind, n.level, n.index::text, n.hash
      from unnest(${high.map((n) => n.level)}::int[], ${high.map((n) => String(n.index))}::bigint[]) k (level, index)
      join audit_node n on n.org_id = ${orgId} and n.level = k.level and n.index = k.index
      union all
      select 'tile', null, tile::text, hashes from audit_tile
      where org_id = ${orgId} and tile = any (${tiles.map(String)}::bigint[]) and hashes is not null
      union all
      select 'leaf', null, t.index::text, t.leaf_hash
      from unnest(${tiles.map(String)}::bigint[]) k (tile)
      join audit_seal_tail t on t.org_id = ${orgId} and t.index >= k.tile * ${tileLeaves}
        and t.index < (k.tile + 1) * ${tileLeaves} and t.leaf_hash is not null`;
    const known = new Map(found.map((row) => [`${row.kind} ${row.level ?? ""} ${row.index}`, row.hash]));
    const leaf = (index: number): Uint8Array | undefined => {
      const tile = known.get(`tile  ${Math.floor(index / tileLeaves)}`);
      const at = (index % tileLeaves) * 32;
      return tile ? tile.subarray(at, at + 32) : known.get(`leaf  ${index}`);
    };
    return nodes.map((node) => {
      const hash =
        node.level >= tileLevel ? known.get(`node ${node.level} ${node.index}`) : hashUnder(node, leaf);
      if (!hash)
        throw new Error(`the tree of organization ${orgId} holds no node ${node.level}/${node.index}`);
      return hash;
    });
  };
}

function tileOf(node: NodeId): number {
  return Math.floor((node.index * 2 ** node.level) / tileLeaves);
}

function hashUnder(
  { level, index }: NodeId,
  leaf: (index: number) => Uint8Array | undefined,
): Uint8Array | undefined {
  if (level === 0) return leaf(index);
  const left = hashUnder({ level: level - 1, index: index * 2 }, leaf);
  const right = hashUnder({ level: level - 1, index: index * 2 + 1 }, leaf);
  return left && right && nodeHash(left, right);
}
