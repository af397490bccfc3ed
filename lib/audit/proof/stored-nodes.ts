import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { type NodeId, type NodeReader, nodeHash } from "./merkle";

/** Leaves of a row of `audit_tile`: 2^10. */
export const tileLevel = 10;
const tileLeaves = 2 ** tileLevel;
/** Nodes of this level stand in the tile's row too, four of them. */
const subrootLevel = 8;
const subrootsOfTile = 2 ** (tileLevel - subrootLevel);

interface Found {
  kind: "node" | "subroots" | "leaves" | "leaf";
  level: number | null;
  index: string;
  hash: Buffer;
}

/**
 * Reads nodes of an organization's tree as the database holds them: levels from 10 up by key, 8 and 9 from the roots
 * that stand in their tile, lower ones from its leaf hashes. One statement, one snapshot: a tile that closes meanwhile
 * moves its leaves.
 *
 * @returns a reader; it throws when the tree holds no such node (a log that is shorter, or damaged)
 */
export function storedNodes(sql: AnySql, orgId: number): NodeReader {
  return async (nodes) => {
    const high = nodes.filter((n) => n.level >= tileLevel);
    const low = nodes.filter((n) => n.level < subrootLevel);
    const between = nodes.filter((n) => n.level >= subrootLevel && n.level < tileLevel);
    const lowTiles = [...new Set(low.map(tileOf))].map(String);
    const tiles = [...new Set([...low, ...between].map(tileOf))].map(String);
    const found = await sql<Found[]>`
      select 'node' as kind, n.level, n.index::text, n.hash
      from unnest(${high.map((n) => n.level)}::int[], ${high.map((n) => String(n.index))}::bigint[]) k (level, index)
      join audit_node n on n.org_id = ${orgId} and n.level = k.level and n.index = k.index
      union all
      select 'subroots', null, tile::text, subroots from audit_tile
      where org_id = ${orgId} and tile = any (${between.length > 0 ? tiles : []}::bigint[]) and subroots is not null
      union all
      select 'leaves', null, tile::text, hashes from audit_tile
      where org_id = ${orgId} and tile = any (${tiles}::bigint[]) and hashes is not null
        and (subroots is null or tile = any (${lowTiles}::bigint[]))
      union all
      select 'leaf', null, t.index::text, t.leaf_hash
      from unnest(${tiles}::bigint[]) k (tile)
      join audit_seal_tail t on t.org_id = ${orgId} and t.index >= k.tile * ${tileLeaves}
        and t.index < (k.tile + 1) * ${tileLeaves} and t.leaf_hash is not null`;
    const known = new Map(found.map((row) => [`${row.kind} ${row.level ?? ""} ${row.index}`, row.hash]));

    function leafAt(index: number): Uint8Array | undefined {
      const leaves = known.get(`leaves  ${Math.floor(index / tileLeaves)}`);
      const at = (index % tileLeaves) * 32;
      return leaves ? leaves.subarray(at, at + 32) : known.get(`leaf  ${index}`);
    }
    function hashAt({ level, index }: NodeId): Uint8Array | undefined {
      if (level >= tileLevel) return known.get(`node ${level} ${index}`);
      if (level === 0) return leafAt(index);
      const subroots =
        level === subrootLevel ? known.get(`subroots  ${Math.floor(index / subrootsOfTile)}`) : undefined;
      if (subroots)
        return subroots.subarray((index % subrootsOfTile) * 32, ((index % subrootsOfTile) + 1) * 32);
      const left = hashAt({ level: level - 1, index: index * 2 });
      const right = hashAt({ level: level - 1, index: index * 2 + 1 });
      return left && right && nodeHash(left, right);
    }
    return nodes.map((node) => {
      const hash = hashAt(node);
      if (!hash) throw new MissingNode(orgId, node);
      return hash;
    });
  };
}

/** A node that ought to be stored is not: the log is shorter than was said, or damaged. */
export class MissingNode extends Error {
  override readonly name = "MissingNode";
  constructor(orgId: number, { level, index }: NodeId) {
    super(`the tree of organization ${orgId} holds no node ${level}/${index}`);
  }
}

function tileOf(node: NodeId): number {
  return Math.floor((node.index * 2 ** node.level) / tileLeaves);
}
