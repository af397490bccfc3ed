import { filterToSearchParams, sameFilter } from "../filter-url";
import { PRESETS, presetSince } from "../range-text";
import type { AppliedFilter, SavedView } from "../types";

type Opened = Pick<SavedView, "filter" | "recentDays">;
type Range = Pick<AppliedFilter, "since" | "until">;

/** The last 24 hours begin at another minute whenever one looks: for so long they still pass for the same range. */
const HOURS_PASS_FOR_MS = 3_600_000;

/** The filter that a view stands for now: a range that moves with today begins where the preset begins. */
export function filterOfView(view: Opened, nowMs: number, timeZone: string): AppliedFilter {
  if (view.recentDays === null) return view.filter;
  return { ...view.filter, since: presetSince(view.recentDays, nowMs, timeZone), until: undefined };
}

/** Days of the preset that a range is or, of the last 24 hours, was a moment ago; null for any other range. */
export function recentDaysOf(range: Range, nowMs: number, timeZone: string): number | null {
  if (!range.since || range.until) return null;
  const sinceMs = Date.parse(range.since);
  const preset = PRESETS.find(({ days }) => {
    const lateMs = Date.parse(presetSince(days, nowMs, timeZone)) - sinceMs;
    return days === 1 ? lateMs >= -60_000 && lateMs <= HOURS_PASS_FOR_MS : lateMs === 0;
  });
  return preset?.days ?? null;
}

/** Whether what is applied chooses other events than the view. */
export function differsFromView(
  view: Opened,
  applied: AppliedFilter,
  nowMs: number,
  timeZone: string,
): boolean {
  if (view.recentDays === null) return !sameFilter(view.filter, applied);
  if (recentDaysOf(applied, nowMs, timeZone) !== view.recentDays) return true;
  return !sameFilter(withoutRange(view.filter), withoutRange(applied));
}

export function withoutRange(filter: AppliedFilter): AppliedFilter {
  return { ...filter, since: undefined, until: undefined };
}

/** The address of a filter on the page's path, with the view that it came from and what else belongs there. */
export function addressOf(
  pathname: string,
  filter: AppliedFilter,
  viewId: string | null,
  more: Record<string, string> = {},
): string {
  const params = filterToSearchParams(filter);
  if (viewId !== null) params.set("view", viewId);
  for (const [name, value] of Object.entries(more)) params.set(name, value);
  const query = params.toString();
  return query ? `${pathname}?${query}` : pathname;
}

/** A server's link to another page of the same filter, with the view that is open. */
export function keepingView(href: string | undefined, viewId: string | null): string | undefined {
  if (href === undefined || viewId === null) return href;
  return `${href}${href.includes("?") ? "&" : "?"}view=${viewId}`;
}
