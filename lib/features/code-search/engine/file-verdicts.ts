import "server-only";
import type { RevisionLeaf } from "../query/ast";
import { isIn } from "./line-matches";
import type { SearchedRepository } from "./messages";
import type { PartSet } from "./part-candidates";
import {
  isOfContent,
  isOfPath,
  maybe,
  no,
  type QueryTree,
  type TreeLeaf,
  verdictOf,
  yes,
} from "./query-tree";
import type { SourceFiles } from "./source-files";

/** What is known of a repository's files before any text is read. */
export class FileVerdicts {
  readonly #tree: QueryTree;
  readonly #files: SourceFiles;
  readonly #visible: number;
  readonly #ofLeaf: Uint8Array[];
  readonly #parts: Map<TreeLeaf, PartSet>;
  /** Expressions of paths, which are tried when a file's turn comes, of those files that may match; of all without a list. */
  readonly #untried = new Map<TreeLeaf, Uint8Array | null>();

  constructor(
    tree: QueryTree,
    repository: SearchedRepository,
    files: SourceFiles,
    parts: Map<TreeLeaf, PartSet>,
  ) {
    this.#tree = tree;
    this.#files = files;
    this.#parts = parts;
    this.#visible = tree.namesBranches ? -1 : branchBits(repository, ({ isDefault }) => isDefault);
    this.#ofLeaf = tree.leaves.map((leaf) => this.#verdicts(leaf, repository));
  }

  /** Whether the file may match, by what is known so far. */
  of(file: number): number {
    if (((this.#files.branchesOf[file] ?? 0) & this.#visible) === 0) return no;
    return verdictOf(this.#tree.root, (leaf) => this.ofLeaf(leaf, file));
  }

  ofLeaf(leaf: TreeLeaf, file: number): number {
    return this.#ofLeaf[leaf.index]?.[file] ?? no;
  }

  /** The same when nothing is known of its text: whether the filters leave it. */
  passesFilters(file: number): boolean {
    if (((this.#files.branchesOf[file] ?? 0) & this.#visible) === 0) return false;
    const ofLeaf = (leaf: TreeLeaf) => (isOfContent(leaf) ? maybe : this.ofLeaf(leaf, file));
    return verdictOf(this.#tree.root, ofLeaf) !== no;
  }

  /** Tries what had been left for the file's turn. */
  try(file: number): number {
    for (const [leaf, those] of this.#untried) {
      const verdicts = this.#ofLeaf[leaf.index];
      if (!verdicts || !leaf.matcher || those?.[file] === 0) continue;
      if (isIn(this.#files.path(file), leaf.matcher)) verdicts[file] = yes;
      else if (leaf.leaf.kind === "file" || !this.hasCandidates(leaf, file)) verdicts[file] = no;
    }
    return this.of(file);
  }

  /** Whether a part of the file may have what a leaf looks for. */
  hasCandidates(leaf: TreeLeaf, file: number): boolean {
    const set = this.#parts.get(leaf);
    const first = this.#files.firstPartOf[file] ?? 0;
    const end = first + (this.#files.partsOf[file] ?? 0);
    if (!set) return end > first;
    for (let part = first; part < end; part++) if (set[part] === 1) return true;
    return false;
  }

  isCandidate(leaf: TreeLeaf, part: number): boolean {
    const set = this.#parts.get(leaf);
    return !set || set[part] === 1;
  }

  #verdicts(leaf: TreeLeaf, repository: SearchedRepository): Uint8Array {
    const verdicts = new Uint8Array(this.#files.count);
    if (isOfContent(leaf))
      for (let file = 0; file < verdicts.length; file++)
        if (this.hasCandidates(leaf, file)) verdicts[file] = maybe;
    if (isOfPath(leaf)) this.#byPath(leaf, verdicts);
    if (!isOfContent(leaf) && !isOfPath(leaf)) this.#byFacts(leaf, repository, verdicts);
    return verdicts;
  }

  #byPath(leaf: TreeLeaf, verdicts: Uint8Array): void {
    const { matcher } = leaf;
    if (!matcher) return;
    if (matcher.literal !== null) {
      for (const file of this.#files.filesWith([matcher.literal], !matcher.isCaseSensitive))
        verdicts[file] = yes;
    } else if (matcher.anchors) {
      const those = new Uint8Array(verdicts.length);
      for (const file of this.#files.filesWith(matcher.anchors, true)) {
        those[file] = 1;
        verdicts[file] = maybe;
      }
      this.#untried.set(leaf, those);
    } else {
      verdicts.fill(maybe);
      this.#untried.set(leaf, null);
    }
  }

  #byFacts(leaf: TreeLeaf, repository: SearchedRepository, verdicts: Uint8Array): void {
    const files = this.#files;
    const known = ofRepository(leaf, repository);
    if (known !== maybe) verdicts.fill(known);
    else if (leaf.leaf.kind === "lang") {
      const name = leaf.leaf.name.toLowerCase();
      const isIt = files.languages.map((language) => language?.toLowerCase() === name);
      for (let file = 0; file < verdicts.length; file++)
        if (isIt[files.languageOf[file] ?? 0]) verdicts[file] = yes;
    } else if (leaf.leaf.kind === "rev") {
      const bits = revisionBits(leaf.leaf, repository);
      for (let file = 0; file < verdicts.length; file++)
        if (((files.branchesOf[file] ?? 0) & bits) !== 0) verdicts[file] = yes;
    }
  }
}

/** What a leaf says of a whole repository, before anything of it is read. */
export function ofRepository({ leaf, matcher }: TreeLeaf, repository: SearchedRepository): number {
  // Of no repository we know that it is archived or a fork.
  if (leaf.kind === "archived" || leaf.kind === "fork") return leaf.value === "only" ? no : yes;
  if (leaf.kind === "repo" && matcher) return isIn(repository.name, matcher) ? yes : no;
  if (leaf.kind === "rev") return revisionBits(leaf, repository) === 0 ? no : maybe;
  return maybe;
}

function branchBits(
  { branches }: SearchedRepository,
  isWanted: (branch: SearchedRepository["branches"][number]) => boolean,
): number {
  return branches.reduce((bits, branch, n) => (isWanted(branch) ? bits | (1 << n) : bits), 0);
}

/** By the whole name of a branch or a tag, in which `*` stands for anything. */
function revisionBits({ pattern }: RevisionLeaf, repository: SearchedRepository): number {
  const pieces = pattern.split("*");
  return branchBits(repository, ({ name, isDefault, tags }) => {
    if (pattern === "HEAD") return isDefault;
    return isInPieces(name, pieces) || tags.some((tag) => isInPieces(tag, pieces));
  });
}

function isInPieces(name: string, pieces: readonly string[]): boolean {
  const [first = "", ...others] = pieces;
  const last = others.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const piece of others) {
    const found = name.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
