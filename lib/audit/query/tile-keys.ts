/** Bytes of an event in a tile; its id is the first 16 of them. */
const leafBytes = 24;
const idBytes = 16;

/** The place of an id in a list, found without making a text or an object of any of them. */
export class TileKeys {
  readonly #bytes: Buffer;
  /** The last four bytes of each id, which are random. */
  readonly #ends: Uint32Array;

  /** @param bytes of a tile, see `audit_tile` */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#ends = new Uint32Array(bytes.length / leafBytes);
    for (let i = 0; i < this.#ends.length; i += 1)
      this.#ends[i] = bytes.readUInt32BE(i * leafBytes + idBytes - 4);
  }

  get length(): number {
    return this.#ends.length;
  }

  /** @returns -1 when it is not there */
  find(id: Buffer): number {
    const end = id.readUInt32BE(idBytes - 4);
    for (let at = this.#ends.indexOf(end); at !== -1; at = this.#ends.indexOf(end, at + 1))
      if (this.isAt(id, at)) return at;
    return -1;
  }

  isAt(id: Buffer, place: number): boolean {
    if (place < 0 || place >= this.length) return false;
    const from = place * leafBytes;
    for (let i = idBytes - 1; i >= 0; i -= 1) if (this.#bytes[from + i] !== id[i]) return false;
    return true;
  }
}

const digits = new Int8Array(256).fill(-1);
for (const [value, digit] of [..."0123456789abcdef"].entries()) digits[digit.charCodeAt(0)] = value;
const dash = 0x2d;

/**
 * Reads an id written as text into 16 bytes.
 * @throws Error when none stands there
 */
export function readId(text: Uint8Array, from: number, id: Buffer): void {
  for (let i = 0, at = from; i < idBytes; i += 1) {
    if (text[at] === dash) at += 1;
    const [high, low] = [digits[text[at] ?? 0] ?? -1, digits[text[at + 1] ?? 0] ?? -1];
    if (high < 0 || low < 0) throw new Error("a record does not begin with an id");
    id[i] = high * 16 + low;
    at += 2;
  }
}
