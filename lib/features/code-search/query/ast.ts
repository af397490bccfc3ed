// What a query is once it is read. Plain data: it goes to the search process as it is, and the browser may import it.

/** `from` and `to` are UTF-16 offsets into the query as typed, prefix and quotation marks included. */
interface Typed {
  from: number;
  to: number;
}

/** Its pattern is a regular expression of RE2, as yet unchecked: `validateQuery` compiles it. */
export interface PatternLeaf extends Typed {
  /** `text`: a line of the content, or the path. */
  kind: "text" | "content" | "file" | "repo" | "sym";
  pattern: string;
  /** Resolved: what `case:` says, or whether a capital letter was typed in this term. */
  isCaseSensitive: boolean;
}

/** A language by its linguist name in any spelling of case. */
export interface LanguageLeaf extends Typed {
  kind: "lang";
  name: string;
}

/** A branch or tag by its name; `*` stands for all. Not a regular expression. */
export interface RevisionLeaf extends Typed {
  kind: "rev";
  pattern: string;
}

export interface StateLeaf extends Typed {
  kind: "archived" | "fork";
  value: "yes" | "no" | "only";
}

export type Leaf = PatternLeaf | LanguageLeaf | RevisionLeaf | StateLeaf;

/** `and` and `or` have two members at least. The parser makes no `all`; rewriting a query may. */
export type Node = { kind: "and" | "or"; of: Node[] } | { kind: "not"; of: Node } | { kind: "all" } | Leaf;

export interface Query {
  node: Node;
  /** As typed; the leaves have it resolved. */
  case: "yes" | "no" | "auto";
}

/** The message says what to do; the position is a UTF-16 offset into the query from 0. */
export interface QueryProblem {
  ok: false;
  message: string;
  position: number;
}

export type ParsedQuery = { ok: true; query: Query } | QueryProblem;
