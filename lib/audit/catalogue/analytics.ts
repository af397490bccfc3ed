import { z } from "zod";
import { defineEvent } from "./define";

export const analyticsExported = defineEvent({
  action: "analytics.exported",
  operation: "EXPORT_ANALYTICS",
  actionType: "access",
  model: "Analytics",
  targetType: "guru",
  guru: "always",
  details: {
    /** By the names of the HTTP API; `all` where a list is whole. */
    filters: z.record(z.string(), z.string()),
    /** The range's name, and what it came to. */
    interval: z.string(),
    since: z.string(),
    until: z.string(),
    timeZone: z.string(),
    format: z.enum(["xlsx", "csv", "json"]),
    success: z.boolean(),
    fileName: z.string(),
    /** Ties the event of an early end to the start. */
    exportId: z.string(),
    rowsSent: z.number().int().optional(),
    message: z.string().optional(),
  },
  when: "an export of a guru's analytics begins; if it ends early a second event, failed, with the rows sent and the first as cause",
});
