/** Numbers that look random and are the same for the same seed (mulberry32), so that a try can be repeated. */
export class Random {
  #state: number;
  constructor(readonly seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 to 1, not including. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

/** Tries of a table in an ordinary run, and all of them under GURULOG_TEST_FULL. */
export function tries(everyDay: number, full: number): number {
  return process.env.GURULOG_TEST_FULL ? full : everyDay;
}
