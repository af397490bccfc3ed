import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { type Day, dayOf, dayOfMicros, dayRange, dayStart } from "./days";
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

/** Days that follow each other, both ends included; null: without an end. */
interface Days {
  from: Day | null;
  to: Day | null;
}

type WindowCounting = Counting & {
  span: Span;
  /** What is left for counting. */
  leftMs: () => number;
};

/** A window has at most so many times the days of the one before: the first may be a quiet day. */
const fastestGrowth = 2;

/**
 * Counts events, the days of the range first, newest first, in windows that grow as long as counting is fast. Ends when
 * all is counted or the next day would not be within the time left.
 * @param sql a transaction that keeps one snapshot; each window sets its own time limit in it
 * @param counted where the numbers go window by window
 * @throws what the database throws: 57014 for a window that took longer than was left
 */
export async function countByWindows(sql: AnySql, counting: WindowCounting, counted: Counted): Promise<void> {
  const { from, to } = dayRange(counting.where.range);
  const newerDay = counting.newerThan ? dayOfMicros(counting.newerThan.micros) : null;
  const segments: Days[] = [{ from, to }];
  if (to !== null) segments.push({ from: to + 1, to: null });
  if (from !== null) segments.push({ from: null, to: from - 1 });
  const pace = { days: 1 / fastestGrowth, tookMs: 0 };
  for (const [i, segment] of segments.entries()) {
    for (let rest: Days | null = segment; rest; ) {
      const days = daysWithin(counting.leftMs(), pace);
      if (days === 0) return;
      const next = cutWindow(rest, days, counting.span);
      const begun = performance.now();
      counted.slices.push(...(await countWindow(sql, counting, next.window)));
      Object.assign(pace, { days, tookMs: performance.now() - begun });
      rest = next.rest;
      if (i === 0 && newerDay !== null && (rest?.to ?? newerDay - 1) < newerDay) counted.done.newer = true;
    }
    if (i === 0) counted.done.inRange = true;
    if (i === 0) counted.done.newer = true;
  }
  counted.done.all = true;
}

/** How many days may be counted next: those that, at the pace so far, take half of what is left. 0: none. */
function daysWithin(leftMs: number, pace: { days: number; tookMs: number }): number {
  if (leftMs < 5) return 0;
  const possible = pace.tookMs === 0 ? Number.POSITIVE_INFINITY : (pace.days * leftMs) / pace.tookMs;
  if (possible < 1) return 0;
  return Math.max(1, Math.floor(Math.min(possible / 2, pace.days * fastestGrowth)));
}

/** Takes the newest days off. */
function cutWindow(days: Days, count: number, span: Span): { window: Days; rest: Days | null } {
  const oldest = days.from ?? span.kept ?? span.oldest ?? span.today;
  const from = Math.min(days.to ?? span.today, span.today) - count + 1;
  if (from <= oldest) return { window: days, rest: null };
  return { window: { from, to: days.to }, rest: { from: days.from, to: from - 1 } };
}

async function countWindow(sql: AnySql, counting: WindowCounting, { from, to }: Days) {
  const b = new Binder(counting.where.anyTime.params);
  const conditions = [counting.where.anyTime.text];
  if (from !== null) conditions.push(`e.occurred_at >= ${b.bind(dayStart(from), "timestamptz")}`);
  if (to !== null) conditions.push(`e.occurred_at < ${b.bind(dayStart(to + 1), "timestamptz")}`);
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
