import "server-only";
import type { PartAddress } from "./source-files";

/** What keeping one costs besides its data, in bytes. */
const overhead = 256;

/**
 * Parts of the index as they were read, deflated, the one used last behind; a part never changes. Whoever searches asks for
 * the same ones again and again: to narrow a query down is to read what the one before it read.
 */
export class KeptParts<T extends { data: Buffer }> {
  /** Null where it is known that there is nothing. */
  readonly #kept = new Map<number, T | null>();
  readonly #mostBytes: number;
  #bytes = 0;

  /** @param mostBytes what all may take */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Of memory, as reckoned. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @returns undefined when it has to be read; null when there is nothing to read */
  get(address: PartAddress): T | null | undefined {
    const key = keyOf(address);
    const found = this.#kept.get(key);
    if (found === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, found);
    return found;
  }

  put(address: PartAddress, part: T | null): void {
    const key = keyOf(address);
    const before = this.#kept.get(key);
    if (before !== undefined) this.#forget(key, before);
    this.#kept.set(key, part);
    this.#bytes += costOf(part);
    for (const [oldest, one] of this.#kept) {
      if (this.#bytes <= this.#mostBytes) return;
      this.#forget(oldest, one);
    }
  }

  clear(): void {
    this.#kept.clear();
    this.#bytes = 0;
  }

  #forget(key: number, part: T | null): void {
    this.#kept.delete(key);
    this.#bytes -= costOf(part);
  }
}

const costOf = (part: { data: Buffer } | null) => overhead + (part?.data.length ?? 0);

/** Exact: segments are numbered one by one, and a part's ordinal is below 4,096. */
export const keyOf = ({ segmentId, ordinal }: PartAddress) => segmentId * 4_096 + ordinal;
