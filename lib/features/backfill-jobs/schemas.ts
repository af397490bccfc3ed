import { z } from "zod";
import { isUuid } from "@/lib/platform/ids";

/** UTF-16 units of a query. */
export const maxQuery = 2_000;
/** Hours between two runs. */
export const intervals = { least: 1, most: 720, usual: 24 } as const;
/** Days that a channel is read back. */
export const ranges = { least: 1, most: 3_650, usual: 90 } as const;
/** Jobs of one guru. */
export const mostJobs = 50;

/** What of a Zendesk is read, with its words. */
export const contentTypes = { tickets: "Tickets", articles: "Help center articles" } as const;

/** Where a job can stand, with the words of its badge. */
export const jobStatuses = {
  WAITING: "Waiting",
  SYNCING: "Syncing",
  COMPLETED: "Completed",
  FAILED: "Failed",
} as const;

const guru = z.string().min(1).max(64);
const id = z
  .string("Choose a job of the list.")
  .refine(isUuid, "This is no job’s id. Reload the page.")
  .toLowerCase();

const wholeNumber = (told: string, { least, most }: { least: number; most: number }) =>
  z.preprocess(
    (value) => (typeof value === "string" && /^\d{1,9}$/.test(value.trim()) ? Number(value) : value),
    z.number(told).int(told).min(least, told).max(most, told),
  );

/** What a person fills in; which of it counts, the type of the integration decides. */
const settings = {
  query: z
    .string("Enter what is to be found.")
    .trim()
    .max(maxQuery, `A query has at most ${maxQuery.toLocaleString("en-US")} characters.`)
    .refine((text) => !/\p{Cc}/u.test(text), "A query is one line without control characters."),
  contentType: z.enum(["tickets", "articles"], "Choose what is to be read.").optional(),
  days: wholeNumber(`Enter whole days from ${ranges.least} to ${ranges.most}.`, ranges).optional(),
  intervalHours: wholeNumber(
    `Enter whole hours from ${intervals.least} to ${intervals.most} (30 days).`,
    intervals,
  ),
};

export const createBackfillJobInput = z.strictObject({
  guru,
  integration: z.string("Choose an integration.").refine(isUuid, "Choose an integration of the list."),
  ...settings,
});
export const editBackfillJobInput = z.strictObject({ guru, id, ...settings });
export const backfillJobInput = z.strictObject({ guru, id });
export const pauseBackfillJobInput = z.strictObject({ guru, id, paused: z.enum(["on", "off"]) });

/** A query as the service has accepted it. */
export const acceptedQuery = z.strictObject({
  query: z.string(),
  /** As people call it: a channel's name instead of its id. */
  label: z.string(),
  contentType: z.enum(["tickets", "articles"]).nullable(),
  days: z.number().int().nullable(),
});
export type AcceptedQuery = z.infer<typeof acceptedQuery>;
export type AskedSettings = Pick<z.infer<typeof createBackfillJobInput>, "query" | "contentType" | "days">;
