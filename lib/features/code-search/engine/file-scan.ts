import "server-only";
import type { FileVerdicts } from "./file-verdicts";
import type { ReadPart } from "./index-reads";
import { isIn, lineMatches } from "./line-matches";
import { type IndexedSymbol, PartText, symbolsOf } from "./part-texts";
import {
  isOfContent,
  maybe,
  no,
  type QueryTree,
  shownLeaves,
  type TreeLeaf,
  verdictOf,
  yes,
} from "./query-tree";
import type { SourceFiles } from "./source-files";

/** A match in a line, in UTF-16 units from the line's beginning. */
export interface Hit {
  part: number;
  line: number;
  from: number;
  to: number;
  symbol?: IndexedSymbol;
}

/** The looking through one file, part by part. */
export class FileScan {
  readonly file: number;
  readonly files: SourceFiles;
  /** Parts to read, of content and of symbols, in order. */
  readonly content: number[] = [];
  readonly symbols: number[] = [];
  /** Of the parts with hits, as they are shown. */
  readonly texts = new Map<number, PartText>();
  /** More of them were there than anybody wants. */
  isCut = false;
  /** A line may have more than are told apart. */
  isLineCut = false;
  readonly #tree: QueryTree;
  readonly #verdicts: FileVerdicts;
  readonly #leaves: TreeLeaf[];
  readonly #hits = new Map<TreeLeaf, Hit[]>();
  #isRead = false;

  constructor(tree: QueryTree, verdicts: FileVerdicts, files: SourceFiles, file: number) {
    this.#tree = tree;
    this.#verdicts = verdicts;
    this.files = files;
    this.file = file;
    this.#leaves = tree.leaves.filter((leaf) => isOfContent(leaf) && verdicts.hasCandidates(leaf, file));
    const first = files.firstPartOf[file] ?? 0;
    const end = first + (files.partsOf[file] ?? 0);
    for (let part = first; part < end; part++) {
      const those = this.#leaves.filter((leaf) => verdicts.isCandidate(leaf, part));
      if (those.some(({ leaf }) => leaf.kind !== "sym")) this.content.push(part);
      if (those.some(({ leaf }) => leaf.kind === "sym")) this.symbols.push(part);
    }
  }

  /** @param most hits of a leaf that are of use */
  readContent(part: number, read: ReadPart, most: number, isOver: () => boolean): PartText {
    const text = new PartText(read);
    const onCut = () => {
      this.isLineCut = true;
    };
    for (const leaf of this.#leaves) {
      if (leaf.leaf.kind === "sym" || !leaf.matcher || !this.#verdicts.isCandidate(leaf, part)) continue;
      const hits = this.#hitsOf(leaf);
      if (hits.length >= most) {
        this.isCut = true;
        continue;
      }
      const spans = lineMatches(text, leaf.matcher, most - hits.length, isOver, onCut);
      if (spans.length === 0) continue;
      this.texts.set(part, text);
      let line = text.firstLine;
      let start = 0;
      let next = text.text.indexOf("\n");
      for (const { from, to } of spans) {
        while (next !== -1 && next < from) {
          start = next + 1;
          line += 1;
          next = text.text.indexOf("\n", start);
        }
        hits.push({ part, line, from: from - start, to: to - start });
      }
    }
    return text;
  }

  /** @param most hits of a leaf that are of use */
  readSymbols(part: number, read: ReadPart, most: number, isOver: () => boolean): void {
    for (const leaf of this.#leaves) {
      if (leaf.leaf.kind !== "sym" || !leaf.matcher || !this.#verdicts.isCandidate(leaf, part)) continue;
      const { matcher } = leaf;
      const hits = this.#hitsOf(leaf);
      // Nothing else may be spelt otherwise where it is written down.
      const texts = matcher.anchors?.every((text) => /^\w+$/.test(text)) ? matcher.anchors : null;
      for (const symbol of symbolsOf(read, texts, (name) => !isOver() && isIn(name, matcher))) {
        if (hits.length >= most) {
          this.isCut = true;
          break;
        }
        const from = symbol.column - 1;
        hits.push({ part, line: symbol.line, from, to: from + symbol.length, symbol });
      }
    }
  }

  /** All parts were read: what was not found is not there. */
  end(): void {
    this.#isRead = true;
  }

  /** Whether the file matches, by all that was read of it until now. */
  get matches(): boolean {
    return verdictOf(this.#tree.root, (leaf) => this.#ofLeaf(leaf)) === yes;
  }

  /** The leaves that make it match. */
  get shown(): TreeLeaf[] {
    return shownLeaves(this.#tree.root, (leaf) => this.#ofLeaf(leaf));
  }

  /** What is shown of its text, by place; what overlaps is one. */
  hits(): Hit[] {
    const all = this.shown.flatMap((leaf) => this.#hits.get(leaf) ?? []);
    all.sort((a, b) => a.line - b.line || a.from - b.from || b.to - a.to);
    const merged: Hit[] = [];
    for (const hit of all) {
      const last = merged.at(-1);
      const overlaps = last && last.line === hit.line && (hit.from < last.to || hit.from === last.from);
      if (!overlaps) merged.push({ ...hit });
      else {
        last.to = Math.max(last.to, hit.to);
        last.symbol ??= hit.symbol;
      }
    }
    return merged;
  }

  #ofLeaf(leaf: TreeLeaf): number {
    const known = this.#verdicts.ofLeaf(leaf, this.file);
    if (!isOfContent(leaf) || known === yes) return known;
    if ((this.#hits.get(leaf)?.length ?? 0) > 0) return yes;
    return this.#isRead || known === no ? no : maybe;
  }

  #hitsOf(leaf: TreeLeaf): Hit[] {
    const found = this.#hits.get(leaf) ?? [];
    this.#hits.set(leaf, found);
    return found;
  }
}
