/** What a bucket's data is guessed to be at most, in bytes (it is some two thirds of that): a row that is read whole for one key. */
const aimedBytes = 4_000;
const mostBuckets = 2 ** 20;
/** A part's ordinal is below this. */
export const mostPartsOfSegment = 4_096;

/** Which bucket of a segment has a key; `buckets` is a power of two. */
export function bucketOf(key: number, buckets: number): number {
  const half = Math.imul(key ^ (key >>> 16), 0x7feb352d);
  const whole = Math.imul(half ^ (half >>> 15), 0x846ca68b);
  return (whole ^ (whole >>> 16)) & (buckets - 1);
}

/**
 * Gathers which part has which keys, and writes it down. A bucket's data is its keys in ascending order, each as: the
 * difference to the key before; how many parts, and these as differences; or 0, how many bytes, and a bit for each part.
 * Numbers are of seven bits a byte, the lower ones first.
 */
export class PostingsBuilder {
  /** Key times the most parts, plus part. */
  #pairs = new Float64Array(1 << 16);
  #length = 0;

  /** Pairs of key and part so far: what this holds in memory, eight bytes each. */
  get pairs(): number {
    return this.#length;
  }

  /** @param part its ordinal within the segment @param keys each once */
  add(part: number, keys: Iterable<number>): void {
    if (part >= mostPartsOfSegment) throw new RangeError("a segment has no such part");
    for (const key of keys) {
      if (this.#length === this.#pairs.length) {
        const more = new Float64Array(Math.ceil(this.#length * 1.5));
        more.set(this.#pairs);
        this.#pairs = more;
      }
      this.#pairs[this.#length++] = key * mostPartsOfSegment + part;
    }
  }

  /** @returns the buckets' data, by their number */
  finish(): { buckets: number; data: Buffer[] } {
    const pairs = this.#pairs.subarray(0, this.#length).sort();
    // About as much as is written in the end: keys take up to five bytes, a part mostly one.
    let keys = 0;
    for (let at = 0; at < pairs.length; at++)
      if (at === 0 || keyAt(pairs, at) !== keyAt(pairs, at - 1)) keys++;
    let buckets = 1;
    while (buckets < mostBuckets && (keys * 4 + pairs.length * 1.1) / buckets > aimedBytes) buckets *= 2;
    const writers = Array.from({ length: buckets }, () => new BucketWriter());
    for (let at = 0; at < pairs.length; ) {
      const key = keyAt(pairs, at);
      let end = at + 1;
      while (end < pairs.length && keyAt(pairs, end) === key) end += 1;
      writers[bucketOf(key, buckets)]?.write(key, pairs, at, end);
      at = end;
    }
    return { buckets, data: writers.map((writer) => writer.data()) };
  }
}

const keyAt = (pairs: Float64Array, at: number) => Math.floor((pairs[at] ?? 0) / mostPartsOfSegment);
const partAt = (pairs: Float64Array, at: number) => (pairs[at] ?? 0) % mostPartsOfSegment;

class BucketWriter {
  #bytes = Buffer.allocUnsafe(1_024);
  #length = 0;
  #lastKey = 0;

  write(key: number, pairs: Float64Array, from: number, to: number): void {
    const bitmapBytes = (partAt(pairs, to - 1) >>> 3) + 1;
    this.#room((to - from) * 2 + bitmapBytes + 16);
    this.#number(key - this.#lastKey);
    this.#lastKey = key;
    const start = this.#length;
    this.#number(to - from);
    let last = 0;
    for (let at = from; at < to; at++) {
      const part = partAt(pairs, at);
      this.#number(part - last);
      last = part;
    }
    if (this.#length - start <= bitmapBytes + 3) return;
    this.#length = start;
    this.#number(0);
    this.#number(bitmapBytes);
    this.#bytes.fill(0, this.#length, this.#length + bitmapBytes);
    for (let at = from; at < to; at++) {
      const part = partAt(pairs, at);
      const byte = this.#length + (part >>> 3);
      this.#bytes[byte] = (this.#bytes[byte] ?? 0) | (1 << (part & 7));
    }
    this.#length += bitmapBytes;
  }

  data(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #number(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const more = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + bytes));
    this.#bytes.copy(more, 0, 0, this.#length);
    this.#bytes = more;
  }
}

/**
 * The parts of a segment that have a key, in ascending order.
 * @param data of the key's bucket
 * @returns null when none has it
 * @throws when the data is damaged
 */
export function readPosting(data: Buffer, key: number): Uint32Array | null {
  const reader = { data, at: 0 };
  let found = 0;
  while (reader.at < data.length) {
    found += numberOf(reader);
    if (found > key) return null;
    const count = numberOf(reader);
    if (found === key) return count === 0 ? bitmapOf(reader) : listOf(reader, count);
    if (count === 0) {
      const bytes = numberOf(reader);
      reader.at += bytes;
    } else for (let left = count; left > 0; reader.at++) if ((data[reader.at] ?? 0) < 0x80) left -= 1;
  }
  return null;
}

interface Reader {
  data: Buffer;
  at: number;
}

function numberOf(reader: Reader): number {
  let value = 0;
  for (let scale = 1; ; scale *= 0x80) {
    const byte = reader.data[reader.at++];
    if (byte === undefined) throw new Error("a posting of the code index breaks off");
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
  }
}

function listOf(reader: Reader, count: number): Uint32Array {
  if (count > mostPartsOfSegment) throw new Error("a posting of the code index is damaged");
  const parts = new Uint32Array(count);
  let last = 0;
  for (let n = 0; n < count; n++) {
    last += numberOf(reader);
    parts[n] = last;
  }
  return parts;
}

function bitmapOf(reader: Reader): Uint32Array {
  const bytes = numberOf(reader);
  const parts: number[] = [];
  for (let n = 0; n < bytes; n++) {
    const byte = reader.data[reader.at + n] ?? 0;
    for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) parts.push(n * 8 + bit);
  }
  return Uint32Array.from(parts);
}
