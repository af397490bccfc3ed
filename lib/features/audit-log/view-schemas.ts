import { z } from "zod";
import { auditFilterInput } from "@/lib/audit/query/filter";
import { auditScopeInput } from "./schemas";

/** Days that a view can reach back from the day on which it is opened: the presets of the page's date range. */
const recentDays = [1, 7, 30, 90] as const;

/** Forms send every line end as CR LF, whatever was typed. */
const lines = (name: string) => name.replace(/\r\n?/g, "\n");

export const saveViewInput = z
  .strictObject({
    scope: auditScopeInput,
    name: z
      .string("Give the view a name.")
      .trim()
      .overwrite(lines)
      .min(1, "Give the view a name.")
      .max(100, "A name has at most 100 characters."),
    shared: z.boolean(),
    filter: auditFilterInput,
    /** In place of the filter's own range. */
    recentDays: z.literal(recentDays, "Choose one of the ranges offered.").optional(),
  })
  .refine(({ filter, recentDays: days }) => days === undefined || !(filter.since || filter.until), {
    path: ["recentDays"],
    message: "A view has either a range of dates or one that moves with today.",
  });

export const deleteViewInput = z.strictObject({
  scope: auditScopeInput,
  id: z.uuid("This is not the number of a view."),
});
