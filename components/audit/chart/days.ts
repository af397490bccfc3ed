/**
 * Days of the chart and what the brush chooses of them. A day is a day of UTC and is named by its index in the list of
 * days, which is without gaps and begins with the oldest.
 */

export const DAY_MS = 86_400_000;

export type TimeRange = { since?: string | undefined; until?: string | undefined };

/** Indexes of the first and last day, both included. */
export type DaySpan = { from: number; to: number };

/** What a range covers of the days shown. `start` and `end` are its exact edges in days from the left. */
export type Coverage = { span: DaySpan; start: number; end: number };

export function dayStartMs(day: string): number {
  return Date.parse(`${day}T00:00:00.000Z`);
}

export function isWhole(span: DaySpan, dayCount: number): boolean {
  return span.from === 0 && span.to === dayCount - 1;
}

export function isOpen(range: TimeRange): boolean {
  return !range.since && !range.until;
}

/**
 * The range that whole days make: from the first instant of the first to the last millisecond of the last.
 * All days together are no range at all, so that what comes next is shown too.
 * @param hasEarlier whether there are events before the first day, which are no part of "all"
 */
export function rangeOfSpan(days: readonly string[], span: DaySpan, hasEarlier = false): TimeRange {
  const first = days[span.from];
  const last = days[span.to];
  const choosesAll = !hasEarlier && days.length > 1 && isWhole(span, days.length);
  if (first === undefined || last === undefined || choosesAll) return { since: undefined, until: undefined };
  return {
    since: new Date(dayStartMs(first)).toISOString(),
    until: new Date(dayStartMs(last) + DAY_MS - 1).toISOString(),
  };
}

/**
 * What a range covers. Ranges in other zones cut days: a day belongs to the span when half of it or more is covered,
 * and where that would leave none, when any of it is.
 * @returns null when the range holds nothing of the days shown
 */
export function coverageOf(days: readonly string[], range: TimeRange): Coverage | null {
  const first = days[0];
  const count = days.length;
  if (first === undefined) return null;
  const at = (ms: number) => (ms - dayStartMs(first)) / DAY_MS;
  const start = Math.max(range.since ? at(Date.parse(range.since)) : 0, 0);
  // The last millisecond belongs to the range.
  const end = Math.min(range.until ? at(Date.parse(range.until) + 1) : count, count);
  if (!(start < end)) return null;
  const half = { from: Math.round(start), to: Math.round(end) - 1 };
  const any = { from: Math.floor(start), to: Math.ceil(end) - 1 };
  return { span: half.from <= half.to ? half : any, start, end };
}
