import "server-only";
import type { Node, ParsedQuery, PatternLeaf, QueryProblem } from "./ast";
import { parseQuery } from "./parse";
import { compileLeaf, maxInstructions } from "./pattern";
import { prefixAt } from "./prefixes";
import { type ReadAs, readAs } from "./read-as";
import { readValue } from "./terms";

function patternsOf(node: Node): PatternLeaf[] {
  if (node.kind === "and" || node.kind === "or") return node.of.flatMap(patternsOf);
  if (node.kind === "not") return patternsOf(node.of);
  return "isCaseSensitive" in node ? [node] : [];
}

function problemOf(text: string, leaf: PatternLeaf, { message, position }: QueryProblem): QueryProblem {
  const { offsets } = readValue(text, prefixAt(text, leaf.from)?.valueFrom ?? leaf.from);
  return { ok: false, message, position: offsets[position] ?? leaf.to };
}

/**
 * Reads a query and compiles each of its regular expressions: what `searchCode` is given has passed here.
 * @param how what is said of it beside it
 */
export function validateQuery(text: string, how: ReadAs = {}): ParsedQuery {
  const parsed = parseQuery(text);
  if (!parsed.ok) return parsed;
  const query = readAs(parsed.query, how);
  let room = maxInstructions;
  for (const leaf of patternsOf(query.node)) {
    const compiled = compileLeaf(leaf, room);
    if (!compiled.ok) return problemOf(text, leaf, compiled);
    room -= compiled.pattern.size;
  }
  return { ok: true, query };
}
