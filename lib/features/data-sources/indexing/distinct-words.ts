/** Short words are like many others, and very long ones are none. */
const wordShape = /\p{L}[\p{L}\p{N}_-]{3,39}/gu;
/** Words kept of one source; texts of random strings have more, and nobody misspells those. */
const most = 100_000;

/** Gathers the distinct words of a text, in lower case, as Ask compares them with misspelt ones. */
export class DistinctWords {
  readonly #words = new Set<string>();
  #fresh: string[] = [];
  readonly #most: number;

  /** @param kept words kept already by the run that crashed and is gone on with */
  constructor(kept = 0) {
    this.#most = most - kept;
  }

  add(text: string): void {
    if (this.#words.size >= this.#most) return;
    for (const [word] of text.matchAll(wordShape)) {
      const lower = word.toLowerCase();
      if (this.#words.has(lower)) continue;
      this.#words.add(lower);
      this.#fresh.push(lower);
      if (this.#words.size >= this.#most) return;
    }
  }

  /** @returns the words that were new since this was last called */
  takeFresh(): string[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }
}
