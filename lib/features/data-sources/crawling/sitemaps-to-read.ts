/** The sitemaps of an index and of its indexes, each once and up to a number: what is not going to be read is not kept. */
export class SitemapsToRead {
  readonly #met: Set<string>;
  readonly #waiting: string[];
  readonly #most: number;
  #leftOut = false;

  /**
   * @param first address that was given
   * @param most sitemaps, the first included
   */
  constructor(first: string, most: number) {
    this.#most = most;
    this.#met = new Set([first]);
    this.#waiting = [first];
  }

  add(address: string): void {
    if (this.#met.has(address)) return;
    if (this.#met.size >= this.#most) {
      this.#leftOut = true;
      return;
    }
    this.#met.add(address);
    this.#waiting.push(address);
  }

  /** @returns undefined when there is none left */
  next(): string | undefined {
    return this.#waiting.shift();
  }

  /** Addresses that are kept, read or not. */
  get size(): number {
    return this.#met.size;
  }

  /** Whether there are sitemaps that were not taken, or not read. */
  get hasUnread(): boolean {
    return this.#leftOut || this.#waiting.length > 0;
  }
}
