import type { AuditFilter } from "./filter";

/** A day of UTC as its number since 1970-01-01. */
export type Day = number;

const dayMs = 86_400_000;

/** @param text begins with `YYYY-MM-DD`, of UTC */
export function dayOf(text: string): Day {
  return Date.parse(`${text.slice(0, 10)}T00:00:00.000Z`) / dayMs;
}

/** @param micros microseconds since 1970 as decimal text */
export function dayOfMicros(micros: string): Day {
  return Number(BigInt(micros) / 86_400_000_000n);
}

/** `YYYY-MM-DD`. */
export function dayText(day: Day): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** The first moment of a day, as RFC 3339. */
export function dayStart(day: Day): string {
  return `${dayText(day)}T00:00:00Z`;
}

/** A range of time against whole days. */
export interface DayRange {
  /** First and last day that have a part in it; null: it has no such end. */
  from: Day | null;
  to: Day | null;
  /** Whether all of a day lies in it. */
  holds(day: Day): boolean;
  /** Days of which a part lies in it. */
  cut: Day[];
}

/** Later days have no name of four digits for their end; nothing is there. */
const endOfTime = "9999-12-31";

/** @param range both ends inclusive, `until` at the grain of a millisecond */
export function dayRange({ since, until }: Pick<AuditFilter, "since" | "until">): DayRange {
  const begins = since ? Date.parse(since) / dayMs : null;
  const ends = until && until < endOfTime ? (Date.parse(until) + 1) / dayMs : null;
  const from = begins === null ? null : Math.floor(begins);
  const to = ends === null ? null : Math.ceil(ends) - 1;
  const holds = (day: Day) => (begins === null || day >= begins) && (ends === null || day + 1 <= ends);
  const edges = [...new Set([from, to])].filter((day) => day !== null);
  const cut = edges.filter((day) => !holds(day) && day < dayOf(endOfTime));
  return { from, to, holds, cut };
}
