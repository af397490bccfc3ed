const signature = Buffer.from("PGCOPY\n\xff\r\n\0", "latin1");
const form = "to stdout (format binary)";
const lineFeed = 0x0a;
/** Some more than is handed over at once, so that the last row of a chunk seldom needs a larger one. */
const bufferBytes = 81_920;

/**
 * A COPY of one text a row, see `RowTexts`. In binary form, which sends the text as it is: the other two look at each
 * of its bytes for something to escape.
 * @param select a query with a single text column, never null
 */
export function copyRows(select: string): string {
  return `copy (${select}) ${form}`;
}

/** Whether a statement was made by `copyRows`. */
export const isOfRows = (copySql: string) => copySql.endsWith(form);

/**
 * Takes the texts out of a COPY in binary form and ends each with a line feed. Layout, from the page of COPY in the
 * database's manual: a header of 11 bytes of signature, flags and the length of an extension; then for each row the
 * number of columns (2 bytes) and for each column its length (4 bytes) and its bytes; 0xffff after the last row.
 */
export class RowTexts {
  #out = Buffer.allocUnsafe(bufferBytes);
  #length = 0;
  #rest: Buffer | undefined;
  #state: "header" | "rows" | "over" = "header";

  /** @throws Error for what is no such COPY: a text that is null, a second column */
  push(bytes: Buffer): void {
    let from = this.#rest ? Buffer.concat([this.#rest, bytes]) : bytes;
    this.#rest = undefined;
    if (this.#state === "header") {
      if (from.length < 19 || from.length < 19 + from.readUInt32BE(15)) {
        this.#rest = from;
        return;
      }
      if (!from.subarray(0, 11).equals(signature))
        throw new Error("the copy has another form than asked for");
      from = from.subarray(19 + from.readUInt32BE(15));
      this.#state = "rows";
    }
    for (let at = 0; at < from.length; ) {
      if (this.#state === "over") throw new Error("the copy goes on behind its end");
      const left = from.length - at;
      const columns = left < 2 ? 1 : from.readInt16BE(at);
      if (columns === -1) {
        this.#state = "over";
        at += 2;
        continue;
      }
      if (columns !== 1) throw new Error(`a row of the copy has ${columns} columns`);
      const length = left < 6 ? 0 : from.readInt32BE(at + 2);
      if (length < 0) throw new Error("a row of the copy is null");
      if (left < 6 + length) {
        this.#rest = from.subarray(at);
        return;
      }
      this.#add(from, at + 6, length);
      at += 6 + length;
    }
  }

  /** Bytes that `take` would give. */
  get length(): number {
    return this.#length;
  }

  /** The whole rows since the last call. */
  take(): Buffer {
    const taken = this.#out.subarray(0, this.#length);
    this.#out = Buffer.allocUnsafe(bufferBytes);
    this.#length = 0;
    return taken;
  }

  /** @throws Error when the copy ended in the middle */
  end(): void {
    if (this.#state !== "over") throw new Error("the copy ended without its last mark");
  }

  #add(from: Buffer, at: number, length: number): void {
    const needed = this.#length + length + 1;
    if (needed > this.#out.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#out.length * 2));
      this.#out.copy(larger, 0, 0, this.#length);
      this.#out = larger;
    }
    from.copy(this.#out, this.#length, at, at + length);
    this.#length = needed;
    this.#out[needed - 1] = lineFeed;
  }
}
