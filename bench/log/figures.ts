import { randomInt } from "node:crypto";
import { median, quantile } from "../seal/statistics";

/** What a contestant's samples say. Milliseconds, unless the measure says otherwise. */
export interface Figure {
  samples: number;
  median: number;
  p95: number;
  /** Quantiles of the raw samples. */
  quantiles: Record<"p0" | "p5" | "p25" | "p50" | "p75" | "p95" | "p99" | "p100", number>;
}

/** How many times as much; with its 95 % interval. */
export interface Ratio {
  median: number;
  from: number;
  to: number;
}

export function figureOf(samples: readonly number[]): Figure {
  if (samples.length === 0) throw new Error("a measure has no sample");
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (q: number) => round(quantile(sorted, q));
  return {
    samples: samples.length,
    median: round(median(samples)),
    p95: at(0.95),
    quantiles: {
      p0: at(0),
      p5: at(0.05),
      p25: at(0.25),
      p50: at(0.5),
      p75: at(0.75),
      p95: at(0.95),
      p99: at(0.99),
      p100: at(1),
    },
  };
}

const draws = 2_000;
const fewestForInterval = 3;

/** Median of `above` by median of `below`, with the 95 % percentile-bootstrap interval over both. */
export function ratioOf(above: readonly number[], below: readonly number[]): Ratio {
  const ratio = round(median(above) / median(below));
  // Two samples say nothing of how far others would lie.
  if (above.length < fewestForInterval || below.length < fewestForInterval)
    return { median: ratio, from: Number.NaN, to: Number.NaN };
  const ratios: number[] = [];
  for (let n = 0; n < draws; n += 1) ratios.push(median(drawn(above)) / median(drawn(below)));
  ratios.sort((a, b) => a - b);
  return {
    median: ratio,
    from: round(quantile(ratios, 0.025)),
    to: round(quantile(ratios, 0.975)),
  };
}

function drawn(samples: readonly number[]): number[] {
  return samples.map(() => samples[randomInt(samples.length)] ?? Number.NaN);
}

/** Four digits that count: more would be noise, and the results' files long. */
export function round(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(4)) : value;
}
