import type { KeySink } from "../key-sink";
import { endOfPieces } from "../trigrams";

/** Keys below this are marked in a field of bits, others (hashes of names) are few. */
const marked = endOfPieces;

/** The distinct keys of one part after the other: like a Set, and several times as quick. */
export class KeySet implements KeySink {
  readonly #bits = new Uint32Array(marked / 32);
  #keys: number[] = [];
  #others = new Set<number>();

  add(key: number): void {
    if (key >= marked) {
      this.#others.add(key);
      return;
    }
    const word = key >>> 5;
    const bit = 1 << (key & 31);
    const before = this.#bits[word] ?? 0;
    if (before & bit) return;
    this.#bits[word] = before | bit;
    this.#keys.push(key);
  }

  /** @returns what was added since the last call */
  take(): number[] {
    const keys = this.#keys;
    for (const key of keys) this.#bits[key >>> 5] = 0;
    for (const key of this.#others) keys.push(key);
    this.#keys = [];
    this.#others = new Set();
    return keys;
  }
}
