import { refuse } from "@/lib/platform/errors";
import { dayIn, sameTimeBefore, startOfDay, startOfNamedDay, weekdayIn } from "@/lib/platform/zone-rules";
import type { Interval } from "./schemas";

const hourMs = 3_600_000;

/** From an instant to before another, milliseconds. */
export interface Span {
  since: number;
  until: number;
}

export type Grain = "hour" | "day" | "week" | "month";

/** What the analytics look at: a span, the one before it to compare with, and the columns of its charts. */
export interface AnalyticsPeriod extends Span {
  previous: Span;
  grain: Grain;
  /** Where each column begins; it ends where the next begins. */
  starts: number[];
}

interface Asked {
  interval: Interval;
  /** First and last day of a custom range, such as `2026-11-20`. */
  from?: string | undefined;
  to?: string | undefined;
}

const daysOf = { "7d": 7, "30d": 30 } as const;
const monthsOf = { "3m": 3, "6m": 6, "12m": 12 } as const;

/**
 * The period of a range. Days are those of the zone; one that is not over ends now, and then the period before ends at the
 * same time of its own last day, so that like is compared with like.
 * @param nowMs milliseconds
 * @throws Refusal for a custom range that begins in the future
 */
export function periodOf(asked: Asked, nowMs: number, timeZone: string): AnalyticsPeriod {
  const { span, previous } = spansOf(asked, nowMs, timeZone);
  const days = Math.round((span.until - span.since) / (24 * hourMs));
  const grain = grainOf(days);
  return { ...span, previous, grain, starts: startsOf(span, grain, timeZone) };
}

function spansOf(asked: Asked, nowMs: number, timeZone: string): { span: Span; previous: Span } {
  const back = (atMs: number, by: { days?: number; months?: number }) => sameTimeBefore(atMs, by, timeZone);
  const { interval } = asked;
  const today = startOfDay(nowMs, 0, timeZone);
  if (interval === "today") {
    const previous = { since: back(today, { days: 1 }), until: back(nowMs, { days: 1 }) };
    return { span: { since: today, until: nowMs }, previous };
  }
  if (interval === "yesterday") {
    const since = back(today, { days: 1 });
    return { span: { since, until: today }, previous: { since: back(today, { days: 2 }), until: since } };
  }
  if (interval === "7d" || interval === "30d") {
    const days = daysOf[interval];
    const since = back(today, { days: days - 1 });
    return {
      span: { since, until: nowMs },
      previous: { since: back(since, { days }), until: back(nowMs, { days }) },
    };
  }
  if (interval === "custom") return customSpans(asked, nowMs, timeZone);
  const months = monthsOf[interval];
  // The day after the same day of an earlier month, so that the two periods share none.
  const after = (m: number) => back(back(today, { months: m }), { days: -1 });
  return {
    span: { since: after(months), until: nowMs },
    previous: { since: after(2 * months), until: back(nowMs, { months }) },
  };
}

function customSpans({ from, to }: Asked, nowMs: number, timeZone: string): { span: Span; previous: Span } {
  const since = from === undefined ? undefined : startOfNamedDay(from, timeZone);
  const lastDay = to === undefined ? undefined : startOfNamedDay(to, timeZone);
  if (since === undefined || lastDay === undefined)
    throw refuse("invalid", "A custom range needs its first and its last day.");
  if (since >= nowMs) throw refuse("invalid", "The range begins in the future. Choose an earlier first day.");
  const end = sameTimeBefore(lastDay, { days: -1 }, timeZone);
  const until = Math.min(end, nowMs);
  // Midnights of a calendar with changes of clocks are no multiple of a day apart.
  const days = Math.round((end - since) / (24 * hourMs));
  const shift = (atMs: number) => sameTimeBefore(atMs, { days }, timeZone);
  return { span: { since, until }, previous: { since: shift(since), until: shift(until) } };
}

function grainOf(days: number): Grain {
  if (days <= 2) return "hour";
  if (days <= 100) return "day";
  return days <= 400 ? "week" : "month";
}

/** The first column begins with the period, which may be in the middle of a week or a month. */
function startsOf({ since, until }: Span, grain: Grain, timeZone: string): number[] {
  const starts: number[] = [];
  for (let at = since; at < until || starts.length === 0; at = nextAfter(at, grain, timeZone))
    starts.push(at);
  return starts;
}

function nextAfter(atMs: number, grain: Grain, timeZone: string): number {
  if (grain === "hour") return Math.min(atMs + hourMs, startOfDay(atMs, -1, timeZone));
  if (grain === "day") return startOfDay(atMs, -1, timeZone);
  if (grain === "week") return startOfDay(atMs, weekdayIn(atMs, timeZone) - 8, timeZone);
  const day = Number(dayIn(atMs, timeZone).slice(8));
  return sameTimeBefore(startOfDay(atMs, day - 1, timeZone), { months: -1 }, timeZone);
}
