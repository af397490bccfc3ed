import "server-only";
import type { Node, ParsedQuery, PatternLeaf, QueryProblem } from "./ast";
import { parseQuery } from "./parse";
import { compilePattern } from "./pattern";
import { prefixAt } from "./prefixes";
import { readValue } from "./terms";

function patternsOf(node: Node): PatternLeaf[] {
  if (node.kind === "and" || node.kind === "or") return node.of.flatMap(patternsOf);
  if (node.kind === "not") return patternsOf(node.of);
  return "isCaseSensitive" in node ? [node] : [];
}

function problemOf(text: string, leaf: PatternLeaf): QueryProblem | null {
  const compiled = compilePattern(leaf.pattern, leaf.isCaseSensitive);
  if (compiled.ok) return null;
  const { offsets } = readValue(text, prefixAt(text, leaf.from)?.valueFrom ?? leaf.from);
  return { ok: false, message: compiled.message, position: offsets[compiled.position] ?? leaf.to };
}

/** Reads a query and compiles each of its regular expressions: what `searchCode` is given has passed here. */
export function validateQuery(text: string): ParsedQuery {
  const parsed = parseQuery(text);
  if (!parsed.ok) return parsed;
  for (const leaf of patternsOf(parsed.query.node)) {
    const problem = problemOf(text, leaf);
    if (problem) return problem;
  }
  return parsed;
}
