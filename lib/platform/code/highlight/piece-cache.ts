/** A piece of a line; the class that colours it is empty for plain text. */
export interface HighlightedPiece {
  className: string;
  text: string;
}

interface Kept {
  lines: HighlightedPiece[][];
  size: number;
}

/** The results used last, within a number of characters. */
export class PieceCache {
  readonly #kept = new Map<string, Kept>();
  readonly #most: number;
  #size = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): HighlightedPiece[][] | null {
    const kept = this.#kept.get(key);
    if (kept === undefined) return null;
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    return kept.lines;
  }

  set(key: string, lines: HighlightedPiece[][]): void {
    // A piece weighs more than its text.
    const size = lines.reduce(
      (sum, line) => sum + line.reduce((all, { text }) => all + text.length + 16, 16),
      0,
    );
    if (size > this.#most) return;
    this.#remove(key);
    this.#kept.set(key, { lines, size });
    this.#size += size;
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= this.#most) break;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    this.#size -= this.#kept.get(key)?.size ?? 0;
    this.#kept.delete(key);
  }
}
