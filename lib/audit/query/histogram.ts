import { type Day, dayText } from "./days";
import type { ActionType, Slice } from "./slices";
import type { Span } from "./span";

type TypeCounts = Record<ActionType, number>;

/** The chart's bars: events of a filter, whatever its range of time, by day of UTC and action type. */
export interface Histogram {
  /**
   * Every day of the period kept up to today, oldest first, also those without events. Where events are kept for ever
   * the first is that of the log's oldest event. At most `mostBars`, the newest; `earlier` says what they leave out.
   */
  days: { day: string; counts: TypeCounts }[];
  /** Events of the filter with its range; their sum is the total. */
  inRange: TypeCounts;
  /** Events of days before the first bar. */
  earlier: number;
  /** False: each bar and number reads "at least". */
  exact: boolean;
}

/** Bars of a day each: more would be thinner than a pixel or two on most screens. */
export const mostBars = 400;

const none = (): TypeCounts => ({ access: 0, created: 0, updated: 0, deleted: 0 });

/** Puts what was counted into bars. */
export function histogramOf(slices: readonly Slice[], span: Span, exact: boolean): Histogram {
  const inRange = none();
  const bars = new Map<Day, TypeCounts>();
  for (const { day, type, all, inRange: within } of slices) {
    inRange[type] += within;
    const bar = bars.get(day) ?? none();
    bar[type] += all;
    bars.set(day, bar);
  }
  const counted = [...bars].filter(([, bar]) => sumOf(bar) > 0).map(([day]) => day);
  // A clock that was set back leaves events of tomorrow.
  const last = Math.max(span.today, ...counted);
  const begins = span.kept ?? Math.min(span.oldest ?? last, last, ...counted);
  const first = Math.max(begins, last - mostBars + 1);
  const days = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return {
    days: days.map((day) => ({ day: dayText(day), counts: bars.get(day) ?? none() })),
    inRange,
    earlier: counted
      .filter((day) => day < first)
      .reduce((sum, day) => sum + sumOf(bars.get(day) ?? none()), 0),
    exact,
  };
}

export function sumOf(counts: TypeCounts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
