/** A line longer than this is no record of ours: the largest that the recorder writes is far below. */
const longestLineBytes = 64 * 1024 * 1024;

/**
 * The lines of a UTF-8 text that comes in chunks, each without its newline. A last line without one is given too.
 * @throws when the bytes are no UTF-8, or a line is longer than any of ours
 */
async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let rest = "";
  for await (const chunk of chunks) {
    const text = rest + decoder.decode(chunk, { stream: true });
    const lines = text.split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > longestLineBytes) throw new Error("a line that is too long");
    if (lines.length > 0) yield lines;
  }
  rest += decoder.decode();
  if (rest !== "") yield [rest];
}

/** Hands out the lines one by one. */
export class LineReader {
  readonly #batches: AsyncGenerator<string[]>;
  #batch: string[] = [];
  #at = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#batches = linesOf(chunks);
  }

  /** The next line of those at hand; undefined when `fill` is due. */
  take(): string | undefined {
    return this.#batch[this.#at++];
  }

  /** @returns false at the end */
  async fill(): Promise<boolean> {
    const next = await this.#batches.next();
    this.#batch = next.done ? [] : next.value;
    this.#at = 0;
    return !next.done;
  }

  async next(): Promise<string | undefined> {
    for (;;) {
      const line = this.take();
      if (line !== undefined) return line;
      if (!(await this.fill())) return undefined;
    }
  }
}
