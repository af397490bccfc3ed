import "server-only";
import type { PartAddress } from "./source-files";

/** What keeping one costs besides its data, in bytes. */
const overhead = 256;

interface Kept<T> {
  part: T;
  /** The period in which it was used last. */
  period: number;
}

/**
 * Parts of the index as they were read, deflated, the one used last behind; a part never changes. Whoever searches asks for
 * the same ones again and again: to narrow a query down is to read what the one before it read.
 */
export class KeptParts<T extends { data: Buffer }> {
  readonly #kept = new Map<number, Kept<T>>();
  readonly #mostBytes: number;
  #bytes = 0;
  #period = 0;

  /** @param mostBytes what all may take */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Of memory, as reckoned. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @returns undefined when it has to be read */
  get(address: PartAddress): T | undefined {
    const key = keyOf(address);
    const found = this.#kept.get(key);
    if (!found) return undefined;
    found.period = this.#period;
    this.#kept.delete(key);
    this.#kept.set(key, found);
    return found.part;
  }

  put(address: PartAddress, part: T): void {
    const key = keyOf(address);
    this.#forget(key);
    this.#kept.set(key, { part, period: this.#period });
    this.#bytes += costOf(part);
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#mostBytes) return;
      this.#forget(oldest);
    }
  }

  /** Ends a period: what was not used in it is forgotten, as its repository may be gone. */
  endPeriod(): void {
    for (const [key, { period }] of this.#kept) {
      if (period === this.#period) break;
      this.#forget(key);
    }
    this.#period += 1;
  }

  #forget(key: number): void {
    const found = this.#kept.get(key);
    if (!found) return;
    this.#kept.delete(key);
    this.#bytes -= costOf(found.part);
  }
}

const costOf = (part: { data: Buffer }) => overhead + part.data.length;

/** Exact: segments are numbered one by one, and a part's ordinal is below 4,096. */
export const keyOf = ({ segmentId, ordinal }: PartAddress) => segmentId * 4_096 + ordinal;
