import "server-only";
import { foldText } from "@/lib/platform/code/fold";
import type { Leaf, Node, PatternLeaf } from "../query/ast";
import { compileLeaf, type KeyNeed, type Pattern } from "../query/pattern";
import { type Shape, shapeOf } from "../query/shape";

/** Does a file match? `maybe` = its text has to be read first. In ascending order: and = least, or = most. */
export const no = 0;
export const maybe = 1;
export const yes = 2;

/** A pattern that cannot be compiled. */
export class PatternProblem extends Error {
  override readonly name = "PatternProblem";
}

/** A pattern, ready to be looked for. */
export interface Matcher {
  pattern: Pattern;
  isCaseSensitive: boolean;
  /** The whole pattern is this text: folded where case does not matter. */
  literal: string | null;
  /** Folded texts of which each match has one at least; null = none is known. */
  anchors: string[] | null;
  /** What matches look like; null where that is not known, or not needed. Its chain is folded where case does not matter. */
  shape: Shape | null;
}

export interface TreeLeaf {
  /** Among the leaves of the query. */
  index: number;
  leaf: Leaf;
  matcher: Matcher | null;
}

export type Tree =
  | { kind: "and" | "or"; of: Tree[] }
  | { kind: "not"; of: Tree }
  | { kind: "all" }
  | { kind: "leaf"; leaf: TreeLeaf };

export interface QueryTree {
  root: Tree;
  leaves: TreeLeaf[];
  /** It names branches; else the default one is searched. */
  namesBranches: boolean;
}

/** @throws PatternProblem */
export function treeOf(node: Node): QueryTree {
  const leaves: TreeLeaf[] = [];
  const treeOfNode = (node: Node): Tree => {
    if (node.kind === "all") return node;
    if (node.kind === "not") return { kind: "not", of: treeOfNode(node.of) };
    if ("of" in node) return { kind: node.kind, of: node.of.map(treeOfNode) };
    const leaf = { index: leaves.length, leaf: node, matcher: isPattern(node) ? matcherOf(node) : null };
    leaves.push(leaf);
    return { kind: "leaf", leaf };
  };
  const root = treeOfNode(node);
  if (!namesSome(root)) return { root, leaves, namesBranches: false };
  const byDefault: TreeLeaf = {
    index: leaves.length,
    leaf: { kind: "rev", pattern: "HEAD", from: 0, to: 0 },
    matcher: null,
  };
  leaves.push(byDefault);
  return { root: inDefault(root, { kind: "leaf", leaf: byDefault }), leaves, namesBranches: true };
}

const isRevision = ({ leaf }: TreeLeaf) => leaf.kind === "rev";

/** Whether all that it finds is of branches that it names. */
function namesAll(tree: Tree): boolean {
  if (tree.kind === "leaf") return isRevision(tree.leaf);
  if (tree.kind === "and") return tree.of.some(namesAll);
  return tree.kind === "or" && tree.of.every(namesAll);
}

function namesSome(tree: Tree): boolean {
  if (tree.kind === "leaf") return isRevision(tree.leaf);
  return (tree.kind === "and" || tree.kind === "or") && tree.of.some(namesSome);
}

/** Alternatives that name no branch are of the default one. */
function inDefault(tree: Tree, byDefault: Tree): Tree {
  if (namesAll(tree)) return tree;
  if (tree.kind === "or") return { kind: "or", of: tree.of.map((part) => inDefault(part, byDefault)) };
  if (tree.kind === "and" && namesSome(tree))
    return { kind: "and", of: tree.of.map((part) => (namesSome(part) ? inDefault(part, byDefault) : part)) };
  return { kind: "and", of: [tree, byDefault] };
}

const isPattern = (leaf: Leaf): leaf is PatternLeaf => "isCaseSensitive" in leaf;

function matcherOf(leaf: PatternLeaf): Matcher {
  const { isCaseSensitive } = leaf;
  const compiled = compileLeaf(leaf);
  if (!compiled.ok) throw new PatternProblem(compiled.message);
  const { pattern } = compiled;
  const isPlain = pattern.literal !== null && !/[\r\n\0]/.test(pattern.literal);
  const literal = isPlain ? pattern.literal : null;
  return {
    pattern,
    isCaseSensitive,
    literal: literal !== null && !isCaseSensitive ? foldText(literal) : literal,
    anchors: anchorsOf(pattern.required),
    shape: literal === null ? matcherShape(pattern, isCaseSensitive) : null,
  };
}

function matcherShape({ tree }: Pattern, isCaseSensitive: boolean): Shape | null {
  if (!tree) return null;
  const shape = shapeOf(tree, isCaseSensitive);
  return isCaseSensitive ? shape : { ...shape, chain: shape.chain?.map(foldText) ?? null };
}

const mostAnchors = 32;
const leastLength = (anchors: readonly string[]) => Math.min(...anchors.map((anchor) => anchor.length));

/** The best choice of texts of which every match contains one at least. */
function anchorsOf(need: KeyNeed): string[] | null {
  if ("literal" in need) return need.literal === "" ? null : [need.literal];
  if ("and" in need) {
    let best: string[] | null = null;
    for (const anchors of need.and.map(anchorsOf))
      if (anchors && (!best || leastLength(anchors) > leastLength(best))) best = anchors;
    return best;
  }
  if ("or" in need) {
    const all: string[] = [];
    for (const part of need.or) {
      const anchors = anchorsOf(part);
      if (!anchors) return null;
      all.push(...anchors);
    }
    return all.length > 0 && all.length <= mostAnchors ? all : null;
  }
  return null;
}

/** What a tree says when each leaf says that. */
export function verdictOf(tree: Tree, ofLeaf: (leaf: TreeLeaf) => number): number {
  switch (tree.kind) {
    case "all":
      return yes;
    case "leaf":
      return ofLeaf(tree.leaf);
    case "not":
      return yes - verdictOf(tree.of, ofLeaf);
    case "and": {
      let least: number = yes;
      for (const part of tree.of) {
        least = Math.min(least, verdictOf(part, ofLeaf));
        if (least === no) break;
      }
      return least;
    }
    case "or": {
      let most: number = no;
      for (const part of tree.of) {
        most = Math.max(most, verdictOf(part, ofLeaf));
        if (most === yes) break;
      }
      return most;
    }
  }
}

/** The leaves that make it true: those that are shown. What is negated is not. */
export function shownLeaves(tree: Tree, ofLeaf: (leaf: TreeLeaf) => number): TreeLeaf[] {
  if (tree.kind === "not") return tree.of.kind === "not" ? shownLeaves(tree.of.of, ofLeaf) : [];
  if (tree.kind === "all" || verdictOf(tree, ofLeaf) !== yes) return [];
  return tree.kind === "leaf" ? [tree.leaf] : tree.of.flatMap((part) => shownLeaves(part, ofLeaf));
}

/** Whether it is found in the text of files, or among their symbols. */
export const isOfContent = ({ leaf }: TreeLeaf) =>
  leaf.kind === "text" || leaf.kind === "content" || leaf.kind === "sym";

/** Whether it is found in paths. */
export const isOfPath = ({ leaf }: TreeLeaf) => leaf.kind === "text" || leaf.kind === "file";
