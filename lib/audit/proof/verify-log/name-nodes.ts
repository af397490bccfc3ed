import "server-only";
import type { Findings } from "../verify/findings";
import type { OddNode } from "./rebuild-tree";

const noted = (n: number): string => n.toLocaleString("en-US");

/** One change shows in every node above it: the lowest is named. */
export function nameNodes(nodes: readonly OddNode[], findings: Findings): void {
  const lowest = new Set(nodes.filter((n) => n.why === "differs").map(keyOf));
  for (const { level, index } of nodes)
    for (let l = level + 1, i = Math.floor(index / 2); l <= 52; l++, i = Math.floor(i / 2))
      lowest.delete(keyOf({ level: l, index: i }));
  for (const node of nodes) {
    const first = node.index * 2 ** node.level;
    const over = `over the places ${noted(first)} to ${noted(first + 2 ** node.level - 1)}`;
    if (node.why === "missing")
      findings.add("proof", `A stored node of the tree ${over} is missing.`, { index: first });
    else if (node.why === "extra")
      findings.add("proof", `A node of the tree ${over} is stored, but the log is shorter.`, {
        index: first,
      });
    else if (lowest.has(keyOf(node)))
      findings.add("proof", `The stored node of the tree ${over} is not what its leaves come to.`, {
        index: first,
      });
  }
}

function keyOf({ level, index }: { level: number; index: number }): string {
  return `${level} ${index}`;
}
