/** Where the next of several texts stands, asked from the beginning on: each text is looked for once. */
export class Nearest {
  readonly #text: string;
  readonly #wanted: readonly string[];
  readonly #next: number[];

  constructor(text: string, wanted: readonly string[]) {
    this.#text = text;
    this.#wanted = wanted;
    this.#next = wanted.map((one) => text.indexOf(one));
  }

  /**
   * @param from never less than before
   * @returns -1 when there is none
   */
  from(from: number): number {
    let nearest = -1;
    for (const [n, wanted] of this.#wanted.entries()) {
      let at = this.#next[n] ?? -1;
      if (at === -1) continue;
      if (at < from) {
        at = this.#text.indexOf(wanted, from);
        this.#next[n] = at;
        if (at === -1) continue;
      }
      if (nearest === -1 || at < nearest) nearest = at;
    }
    return nearest;
  }
}
