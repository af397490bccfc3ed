import "server-only";
import type { Query } from "../query/ast";
import { isNarrowed } from "./part-candidates";
import { PatternProblem, type Tree, type TreeLeaf, treeOf } from "./query-tree";

/**
 * Whether the index does not narrow a search: it may try every line, name or path there is, for as long as its deadline
 * allows. A pattern that cannot be compiled is not: it is refused at once.
 */
export function isWide({ node }: Query): boolean {
  try {
    const { root, leaves } = treeOf(node);
    return leaves.some(isTried) && !narrows(root);
  } catch (error) {
    if (error instanceof PatternProblem) return false;
    throw error;
  }
}

/** Whether each text or path may have to be tried; a fixed text in paths is found at once. */
const isTried = ({ leaf, matcher }: TreeLeaf) =>
  matcher !== null && leaf.kind !== "repo" && !(leaf.kind === "file" && matcher.literal !== null);

/** Whether the index names the parts of texts that may match. */
function narrows(tree: Tree): boolean {
  if (tree.kind === "leaf") return isNarrowed(tree.leaf);
  if (tree.kind === "and") return tree.of.some(narrows);
  return tree.kind === "or" && tree.of.every(narrows);
}
