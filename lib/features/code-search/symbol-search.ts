import "server-only";
import { readDb } from "@/lib/db/client";
import type { Asker } from "@/lib/gate/open-questions";
import { searchCode } from "./engine/search";
import type { Chunk, FoundFile, SymbolMatchFile, SymbolOutcome, VisibleRepository } from "./engine/types";
import { inCodeTurn } from "./in-code-turn";
import type { Node, PatternLeaf } from "./query/ast";
import { visibleRepositories } from "./repositories";
import type { SymbolAsked } from "./schemas";

export interface SymbolFound extends SymbolOutcome {
  /** Those of the files. */
  repositories: VisibleRepository[];
}

/** Matches after which such a search ends, and says so. */
const mostMatches = 1_000;

/** Languages of which one is written into the files of the other: a definition here is used there. */
const together: readonly (readonly string[])[] = [["TypeScript", "TSX"]];

/**
 * Where a symbol stands, in files of the same language: each of its uses as a word of its own, or its definitions.
 * @throws Refusal `throttled`
 */
export async function findSymbol(
  kind: "references" | "definitions",
  asked: SymbolAsked,
  by: Asker,
): Promise<SymbolFound> {
  const visible = await visibleRepositories(readDb(), by.principal);
  const repositories = asked.repoName ? visible.filter(({ name }) => name === asked.repoName) : visible;
  const outcome = await inCodeTurn(by, () =>
    searchCode({
      query: { node: symbolNode(kind, asked), case: "yes" },
      repositories,
      matches: mostMatches,
      contextLines: 0,
      whole: false,
    }),
  );
  const files: SymbolMatchFile[] = [];
  let left = mostMatches;
  for (const file of outcome.files) {
    const matches = matchesOf(file).slice(0, left);
    left -= matches.length;
    const { sourceId, path, language } = file;
    if (matches.length > 0) files.push({ sourceId, path, language, matches });
  }
  const named = new Set(files.map((file) => file.sourceId));
  return {
    files,
    matchCount: mostMatches - left,
    isCapped: !outcome.isExhaustive || outcome.stats.matchCount > mostMatches,
    repositories: repositories.filter(({ sourceId }) => named.has(sourceId)),
  };
}

function symbolNode(kind: "references" | "definitions", asked: SymbolAsked): Node {
  const { symbolName, language, revisionName } = asked;
  const typed = { from: 0, to: 0 };
  const symbol: PatternLeaf = {
    kind: kind === "references" ? "content" : "sym",
    pattern: kind === "references" ? wordPattern(symbolName) : `^${literal(symbolName)}$`,
    isCaseSensitive: true,
    ...typed,
  };
  const others: Node[] = [];
  if (language) {
    const names = together.find((group) => group.some((name) => isSame(name, language))) ?? [language];
    const leaves: Node[] = names.map((name) => ({ kind: "lang", name, ...typed }));
    others.push(leaves.length > 1 ? { kind: "or", of: leaves } : { kind: "lang", name: language, ...typed });
  }
  if (revisionName) others.push({ kind: "rev", pattern: revisionName, ...typed });
  return others.length > 0 ? { kind: "and", of: [symbol, ...others] } : symbol;
}

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** The name as text of a regular expression. */
function literal(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** A name that begins or ends with a sign (`$scope`, `empty?`) has no boundary of words there. */
function wordPattern(name: string): string {
  const before = /^\w/.test(name) ? "\\b" : "";
  const behind = /\w$/.test(name) ? "\\b" : "";
  return `${before}${literal(name)}${behind}`;
}

function matchesOf(file: FoundFile): SymbolMatchFile["matches"] {
  return file.chunks.flatMap((chunk) => {
    const lines = linesOf(chunk);
    return chunk.matchRanges.map((range) => ({
      lineContent: lines[range.start.lineNumber - chunk.contentStart.lineNumber] ?? "",
      range,
    }));
  });
}

function linesOf({ content }: Chunk): string[] {
  return content.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
}
