import type { FoundFile, SymbolMatch } from "./engine/types";
import { Columns, pieceAround, points } from "./long-lines";

/** A match, and as what a definition is known. */
export interface MatchedSymbol {
  match: SymbolMatch;
  symbol: { symbol: string; kind: string } | undefined;
}

/** The matches in a file, in their order. */
export function* matchedSymbols({ chunks }: Pick<FoundFile, "chunks">): Generator<MatchedSymbol> {
  for (const { content, contentStart, matchRanges, symbols } of chunks) {
    const lines = content.split("\n");
    let line = new MatchedLine(0, "");
    for (const [n, range] of matchRanges.entries()) {
      const { lineNumber, column } = range.start;
      if (line.number !== lineNumber)
        line = new MatchedLine(lineNumber, lines[lineNumber - contentStart.lineNumber] ?? "");
      yield { match: { ...line.around(column), range }, symbol: symbols?.[n] };
    }
  }
}

/** A line whose matches are asked for in their order. */
class MatchedLine {
  readonly number: number;
  readonly #text: string;
  readonly #columns: Columns;
  #points: number | null = null;

  constructor(number: number, text: string) {
    this.number = number;
    this.#text = text.endsWith("\r") ? text.slice(0, -1) : text;
    this.#columns = new Columns(this.#text);
  }

  around(column: number): Omit<SymbolMatch, "range"> {
    const text = this.#text;
    const place = this.#columns.place(column);
    const piece = pieceAround(text, place);
    if (!piece) return { lineContent: text };
    const lineContent = text.slice(piece.from, piece.to);
    const before = column - 1 - points(text.slice(piece.from, place));
    this.#points ??= points(text);
    return { lineContent, lineCut: { before, behind: this.#points - before - points(lineContent) } };
  }
}
