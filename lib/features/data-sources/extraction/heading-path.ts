const longest = 300;

/** The headings that a document's text stands under, while it is read from its beginning. */
export class HeadingPath {
  #headings: string[] = [];
  /** Nothing stands under the last one yet. */
  #isBare = false;

  /** From the outermost to the innermost; empty = none. */
  get text(): string {
    const path = this.#headings.filter((heading) => heading !== "").join(" › ");
    return path.slice(0, longest).toWellFormed();
  }

  /** @param level 1 is the outermost */
  enter(level: number, heading: string): void {
    this.#headings.length = Math.min(this.#headings.length, level - 1);
    this.#headings.push(heading);
    this.#isBare = true;
  }

  hasText(): void {
    this.#isBare = false;
  }

  /**
   * A heading with nothing below it is itself the text: it would be lost.
   * @param level of the heading that comes next; 1 at the end of the text
   * @returns the last heading, if it is to be such a one; else nothing
   */
  leftBareBy(level: number): string {
    return this.#isBare && this.#headings.length >= level ? (this.#headings.at(-1) ?? "") : "";
  }
}
