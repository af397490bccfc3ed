import type { Node, PatternLeaf, Query } from "./ast";
import { literalPattern } from "./literal";

/** How a query is to be read, where a program says so beside it. */
export interface ReadAs {
  /** False: terms without a prefix and those of `content:` are texts. Those of other prefixes stay regular expressions. */
  isRegexEnabled?: boolean | undefined;
  /** Whether capital letters count, where no `case:yes` or `case:no` is typed. */
  isCaseSensitivityEnabled?: boolean | undefined;
}

/** The query read so. Offsets stay those of what was typed. */
export function readAs({ node, case: typed }: Query, how: ReadAs): Query {
  const sensitivity =
    typed !== "auto" || how.isCaseSensitivityEnabled === undefined
      ? typed
      : how.isCaseSensitivityEnabled
        ? "yes"
        : "no";
  const read = (leaf: PatternLeaf): PatternLeaf => {
    const isText = how.isRegexEnabled === false && (leaf.kind === "text" || leaf.kind === "content");
    const plain = isText ? unescaped(leaf.pattern) : null;
    const byTerm = plain === null ? leaf.isCaseSensitive : /[\p{Lu}\p{Lt}]/u.test(plain);
    return {
      ...leaf,
      pattern: plain === null ? leaf.pattern : literalPattern(plain),
      isCaseSensitive: sensitivity === "auto" ? byTerm : sensitivity === "yes",
    };
  };
  return { node: everyPattern(node, read), case: sensitivity };
}

function everyPattern(node: Node, read: (leaf: PatternLeaf) => PatternLeaf): Node {
  if (node.kind === "and" || node.kind === "or")
    return { ...node, of: node.of.map((part) => everyPattern(part, read)) };
  if (node.kind === "not") return { ...node, of: everyPattern(node.of, read) };
  return "isCaseSensitive" in node ? read(node) : node;
}

/** A term as text: what the query's grammar needs escaped stands for itself; any other backslash is one, as in `in\dir`. */
const unescaped = (pattern: string) => pattern.replace(/^\\(-)|\\([\s"()\\])/g, "$1$2");
