const signature = Buffer.from("PGCOPY\n\xff\r\n\0", "latin1");
const form = "to stdout (format binary)";
const lineFeed = 0x0a;
/** What is handed over at once and a whole read more, so that the last rows of a chunk seldom need a larger one. */
const bufferBytes = 147_456;

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
 * Buffers to be filled again. A new one for each chunk is memory beside the heap, which has the collector go through all of
 * the heap every few dozen megabytes.
 */
const free: Buffer[] = [];
const mostFree = 16;
const lent = new WeakMap<ArrayBufferLike, Buffer>();

function newBuffer(): Buffer {
  return free.pop() ?? Buffer.allocUnsafeSlow(bufferBytes);
}

/**
 * Says that nobody reads a chunk any more, so that its memory may be used for another. For whoever has copied what was
 * in it; a chunk that is handed on is left alone. Any other chunk, and a second call, change nothing.
 */
export function giveBack(chunk: Uint8Array): void {
  const buffer = lent.get(chunk.buffer);
  if (buffer && lent.delete(chunk.buffer) && free.length < mostFree) free.push(buffer);
}

/** The bytes of a COPY in text or CSV form, as they are. */
export class PlainBytes {
  #out = newBuffer();
  #length = 0;

  /** @param from,to which of the bytes */
  push(bytes: Buffer, from = 0, to = bytes.length): void {
    const needed = this.#length + to - from;
    if (needed > this.#out.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#out.length * 2));
      this.#out.copy(larger, 0, 0, this.#length);
      this.#out = larger;
    }
    bytes.copy(this.#out, this.#length, from, to);
    this.#length = needed;
  }

  /** Bytes that `take` would give. */
  get length(): number {
    return this.#length;
  }

  /** What came since the last call; see `giveBack`. */
  take(): Buffer {
    const taken = this.#out.subarray(0, this.#length);
    if (this.#out.length === bufferBytes) lent.set(this.#out.buffer, this.#out);
    this.#out = newBuffer();
    this.#length = 0;
    return taken;
  }

  /** Such a COPY has no mark at its end. */
  end(): void {}
}

const ending = Buffer.from([lineFeed]);

/**
 * Takes the texts out of a COPY in binary form and ends each with a line feed. Layout, from the page of COPY in the
 * database's manual: a header of 11 bytes of signature, flags and the length of an extension; then for each row the
 * number of columns (2 bytes) and for each column its length (4 bytes) and its bytes; 0xffff after the last row.
 */
export class RowTexts {
  readonly #out = new PlainBytes();
  #rest: Buffer | undefined;
  #state: "header" | "rows" | "over" = "header";

  /**
   * @param start,stop which of the bytes; they are copied
   * @throws Error for what is no such COPY: a text that is null, a second column
   */
  push(bytes: Buffer, start = 0, stop = bytes.length): void {
    if (this.#rest) {
      const joined = Buffer.concat([this.#rest, bytes.subarray(start, stop)]);
      this.#rest = undefined;
      this.push(joined);
      return;
    }
    let at = start;
    if (this.#state === "header") {
      const left = stop - at;
      if (left < 19 || left < 19 + bytes.readUInt32BE(at + 15)) {
        this.#rest = Buffer.from(bytes.subarray(at, stop));
        return;
      }
      if (!bytes.subarray(at, at + 11).equals(signature))
        throw new Error("the copy has another form than asked for");
      at += 19 + bytes.readUInt32BE(at + 15);
      this.#state = "rows";
    }
    while (at < stop) {
      if (this.#state === "over") throw new Error("the copy goes on behind its end");
      const left = stop - at;
      const columns = left < 2 ? 1 : bytes.readInt16BE(at);
      if (columns === -1) {
        this.#state = "over";
        at += 2;
        continue;
      }
      if (columns !== 1) throw new Error(`a row of the copy has ${columns} columns`);
      const length = left < 6 ? 0 : bytes.readInt32BE(at + 2);
      if (length < 0) throw new Error("a row of the copy is null");
      if (left < 6 + length) {
        this.#rest = Buffer.from(bytes.subarray(at, stop));
        return;
      }
      this.#out.push(bytes, at + 6, at + 6 + length);
      this.#out.push(ending);
      at += 6 + length;
    }
  }

  /** Bytes that `take` would give. */
  get length(): number {
    return this.#out.length;
  }

  /** The whole rows since the last call. */
  take(): Buffer {
    return this.#out.take();
  }

  /** @throws Error when the copy ended in the middle */
  end(): void {
    if (this.#state !== "over") throw new Error("the copy ended without its last mark");
  }
}
