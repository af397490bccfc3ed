import { absoluteTime } from "@/components/ui/time-format";
import type { Grain } from "@/lib/features/analytics/period-rules";
import type { Interval } from "@/lib/features/analytics/schemas";

export const numberText = (count: number): string => count.toLocaleString("en-US");

/** "812 ms", "1.4 s", "2.5 min"; a dash where there is none. */
export function durationText(ms: number | null): string {
  if (ms === null) return "-";
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  return ms < 59_950 ? `${(ms / 1_000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

/** Answered of all in percent; null where nothing was asked. */
export function answerRatio({
  questions,
  unanswered,
}: {
  questions: number;
  unanswered: number;
}): number | null {
  return questions === 0 ? null : ((questions - unanswered) / questions) * 100;
}

export const percentText = (percent: number | null): string =>
  percent === null
    ? "-"
    : `${percent >= 99.95 || percent < 0.05 ? Math.round(percent) : percent.toFixed(1)}%`;

export interface Change {
  text: string;
  /** Whether that is good news; `none` where nobody can say, or nothing changed. */
  tone: "good" | "bad" | "none";
}

const before: Partial<Record<Interval, string>> = {
  today: "Yesterday by this time",
  yesterday: "The day before",
};

/** What a card is compared with, in words. */
export const comparedWith = (interval: Interval): string => before[interval] ?? "The period before";

/**
 * How a number changed, in words.
 * @param good which way is good news, if either
 * @param words for more and less
 */
export function changeText(
  now: number | null,
  earlier: number | null,
  {
    good = null,
    words = ["more", "less"],
  }: { good?: "up" | "down" | null; words?: readonly [string, string] } = {},
): Change {
  if (now === null || earlier === null || earlier === 0)
    return { text: now === earlier ? "No change" : "Nothing to compare with", tone: "none" };
  const percent = ((now - earlier) / earlier) * 100;
  if (Math.abs(percent) < 0.5) return { text: "No change", tone: "none" };
  return {
    text: `${numberText(Math.round(Math.abs(percent)))}% ${percent > 0 ? words[0] : words[1]}`,
    tone: toneOf(percent, good),
  };
}

/** How a share changed, in points of a percentage. */
export function pointsText(now: number | null, earlier: number | null): Change {
  if (now === null || earlier === null)
    return { text: now === earlier ? "No change" : "Nothing to compare with", tone: "none" };
  const points = now - earlier;
  if (Math.abs(points) < 0.05) return { text: "No change", tone: "none" };
  return {
    text: `${Math.abs(points).toFixed(1)} points ${points > 0 ? "up" : "down"}`,
    tone: toneOf(points, "up"),
  };
}

function toneOf(by: number, good: "up" | "down" | null): Change["tone"] {
  if (good === null) return "none";
  return by > 0 === (good === "up") ? "good" : "bad";
}

/** A column of a chart in full: "20 Nov 2026, 14:00 CET", "20 Nov 2026", "Week of 16 Nov 2026", "Nov 2026". */
export function columnText(atMs: number, grain: Grain, timeZone: string): string {
  const iso = new Date(atMs).toISOString();
  if (grain === "hour") return absoluteTime(iso, timeZone, "minutes");
  const date = absoluteTime(iso, timeZone, "date");
  if (grain === "day") return date;
  return grain === "week" ? `Week of ${date}` : date.replace(/^\d+ /, "");
}

/** The same below the chart, where there is little room. */
export function tickText(atMs: number, grain: Grain, timeZone: string): string {
  const text = columnText(atMs, grain, timeZone);
  if (grain === "hour") return /\d\d:\d\d/.exec(text)?.[0] ?? text;
  return grain === "month" ? text : text.replace("Week of ", "").replace(/ \d{4}$/, "");
}
