import type { Node } from "web-tree-sitter";

export type SymbolKind =
  | "function"
  | "method"
  | "constructor"
  | "class"
  | "interface"
  | "struct"
  | "enum"
  | "enumerator"
  | "trait"
  | "type"
  | "constant"
  | "variable"
  | "field"
  | "property"
  | "module"
  | "macro";

/** A definition, as a grammar sees it. */
export interface FoundSymbol {
  name: string;
  kind: SymbolKind;
  /** What it is defined in: a class, a struct, an impl, a module, a namespace. */
  parent: string | null;
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 units. */
  column: number;
  /** How much of the line the name takes, where it is written otherwise there. */
  length?: number;
}

/** Where a name stands within what was captured. */
export interface LocatedName {
  node: Node;
  kind: SymbolKind;
  /** The parent where the text names it. */
  of?: Node | null;
  /** What is defined, and how much of the line it takes, where that is not the node's own text. */
  written?: { name: string; length: number };
}

/**
 * How definitions of one language are found. The captures of its query: one named as a kind marks the name of a definition, `in`
 * what encloses other definitions, `as` the name of one that is no definition itself, `of` the parent where the text names it,
 * `only` what merely narrows.
 */
export interface SymbolRules {
  /** Of tree-sitter-wasms. */
  grammar: string;
  /** Where two patterns take the same name the one that stands first wins. */
  query: string;
  /** Where the name stands within the node that was captured, and what it names; null = it is no definition. */
  locate?: (node: Node, kind: SymbolKind) => LocatedName | null;
  /** A word on one symbol that the grammar cannot say; null leaves it out. */
  refine?: (symbol: FoundSymbol) => FoundSymbol | null;
}
