import { constants, deflateRawSync } from "node:zlib";
import { foldText } from "../fold";
import { countLines, splitParts, type TextPart } from "../parts";
import { PostingsBuilder } from "../postings";
import { contentKeys, symbolKeys } from "../trigrams";
import { KeySet } from "./key-set";
import type { IndexedFile, SegmentPostings } from "./messages";

/** A symbol as it is written down with the part that its line stands in. */
type SymbolRow = [
  line: number,
  column: number,
  name: string,
  kind: string,
  parent: string | null,
  length: number,
];

/** Of a text, in any order. */
export type Symbols = readonly {
  name: string;
  kind: string;
  parent: string | null;
  line: number;
  column: number;
  /** Of the name in the text, where it is written otherwise there. */
  length?: number;
}[];

/** Turns files into parts with their symbols, and gathers which part has which keys, a segment after the other. */
export class SegmentIndexer {
  readonly #keys = new KeySet();
  #postings = new PostingsBuilder();
  #parts = 0;

  /** Postings of the segment so far. */
  get pairs(): number {
    return this.#postings.pairs;
  }

  /** Adds a file to the segment: its parts get the next ordinals. */
  add(text: string, language: string | null, found: Symbols): IndexedFile {
    const parts = splitParts(text);
    const symbols = symbolsByPart(found, parts);
    return {
      language,
      bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
      lines: countLines(text),
      parts: parts.map(({ text: content, ...about }, n) => {
        const rows = symbols.get(n) ?? [];
        contentKeys(content, this.#keys);
        for (const [, , name] of rows) symbolKeys(foldText(name), this.#keys);
        this.#postings.add(this.#parts, this.#keys.take());
        this.#parts += 1;
        return {
          ...about,
          content: deflateRawSync(content, { finishFlush: constants.Z_FULL_FLUSH }),
          symbols: rows.length === 0 ? null : deflateRawSync(JSON.stringify(rows)),
        };
      }),
    };
  }

  /** Ends the segment; the next file begins another. */
  finish(): SegmentPostings {
    const postings = this.#postings.finish();
    this.#postings = new PostingsBuilder();
    this.#parts = 0;
    return postings;
  }
}

function symbolsByPart(found: Symbols, parts: readonly TextPart[]): Map<number, SymbolRow[]> {
  const rows = found.map(
    ({ line, column, name, kind, parent, length = name.length }): SymbolRow => [
      line,
      column,
      name,
      kind,
      parent,
      length,
    ],
  );
  rows.sort(([line, column], [otherLine, otherColumn]) => line - otherLine || column - otherColumn);
  const byPart = new Map<number, SymbolRow[]>();
  let part = 0;
  for (const row of rows) {
    while ((parts[part + 1]?.firstLine ?? Number.POSITIVE_INFINITY) <= row[0]) part += 1;
    const those = byPart.get(part) ?? [];
    those.push(row);
    byPart.set(part, those);
  }
  return byPart;
}
