import "server-only";
import { readDb } from "@/lib/db/client";
import type {
  SearchOutcome,
  SymbolMatch,
  SymbolMatchFile,
  SymbolOutcome,
  VisibleRepository,
} from "./engine/types";
import type { Node, PatternLeaf } from "./query/ast";
import { literalPattern } from "./query/literal";
import { visibleRepositories } from "./repositories";
import { branchOfCommit, hasBranch } from "./revisions";
import type { SymbolAsked } from "./schemas";
import { type Searcher, searchInTurn } from "./search-in-turn";
import { matchedSymbols } from "./symbol-lines";

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
  by: Searcher,
): Promise<SymbolFound> {
  const { outcome, repositories } = await searchSymbol(kind, asked, by, mostMatches);
  const files: SymbolMatchFile[] = [];
  let left = mostMatches;
  for (const file of outcome.files) {
    if (left === 0) break;
    const matches: SymbolMatch[] = [];
    for (const { match } of matchedSymbols(file)) if (matches.push(match) === left) break;
    left -= matches.length;
    const { sourceId, path, language } = file;
    if (matches.length > 0) files.push({ sourceId, path, language, matches });
  }
  const named = new Set(files.map((file) => file.sourceId));
  return {
    files,
    matchCount: mostMatches - left,
    isCapped: !outcome.isExhaustive || outcome.stats.matchCount > mostMatches,
    isBeingIndexed: outcome.endedBy === "index",
    repositories: repositories.filter(({ sourceId }) => named.has(sourceId)),
  };
}

/**
 * The search alone, with whole lines as the engine finds them.
 * @param matches after which it ends
 * @throws Refusal `throttled`
 */
export async function searchSymbol(
  kind: "references" | "definitions",
  asked: SymbolAsked,
  by: Searcher,
  matches: number,
): Promise<{ outcome: SearchOutcome; repositories: VisibleRepository[] }> {
  const visible = await visibleRepositories(readDb(), by.principal);
  const { repoName, revisionName } = asked;
  const names = repoName ? [repoName] : [...new Set(visible.map(({ name }) => name))];
  const among = names.flatMap((name) => theOne(visible, name, revisionName));
  const { repositories, rev } = revisionName
    ? atRevision(among, revisionName)
    : { repositories: among, rev: null };
  const outcome = await searchInTurn(by, {
    query: { node: symbolNode(kind, asked, rev), case: "yes" },
    repositories,
    matches,
    contextLines: 0,
    whole: false,
  });
  return { outcome, repositories };
}

/** Several gurus may have the same repository: the first that is indexed is it, and has the revision if one of them has. */
function theOne(visible: VisibleRepository[], name: string, revision: string | null | undefined) {
  const named = visible.filter((repository) => repository.name === name && repository.generation > 0);
  const having = revision
    ? named.filter((each) => hasBranch(each, revision) || branchOfCommit(each, revision) !== null)
    : [];
  return (having.length > 0 ? having : named).slice(0, 1);
}

/** No part of it was typed. */
const typed = { from: 0, to: 0 };

function symbolNode(kind: "references" | "definitions", asked: SymbolAsked, rev: Node | null): Node {
  const { symbolName, language } = asked;
  const symbol = kind === "references" ? use(symbolName) : named(spellings(symbolName, language));
  const others: Node[] = [];
  if (language) {
    const names = together.find((group) => group.some((name) => isSame(name, language))) ?? [language];
    const leaves: Node[] = names.map((name) => ({ kind: "lang", name, ...typed }));
    others.push(leaves.length > 1 ? { kind: "or", of: leaves } : { kind: "lang", name: language, ...typed });
  }
  if (rev) others.push(rev);
  return others.length > 0 ? { kind: "and", of: [symbol, ...others] } : symbol;
}

/**
 * Where a revision is looked for, and by what, each repository for itself: what is a tag here may be the beginning of a commit
 * there. The engine knows branches and tags by their names: a commit is the branch whose newest it is, in the repositories that
 * have it. What is neither anywhere is taken as a name, such as HEAD or a pattern.
 */
function atRevision(
  all: VisibleRepository[],
  revision: string,
): { repositories: VisibleRepository[]; rev: Node } {
  const revOf = (pattern: string): Node => ({ kind: "rev", pattern, ...typed });
  const having: VisibleRepository[] = [];
  const byBranch = new Map<string, VisibleRepository[]>();
  for (const repository of all) {
    const branch = hasBranch(repository, revision) ? revision : branchOfCommit(repository, revision)?.name;
    if (branch === undefined) continue;
    having.push(repository);
    byBranch.set(branch, [...(byBranch.get(branch) ?? []), repository]);
  }
  const [first, ...others] = byBranch.keys();
  if (first === undefined || revision === "HEAD") return { repositories: all, rev: revOf(revision) };
  if (others.length === 0) return { repositories: having, rev: revOf(first) };
  // Forks at one commit may have it on branches of different names.
  const of = [...byBranch].flatMap(([branch, those]) =>
    those.map(({ name }): Node => {
      const pattern = `^${literalPattern(name)}$`;
      const repo: Node = { kind: "repo", pattern, isCaseSensitive: true, ...typed };
      return { kind: "and", of: [repo, revOf(branch)] };
    }),
  );
  return { repositories: having, rev: { kind: "or", of } };
}

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/**
 * How a name that is used may be spelt where it is defined: in Ruby a call leaves out the `=` of a setter, and an identifier
 * ends before `?`; in PHP and in shells a variable has its `$` where it is used, in JavaScript a private member its `#`.
 */
function spellings(name: string, language: string | null | undefined): string[] {
  const bare = name.replace(/^[$#]+/, "") || name;
  switch (language?.toLowerCase()) {
    case "php":
    case "shell":
      return [...new Set([name, bare])];
    case "javascript":
    case "typescript":
    case "tsx":
      return name.startsWith("#") ? [name] : [name, `#${name}`];
    case "ruby":
      return /\w$/.test(name) ? [name, `${name}?`, `${name}!`, `${name}=`] : [name];
    default:
      return [name];
  }
}

const exactly = { isCaseSensitive: true, ...typed };

/** Each a leaf of its own: the index knows a whole name by one key. */
function named(names: readonly string[]): Node {
  const of = names.map(
    (name): PatternLeaf => ({
      kind: "sym",
      pattern: `^${literalPattern(name)}$`,
      ...exactly,
    }),
  );
  const [first, ...others] = of;
  return first && others.length === 0 ? first : { kind: "or", of };
}

function use(name: string): PatternLeaf {
  return { kind: "content", pattern: wordPattern(name), ...exactly };
}

/** A name that begins or ends with a sign (`$scope`, `empty?`) has no boundary of words there. */
function wordPattern(name: string): string {
  const before = /^\w/.test(name) ? "\\b" : "";
  const behind = /\w$/.test(name) ? "\\b" : "";
  return `${before}${literalPattern(name)}${behind}`;
}
