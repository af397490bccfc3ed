/** A seeded source of chance: the same seed gives the same month. */
export interface Random {
  /** 0 (inclusive) to 1 (exclusive). */
  next(): number;
  chance(probability: number): boolean;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  pick<T>(from: readonly [T, ...T[]]): T;
  /** One of them, or undefined of none. */
  pickAny<T>(from: readonly T[]): T | undefined;
  /** One by weight; the weights need no particular sum. */
  weighted<T>(from: readonly (readonly [T, number])[]): T | undefined;
  /** A count that is `mean` on average and spreads as independent happenings do (Knuth's method). */
  count(mean: number): number;
  /** Normally distributed around `middle` (Box and Muller). */
  around(middle: number, spread: number): number;
}

/** mulberry32 by Tommy Ettinger (public domain): small, and even enough for made-up people. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: (from) => from[between(0, from.length - 1)] ?? from[0],
    pickAny: (from) => from[between(0, from.length - 1)],
    weighted(from) {
      let rest = next() * from.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [value, weight] of from) {
        rest -= weight;
        if (rest < 0) return value;
      }
      return from.at(-1)?.[0];
    },
    count(mean) {
      const limit = Math.exp(-mean);
      let product = next();
      let count = 0;
      while (product > limit) {
        product *= next();
        count += 1;
      }
      return count;
    },
    around: (middle, spread) =>
      middle + spread * Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}
