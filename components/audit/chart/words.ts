import { absoluteTime } from "@/components/ui/time-format";
import type { ActionType, AuditHistogram, TypeCounts } from "../types";
import type { DaySpan } from "./days";
import { CHART_TYPES, highestOf, sumOf } from "./scale";

export const TYPE_NAMES: Record<ActionType, string> = {
  access: "Access",
  created: "Created",
  updated: "Updated",
  deleted: "Deleted",
};

/** "22 Oct 2026" */
export function dateText(day: string | undefined): string {
  return day === undefined ? "" : absoluteTime(`${day}T00:00:00Z`, "UTC", "date");
}

/** "22 Oct" */
export function shortDate(day: string | undefined): string {
  return dateText(day).replace(/ \d+$/, "");
}

/** "22 Oct – 3 Nov 2026", "22 Oct 2026" for one day. */
export function spanText(days: readonly string[], { from, to }: DaySpan): string {
  const first = days[from];
  const last = days[to];
  if (from === to) return dateText(first);
  const isOneYear = first?.slice(0, 4) === last?.slice(0, 4);
  return `${isOneYear ? shortDate(first) : dateText(first)} – ${dateText(last)}`;
}

export function numberText(count: number, exact: boolean): string {
  return `${exact ? "" : "at least "}${count.toLocaleString("en-US")}`;
}

function eventsText(count: number, exact: boolean): string {
  return `${numberText(count, exact)} ${count === 1 && exact ? "event" : "events"}`;
}

/** What a bar says: "3 Nov 2026, UTC: 512 events (300 access, 212 created)". */
export function dayText(day: string, counts: TypeCounts, exact: boolean): string {
  const sum = sumOf(counts);
  const parts = CHART_TYPES.filter((type) => counts[type] > 0).map(
    (type) => `${counts[type].toLocaleString("en-US")} ${type}`,
  );
  const types = parts.length > 0 ? ` (${parts.join(", ")})` : "";
  return `${dateText(day)}, UTC: ${eventsText(sum, exact)}${types}`;
}

/** The chart in a few sentences, for those who do not see it. */
export function summaryText({ days, earlier = 0, exact }: AuditHistogram): string {
  const sum = days.reduce((all, { counts }) => all + sumOf(counts), 0);
  const names = days.map(({ day }) => day);
  const period = `${spanText(names, { from: 0, to: days.length - 1 })}, days in UTC`;
  const highest = highestOf(days);
  const before = earlier > 0 ? ` Before that: ${eventsText(earlier, exact)}, which have no bar.` : "";
  const begin = `Activity per day, ${period}: ${eventsText(sum, exact)}.${before}`;
  if (highest === 0) return begin;
  const busiest = days.find(({ counts }) => sumOf(counts) === highest);
  return `${begin} The busiest day is ${dateText(busiest?.day)} with ${numberText(highest, exact)}.`;
}
