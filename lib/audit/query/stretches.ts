import { type Day, dayStart } from "./days";
import type { Compiled } from "./where";

/** Place of an event in the order of time. */
export interface TimeCursor {
  /** Microseconds since 1970 as decimal text: a Date would cut them, and rows would be skipped or doubled. */
  micros: string;
  id: string;
}

export type Direction = "older" | "newer";

/** Part of the log that is read at a time: from `from` to before `to`, in microseconds since 1970; null has no end. */
export interface Stretch {
  from: bigint | null;
  to: bigint | null;
  /** Only these days of it can hold something; absent: all. */
  days?: Day[];
}

/**
 * Days behind which a look ends; most pages are full within the first, and each look begins where the last one ended. An
 * index in the order of time is asked for all that is kept as a rule: planning costs more than asking. What is gathered and
 * sorted is asked for less at a time.
 */
const looksDays = { ordered: [7, 98, null], gathered: [7, 28, 98, null] } as const;
const dayMicros = 86_400_000_000n;
/** A cursor may name any moment; beyond these no event stands, and the database has no time. */
const [earliest, latest] = [-62_135_596_800_000_000n, 253_402_300_799_000_000n];

/**
 * The stretches of a page in the order in which they are read.
 * @param hasFuture whether an event is later than a day from now (a clock was wrong); else the weeks made ahead are left out
 * @param kept from when on events are kept, in microseconds since 1970; null: for ever
 */
export function stretchesOf(
  { range }: Pick<Compiled, "range">,
  {
    cursor,
    direction,
    hasFuture,
    kept,
  }: { cursor: TimeCursor | null; direction: Direction; hasFuture: boolean; kept: bigint | null },
  looks: keyof typeof looksDays,
): Stretch[] {
  const since = greatest(range.since ? micros(range.since) : null, kept);
  const until = range.until ? micros(range.until) + 1_000n : null;
  const now = BigInt(Date.now()) * 1_000n;
  const at = cursor ? clamp(BigInt(cursor.micros)) : null;
  const list: Stretch[] = [];
  if (direction === "older") {
    const known = least(at === null ? null : at + 1n, until);
    const to = hasFuture ? known : least(known, now + dayMicros);
    const begin = least(to, now) ?? now;
    let end = to;
    for (const days of looksDays[looks]) {
      const from = greatest(days === null ? null : clamp(begin - BigInt(days) * dayMicros), since);
      list.push({ from, to: end });
      if (from !== null && from === since) break;
      end = from;
    }
  } else {
    const from = greatest(at, since);
    const begin = from ?? earliest;
    let start = from;
    for (const days of looksDays[looks]) {
      const to = least(days === null ? null : clamp(begin + BigInt(days) * dayMicros), until);
      list.push({ from: start, to });
      if (to !== null && (to === until || to > now + 7n * dayMicros)) {
        // Behind that only the last look is left.
        if (to !== until) list.push({ from: to, to: until });
        break;
      }
      start = to;
    }
  }
  return list.filter(({ from, to }) => from === null || to === null || from < to);
}

/**
 * The same where it is known which days hold something: days together that should fill a page, then ever more.
 * @param days upper bounds of the events of each day that may hold one
 */
export function stretchesOfDays(
  stretches: Stretch[],
  direction: Direction,
  days: Map<Day, number>,
  limit: number,
): Stretch[] {
  const [first, last] = [stretches[0], stretches.at(-1)];
  if (!first || !last) return [];
  const older = direction === "older";
  const from = older ? last.from : first.from;
  const to = older ? first.to : last.to;
  const held = [...days.keys()]
    .filter((day) => (to === null || dayMoment(day) < to) && (from === null || dayMoment(day + 1) > from))
    .sort((a, b) => (older ? b - a : a - b));
  const list: Stretch[] = [];
  let wanted = 2 * limit;
  for (let i = 0; i < held.length; ) {
    const group: Day[] = [];
    for (let sum = 0; i < held.length && sum < wanted; i += 1) {
      const day = held[i] as Day;
      group.push(day);
      sum += days.get(day) ?? 0;
    }
    list.push({
      from: greatest(dayMoment(Math.min(...group)), from),
      to: least(dayMoment(Math.max(...group) + 1), to),
      days: group,
    });
    wanted *= 4;
  }
  return list;
}

/** A whole day as a stretch, and its end in microseconds since 1970. */
export function dayStretch(day: Day): { stretch: Stretch; end: bigint } {
  const end = dayMoment(day + 1);
  return { stretch: { from: dayMoment(day), to: end }, end };
}

/** RFC 3339 to the microsecond. */
export function moment(at: bigint): string {
  const seconds = new Date(Number(at / 1_000_000n - (at % 1_000_000n < 0n ? 1n : 0n)) * 1_000);
  const rest = ((at % 1_000_000n) + 1_000_000n) % 1_000_000n;
  return seconds.toISOString().replace(/\.\d+Z$/, `.${String(rest).padStart(6, "0")}Z`);
}

/** The Monday 00:00 UTC at or before a moment: weeks of the log begin there. */
export function weekStart(at: bigint): bigint {
  const week = 7n * dayMicros;
  // 5 January 1970 was a Monday.
  const offset = (((at - 4n * dayMicros) % week) + week) % week;
  return clamp(at - offset);
}

const micros = (text: string) => BigInt(Date.parse(text)) * 1_000n;
const dayMoment = (day: Day) => BigInt(Date.parse(dayStart(day))) * 1_000n;
const clamp = (at: bigint) => (at < earliest ? earliest : at > latest ? latest : at);
const least = (a: bigint | null, b: bigint | null) => (a === null ? b : b === null || a < b ? a : b);
const greatest = (a: bigint | null, b: bigint | null) => (a === null ? b : b === null || a > b ? a : b);
