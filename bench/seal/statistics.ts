import { randomInt } from "node:crypto";

/** A quantile of sorted numbers, by the nearest rank. */
export function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}

const ascending = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

export function median(numbers: readonly number[]): number {
  const sorted = ascending(numbers);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export function spread(numbers: readonly number[]): Record<"p50" | "p99" | "max", number> {
  const sorted = ascending(numbers);
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), max: sorted.at(-1) ?? Number.NaN };
}

/** The median with its 95 % percentile-bootstrap interval. */
export function bootstrapMedian(
  numbers: readonly number[],
  draws = 10_000,
): { median: number; from: number; to: number } {
  const medians: number[] = [];
  for (let n = 0; n < draws; n += 1)
    medians.push(median(numbers.map(() => numbers[randomInt(numbers.length)] ?? Number.NaN)));
  const sorted = ascending(medians);
  return { median: median(numbers), from: quantile(sorted, 0.025), to: quantile(sorted, 0.975) };
}
