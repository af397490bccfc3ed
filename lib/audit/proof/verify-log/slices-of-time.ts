import "server-only";
import type { Spans } from "./stored-keys";

const worthSlicing = 100_000;

/** Stretches of time that hold about as many leaves each. @param wanted how many; a small log is one */
export function slicesOf(
  spans: Spans,
  size: number,
  wanted: number,
): { from: number | null; to: number | null }[] {
  const count = size < worthSlicing ? 1 : wanted;
  const cuts = Array.from(
    { length: count - 1 },
    (_, i) => spans.from[Math.floor((spans.tiles.length * (i + 1)) / count)],
  );
  // Keys may be tampered with: a moment that the database cannot name is no cut.
  const moments = cuts.filter((c) => c !== undefined && Math.abs(c) < 2 ** 53) as number[];
  const ends = [null, ...moments.sort((a, b) => a - b), null];
  return ends.slice(1).map((to, i) => ({ from: ends[i] ?? null, to }));
}

/** Each leaf counts twice: once for its hash in the tree, once for its event. @param report is told the part done, 0 to 1 */
export function progressOf(
  size: number,
  report: ((part: number) => void) | undefined,
): (leaves: number) => void {
  let done = 0;
  return (leaves) => {
    done += leaves;
    report?.(size === 0 ? 1 : Math.min(1, done / (2 * size)));
  };
}
