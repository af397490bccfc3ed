import { z } from "zod";
import type { QuestionDoor, QuestionOutcome } from "@/lib/db/schema/gurus";
import { isTimeZone } from "@/lib/platform/zone-rules";

/** The ranges of the page, with their names for people. */
export const intervals = {
  today: "Today",
  yesterday: "Yesterday",
  "7d": "Last 7 days",
  "30d": "Last 30 days",
  "3m": "Last 3 months",
  "6m": "Last 6 months",
  "12m": "Last 12 months",
  custom: "Custom range",
} as const;
export type Interval = keyof typeof intervals;

/** By which way a question came in, in words. */
export const doorNames: Record<QuestionDoor, string> = {
  ui: "Ask page",
  api: "API",
  widget: "Widget",
  slack: "Slack",
  discord: "Discord",
  github: "GitHub",
};

/** What became of a question, in words. */
export const outcomeNames: Record<QuestionOutcome, string> = {
  quoted: "Passages quoted",
  written: "Answer written",
  nothing_found: "Nothing found",
  search_timed_out: "Search took too long",
  not_answered: "Not in the sources",
  stopped: "Stopped by the asker",
  failed: "The model failed",
  lost: "Interrupted",
};

export const exportFormats = { xlsx: "Excel (XLSX)", csv: "CSV (ZIP)", json: "JSON" } as const;
export type AnalyticsFormat = keyof typeof exportFormats;

/** The lists of the page. */
export const tables = ["questions", "unanswered", "sources"] as const;
export type AnalyticsTable = (typeof tables)[number];

const maxSearch = 320;
/** The index knows no shorter ones: each would read every question of the range. */
export const shortestSearch = 3;
/** Days of the longest custom range: five years. */
const mostDays = 1_827;

/** JavaScript takes 30 February for 2 March. */
const isCalendarDay = (text: string) => new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) ?? false;

const namesOf = <K extends string>(names: Record<K, unknown>) => Object.keys(names) as [K, ...K[]];
const interval = z.enum(
  namesOf(intervals),
  `Choose one of the ranges: ${Object.keys(intervals).join(", ")}.`,
);
const day = z
  .string("Give the day as YYYY-MM-DD.")
  .regex(/^2\d{3}-\d{2}-\d{2}$/, "Give the day as YYYY-MM-DD.")
  .refine((text) => isCalendarDay(text), "There is no such day.");
const search = z
  .string()
  .trim()
  .min(shortestSearch, `A search has at least ${shortestSearch} characters.`)
  .max(maxSearch, `A search has at most ${maxSearch} characters.`);
/** A form sends its empty fields too. */
const unlessEmpty = <T extends z.ZodType>(inner: T) =>
  z.preprocess((v) => (typeof v === "string" && v.trim() === "" ? undefined : v), inner.optional());

/** What a custom range lacks, in words; null when it lacks nothing, and for every other range. */
export function troubleOfRange(asked: {
  interval: Interval;
  from?: string | undefined;
  to?: string | undefined;
}): string | null {
  const { from, to } = asked;
  if (asked.interval !== "custom") return null;
  if (from === undefined || to === undefined) return "A custom range needs its first and its last day.";
  if (from > to) return "The first day must not be after the last day.";
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
  return days > mostDays
    ? `A range has at most ${mostDays.toLocaleString("en-US")} days, which is five years.`
    : null;
}

const first = (v: unknown) => (Array.isArray(v) ? v[0] : v);
/** From an address, which anyone may have written: what cannot be used is left out. */
const lenient = <T extends z.ZodType>(inner: T) =>
  z.preprocess(first, inner.optional()).catch(undefined as never);

/** The address of the page. */
export const analyticsAddress = z.object({
  interval: lenient(interval).transform((found) => found ?? ("30d" as const)),
  from: lenient(day),
  to: lenient(day),
  door: lenient(z.enum(namesOf(doorNames))),
  table: lenient(z.enum(tables)).transform((found) => found ?? ("questions" as const)),
  search: lenient(search),
  before: lenient(z.string().max(100)),
  page: lenient(z.string().max(10)),
  notice: lenient(z.string().max(20)),
});
export type AnalyticsAddress = z.output<typeof analyticsAddress>;

const anyDoor = z.enum(
  ["all", ...namesOf(doorNames)],
  `Choose by which way questions came in: all, ${Object.keys(doorNames).join(", ")}.`,
);

/**
 * Narrows each of the three lists of an export. The names are those of the HTTP API: `out_of_context` is what the page
 * calls unanswered.
 */
const exportFilters = z.strictObject({
  questions: anyDoor.default("all"),
  out_of_context: anyDoor.default("all"),
  /** `all`, or a kind of source such as `website`, in either case. */
  referenced_sources: z
    .string("Choose a kind of source, or all.")
    .max(40, "Choose a kind of source, or all.")
    .regex(/^[a-z_]+$/i, "Choose a kind of source such as website, or all.")
    .default("all"),
  /** Text that the questions, and the titles of the sources, hold. */
  search: unlessEmpty(search),
});
export type ExportFilters = z.output<typeof exportFilters>;

export const exportAnalyticsInput = z
  .strictObject({
    guru: z.string().min(1).max(64),
    format: z.enum(namesOf(exportFormats), "Choose xlsx, csv or json."),
    interval: interval.default("today"),
    from: unlessEmpty(day),
    to: unlessEmpty(day),
    filters: exportFilters.prefault({}),
    timeZone: z
      .string("Name a time zone such as Europe/Oslo.")
      .max(64, "Name a time zone such as Europe/Oslo.")
      .refine(isTimeZone, "Name a time zone such as Europe/Oslo.")
      .default("UTC"),
  })
  .superRefine((asked, context) => {
    const trouble = troubleOfRange(asked);
    if (trouble !== null) context.addIssue({ code: "custom", path: ["from"], message: trouble });
  });
export type ExportAnalyticsInput = z.output<typeof exportAnalyticsInput>;
