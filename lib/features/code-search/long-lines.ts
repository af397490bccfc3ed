/** In UTF-16 units: longer lines are generated code, of which nobody reads all. */
const longestWhole = 2_000;
/** Of a longer one this much is given, so much of it before the match. The name of a symbol has 400 characters at most. */
const pieceLength = 1_200;
const pieceBefore = 300;

/**
 * Where in a line its columns are: columns count code points from 1, a string's places UTF-16 units from 0. Of columns that
 * are asked for one behind the other each character is passed once: a line may be a megabyte long and match 10,000 times.
 */
export class Columns {
  readonly #text: string;
  #column = 1;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The end of the line for a column behind it. */
  place(column: number): number {
    if (column < this.#column) {
      this.#column = 1;
      this.#at = 0;
    }
    for (; this.#column < column && this.#at < this.#text.length; this.#column += 1)
      this.#at = wholePoint(this.#text, this.#at + 1, 1);
    return this.#at;
  }
}

/** A place that is not between the halves of a pair: this one, or the one beside it. */
export function wholePoint(text: string, at: number, otherwise: 1 | -1 = -1): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at + otherwise : at;
}

/** Characters, as columns count them. */
export function points(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xdc00 && unit <= 0xdfff) count -= 1;
  }
  return count;
}

/** Of a long line the piece around a place; null of a line that is given whole. */
export function pieceAround(text: string, place: number): { from: number; to: number } | null {
  if (text.length <= longestWhole) return null;
  const from = wholePoint(text, Math.max(0, Math.min(place - pieceBefore, text.length - pieceLength)));
  return { from, to: wholePoint(text, from + pieceLength) };
}
