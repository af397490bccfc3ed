import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { dayOf, dayRange } from "./days";
import { within } from "./deadline";
import {
  type Counted,
  type Counting,
  type SliceRow,
  sliceColumns,
  sliceConditions,
  sliceGroups,
} from "./slices";
import type { Span } from "./span";
import { Binder } from "./where";

/** An hour of UTC as its number since 1970-01-01T00. */
type Hour = number;

/** Hours that follow each other, the end not included; null: without an end. */
interface Hours {
  from: Hour | null;
  to: Hour | null;
}

const hourMs = 3_600_000;
const hoursADay = 24;

type WindowCounting = Counting & {
  span: Span;
  /** What is left for counting. */
  leftMs: () => number;
};

/** A window has at most so many times the hours of the one before: the first may be a quiet hour. */
const fastestGrowth = 2;

/**
 * Counts events, the days of the range first, newest first, in windows that grow as long as counting is fast: from one
 * hour, so that even where every event has to be looked at something is counted in time. Ends when all is counted or the
 * next hour would not be within the time left.
 * @param sql a transaction that keeps one snapshot; each window sets its own time limit in it
 * @param counted where the numbers go window by window
 * @throws what the database throws: 57014 for a window that took longer than was left
 */
export async function countByWindows(sql: AnySql, counting: WindowCounting, counted: Counted): Promise<void> {
  const range = dayRange(counting.where.range);
  const from = range.from === null ? null : range.from * hoursADay;
  const to = range.to === null ? null : (range.to + 1) * hoursADay;
  const { newerThan } = counting;
  const newerHour = newerThan && Number(BigInt(newerThan.micros) / BigInt(hourMs * 1_000));
  const segments: Hours[] = [{ from, to }];
  if (to !== null) segments.push({ from: to, to: null });
  if (from !== null) segments.push({ from: null, to: from });
  const pace = { hours: 1 / fastestGrowth, tookMs: 0 };
  for (const [i, segment] of segments.entries()) {
    for (let rest: Hours | null = segment; rest; ) {
      const hours = hoursWithin(counting.leftMs(), pace);
      if (hours === 0) return;
      const next = cutWindow(rest, hours, counting.span);
      const begun = performance.now();
      counted.slices.push(...(await countWindow(sql, counting, next.window)));
      Object.assign(pace, { hours, tookMs: performance.now() - begun });
      rest = next.rest;
      if (i === 0 && newerHour !== null && rest?.to != null && rest.to <= newerHour)
        counted.done.newer = true;
    }
    if (i === 0) counted.done.inRange = true;
    if (i === 0) counted.done.newer = true;
  }
  counted.done.all = true;
}

/** How many hours may be counted next: those that, at the pace so far, take half of what is left. 0: none. */
function hoursWithin(leftMs: number, pace: { hours: number; tookMs: number }): number {
  if (leftMs < 5) return 0;
  const possible = pace.tookMs === 0 ? Number.POSITIVE_INFINITY : (pace.hours * leftMs) / pace.tookMs;
  if (possible < 1) return 0;
  return Math.max(1, Math.floor(Math.min(possible / 2, pace.hours * fastestGrowth)));
}

/** Takes the newest hours off. */
function cutWindow(hours: Hours, count: number, span: Span): { window: Hours; rest: Hours | null } {
  const oldest = hours.from ?? (span.kept ?? span.oldest ?? span.today) * hoursADay;
  const newest = (span.today + 1) * hoursADay;
  const from = Math.min(hours.to ?? newest, newest) - count;
  if (from <= oldest) return { window: hours, rest: null };
  return { window: { from, to: hours.to }, rest: { from: hours.from, to: from } };
}

/** As RFC 3339. */
const hourStart = (hour: Hour) => new Date(hour * hourMs).toISOString();

async function countWindow(sql: AnySql, counting: WindowCounting, { from, to }: Hours) {
  const b = new Binder(counting.where.anyTime.params);
  const conditions = [counting.where.anyTime.text];
  if (from !== null) conditions.push(`e.occurred_at >= ${b.bind(hourStart(from), "timestamptz")}`);
  if (to !== null) conditions.push(`e.occurred_at < ${b.bind(hourStart(to), "timestamptz")}`);
  const { inRange, newer } = sliceConditions(b, counting);
  const rows = await within(sql, counting.leftMs(), () =>
    sql.unsafe<SliceRow[]>(
      `select ${sliceColumns}, count(*) as all, count(*) filter (where ${inRange}) as in_range,
         count(*) filter (where ${newer}) as newer
       from audit_event e where ${conditions.join(" and ")} group by ${sliceGroups}`,
      b.params,
    ),
  );
  return rows.map((row) => ({
    day: dayOf(row.day),
    type: row.type,
    all: Number(row.all),
    inRange: Number(row.in_range),
    newer: Number(row.newer),
  }));
}
