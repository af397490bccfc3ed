import type { Day } from "./days";
import { type Binder, type Compiled, rangeConditions } from "./where";

/** Place of an event in the order of time. */
export interface EventPlace {
  /** Microseconds since 1970 as decimal text. */
  micros: string;
  id: string;
}

export type ActionType = "access" | "created" | "updated" | "deleted";

/** Events of a day and an action type; several slices of one day add up. */
export interface Slice {
  day: Day;
  type: ActionType;
  /** Of the filter without its range of time. */
  all: number;
  inRange: number;
  /** Those in the range that are newer than a place. */
  newer: number;
}

/** What was counted so far; each number is one that the log has at least. */
export interface Counted {
  slices: Slice[];
  /** Which of the three numbers of a slice are complete. */
  done: Record<"all" | "inRange" | "newer", boolean>;
}

export const nothingCounted = (): Counted => ({
  slices: [],
  done: { all: false, inRange: false, newer: false },
});

/** What is counted: a filter, and the place whose number of newer events is asked for. */
export interface Counting {
  where: Compiled;
  newerThan: EventPlace | null;
}

export interface SliceRow {
  day: string;
  type: ActionType;
  all: string;
  in_range: string;
  newer: string;
}

/** Day and type as columns to select and to group by. */
export const sliceColumns = "((e.occurred_at at time zone 'UTC')::date)::text as day, e.action_type as type";
export const sliceGroups = "(e.occurred_at at time zone 'UTC')::date, e.action_type";

/** The conditions that tell the three numbers of a slice apart; bound to `b`, to be used at least once each. */
export function sliceConditions(
  b: Binder,
  { where, newerThan }: Counting,
): { inRange: string; newer: string } {
  const range = rangeConditions(b, where.range);
  const inRange = range.length === 0 ? "true" : range.join(" and ");
  return { inRange, newer: newerThan ? `${inRange} and ${newerCondition(b, newerThan)}` : "false" };
}

/** Events newer than a place. The first bound is implied by the second, but only it lets weeks be left out. */
export function newerCondition(b: Binder, { micros, id }: EventPlace): string {
  const at = `(timestamptz 'epoch' + ${b.bind(micros, "bigint")} * interval '1 microsecond')`;
  return `e.occurred_at >= ${at} and (e.occurred_at, e.id) > (${at}, ${b.bind(id, "uuid")})`;
}
