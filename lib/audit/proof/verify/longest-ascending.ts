/**
 * The fewest places that must be taken out so that the rest ascends: what was moved. By the longest strictly ascending
 * subsequence (patience sorting), O(n log n).
 * @returns positions in `values`, ascending
 */
export function outOfOrder(values: readonly number[]): number[] {
  const piles: number[] = [];
  const before = new Int32Array(values.length);
  values.forEach((value, at) => {
    let low = 0;
    let high = piles.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((values[piles[middle] as number] as number) < value) low = middle + 1;
      else high = middle;
    }
    before[at] = low > 0 ? (piles[low - 1] as number) : -1;
    piles[low] = at;
  });
  const isKept = new Uint8Array(values.length);
  for (let at = piles.at(-1) ?? -1; at >= 0; at = before[at] as number) isKept[at] = 1;
  return values.flatMap((_, at) => (isKept[at] ? [] : [at]));
}
