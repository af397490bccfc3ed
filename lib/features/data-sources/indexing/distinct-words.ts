/** Short words are like many others, and very long ones are none. */
const wordShape = /\p{L}[\p{L}\p{N}_-]{3,39}/gu;
/** Words kept of one source; texts of random strings have more, and nobody misspells those. */
const most = 100_000;

/** Gathers the distinct words of a text, in lower case, as Ask compares them with misspelt ones. */
export class DistinctWords {
  readonly #words = new Set<string>();

  add(text: string): void {
    if (this.#words.size >= most) return;
    for (const [word] of text.matchAll(wordShape)) {
      this.#words.add(word.toLowerCase());
      if (this.#words.size >= most) return;
    }
  }

  *batches(size: number): Generator<string[]> {
    let batch: string[] = [];
    for (const word of this.#words) {
      batch.push(word);
      if (batch.length < size) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }
}
