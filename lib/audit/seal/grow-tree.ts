import "server-only";
import type postgres from "postgres";
import { toHex } from "@/lib/audit/proof/bytes";
import { CompactRange, type NodeId, rootNodes } from "@/lib/audit/proof/merkle";
import { storedNodes, tileLevel } from "@/lib/audit/proof/stored-nodes";

/** Nodes to store, column by column, as the statements take them. */
export interface NodeColumns {
  level: number[];
  index: string[];
  hash: string[];
}

/** The right edge of an organization's stored tree, to append to. @throws when the tree is damaged there */
export async function storedRange(
  tx: postgres.TransactionSql,
  orgId: number,
  size: number,
): Promise<CompactRange> {
  if (size === 0) return new CompactRange();
  return new CompactRange(size, await storedNodes(tx, orgId)(rootNodes(size)));
}

/**
 * Appends leaves.
 * @param completed is told every node that became complete
 * @returns those above a tile, which are stored by themselves
 */
export function appendLeaves(
  range: CompactRange,
  leaves: Uint8Array[],
  completed?: (node: NodeId, hash: Uint8Array) => void,
): NodeColumns {
  const nodes: NodeColumns = { level: [], index: [], hash: [] };
  for (const leaf of leaves) {
    range.append(leaf, (node, hash) => {
      completed?.(node, hash);
      const { level, index } = node;
      if (level < tileLevel) return;
      nodes.level.push(level);
      nodes.index.push(String(index));
      nodes.hash.push(toHex(hash));
    });
  }
  return nodes;
}
