import { RE2JS } from "re2js";
import type { Leaf, Node, Query } from "@/lib/features/code-search/query/ast";
import { languageOf } from "@/lib/platform/code/languages";
import { type CorpusFile, plainSymbols } from "./code-corpus";

/** Lines as they are matched: without what ends them; none behind the last end. */
export function linesOf(text: string): string[] {
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  const whole = lines.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  return last === "" ? whole : [...whole, last];
}

/**
 * Searches by trying every line of every file, without index or short cut: what the engine is compared with.
 * @returns "path" for each file that matches, "path:line" for each line that is shown of it
 */
export function plainSearch(query: Query, repository: string, files: readonly CorpusFile[]): Set<string> {
  const compiled = new Map<Leaf, RE2JS>();
  const found = new Set<string>();
  for (const file of files) {
    const lines = linesOf(file.text);
    const answers = new Map<Leaf, { isTrue: boolean; lines: number[] }>();
    const answerOf = (leaf: Leaf) => {
      const known = answers.get(leaf) ?? answer(leaf, file, lines, repository, compiled);
      answers.set(leaf, known);
      return known;
    };
    if (!isTrue(query.node, answerOf)) continue;
    found.add(file.path);
    for (const line of shown(query.node, answerOf)) found.add(`${file.path}:${line}`);
  }
  return found;
}

type AnswerOf = (leaf: Leaf) => { isTrue: boolean; lines: number[] };

function isTrue(node: Node, answerOf: AnswerOf): boolean {
  if (node.kind === "all") return true;
  if (node.kind === "not") return !isTrue(node.of, answerOf);
  if (!("of" in node)) return answerOf(node).isTrue;
  const one = (part: Node) => isTrue(part, answerOf);
  return node.kind === "and" ? node.of.every(one) : node.of.some(one);
}

function shown(node: Node, answerOf: AnswerOf): number[] {
  if (node.kind === "not") return node.of.kind === "not" ? shown(node.of.of, answerOf) : [];
  if (node.kind === "all" || !isTrue(node, answerOf)) return [];
  if ("of" in node) return node.of.flatMap((part) => shown(part, answerOf));
  return answerOf(node).lines;
}

function answer(
  leaf: Leaf,
  { path, text }: CorpusFile,
  lines: readonly string[],
  repository: string,
  compiled: Map<Leaf, RE2JS>,
): { isTrue: boolean; lines: number[] } {
  if (leaf.kind === "lang")
    return { isTrue: languageOf(path, text)?.toLowerCase() === leaf.name.toLowerCase(), lines: [] };
  if (!("isCaseSensitive" in leaf)) throw new Error("not of these tests");
  const flags = leaf.isCaseSensitive ? 0 : RE2JS.CASE_INSENSITIVE;
  const re = compiled.get(leaf) ?? RE2JS.compile(leaf.pattern, flags);
  compiled.set(leaf, re);
  const matches = (one: string) => re.matcher(one).find();
  if (leaf.kind === "repo") return { isTrue: matches(repository), lines: [] };
  if (leaf.kind === "file") return { isTrue: matches(path), lines: [] };
  const numbers =
    leaf.kind === "sym"
      ? plainSymbols(text).flatMap(({ name, line }) => (matches(name) ? line : []))
      : lines.flatMap((line, n) => (matches(line) ? n + 1 : []));
  return { isTrue: numbers.length > 0 || (leaf.kind === "text" && matches(path)), lines: numbers };
}
