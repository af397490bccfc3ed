import { absoluteTime } from "@/components/ui/time-format";
import { startOfDay } from "@/lib/platform/zone-rules";

export const PRESETS = [
  { label: "Last 24 hours", days: 1 },
  { label: "Last 7 days", days: 7 },
  { label: "Last 30 days", days: 30 },
  { label: "Last 90 days", days: 90 },
] as const;

const DAY_MS = 86_400_000;

type Range = { since?: string | undefined; until?: string | undefined };

/**
 * Where a preset begins. "Last 24 hours" goes by the clock; the others take whole days of the person's zone,
 * today being the last of them.
 */
export function presetSince(days: number, nowMs: number, timeZone: string): string {
  const minute = Math.floor(nowMs / 60_000) * 60_000;
  return new Date(days === 1 ? minute - DAY_MS : startOfDay(nowMs, days - 1, timeZone)).toISOString();
}

/** The preset that this range is, if it is one: only those of whole days can be recognised. */
export function presetOf(range: Range, nowMs: number, timeZone: string): string | undefined {
  if (!range.since || range.until) return undefined;
  const sinceMs = Date.parse(range.since);
  return PRESETS.find(
    (preset) => preset.days > 1 && Date.parse(presetSince(preset.days, nowMs, timeZone)) === sinceMs,
  )?.label;
}

/** A range in words: "22 Oct 2026 – now", "until 20 Nov 2026, 14:41 CET". Midnights are left out. */
export function rangeText(range: Range, timeZone: string): string {
  const inUtc = utcDays(range);
  if (inUtc && !isWholeDays(range, timeZone)) return `${inUtc}, UTC`;
  const from = range.since ? moment(range.since, timeZone, "start") : "";
  const to = range.until ? moment(range.until, timeZone, "end") : "";
  if (from && to) return `${from} – ${to}`;
  if (from) return `${from} – now`;
  return to ? `until ${to}` : "";
}

/** The days of UTC that the chart's brush makes, which would read as odd clock times in most zones. */
function utcDays({ since, until }: Range): string | undefined {
  if (!since || !until || !isWholeDays({ since, until }, "UTC")) return undefined;
  const [from, to] = [since, until].map((iso) => absoluteTime(iso, "UTC", "date"));
  return from === to ? from : `${from} – ${to}`;
}

function isWholeDays({ since = "", until = "" }: Range, timeZone: string): boolean {
  const starts = Date.parse(since);
  const ends = Date.parse(until) + 1;
  if (Number.isNaN(starts) || Number.isNaN(ends)) return false;
  return startOfDay(starts, 0, timeZone) === starts && startOfDay(ends, 0, timeZone) === ends;
}

function moment(iso: string, timeZone: string, side: "start" | "end"): string {
  const atMs = Date.parse(iso);
  if (Number.isNaN(atMs)) return iso;
  // An end in the last minute of a day means the whole day, as a start at midnight does.
  const edge = side === "start" ? atMs : atMs - (atMs % 60_000) + 60_000;
  const whole = startOfDay(edge, 0, timeZone) === edge;
  return absoluteTime(iso, timeZone, whole ? "date" : "minutes");
}
