import { setImmediate } from "node:timers/promises";

/** Some milliseconds of hashing: the sealer shares its thread with the web server. */
const itemsOfASlice = 64;

/**
 * Maps a long list in order and lets others have the thread between slices, so that no request waits for the whole.
 * @throws what `each` throws
 */
export async function mapInSlices<T, R>(items: readonly T[], each: (item: T) => R): Promise<R[]> {
  const results: R[] = [];
  for (const [i, item] of items.entries()) {
    if (i > 0 && i % itemsOfASlice === 0) await setImmediate();
    results.push(each(item));
  }
  return results;
}
