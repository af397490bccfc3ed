import { z } from "zod";
import { auditFilterInput } from "@/lib/audit/query/filter";
import { isUuid } from "@/lib/platform/ids";

const slug = z.string().min(1).max(100);

/** Whose log a page shows. */
export const auditScopeInput = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("global") }),
  z.strictObject({ kind: z.literal("guru"), slug }),
]);
export type AuditScopeInput = z.infer<typeof auditScopeInput>;

export const viewAuditLogsInput = z.strictObject({ scope: auditScopeInput, filter: auditFilterInput });

/** Dropdowns with so many values that they are searched on the server, and what is typed there. */
export const choicesQuestion = z.strictObject({
  dimension: z.enum(
    ["guru", "model", "actor", "operation"],
    "dimension takes guru, model, actor, operation.",
  ),
  q: z
    .string()
    .max(200, "q is too long: at most 200 characters.")
    .refine((text) => text.isWellFormed() && !text.includes("\0"), "q is not valid text."),
});
export type ChoicesQuestion = z.infer<typeof choicesQuestion>;

export const fetchAuditLogInput = z.strictObject({
  filter: auditFilterInput,
  mode: z.enum(["all", "page", "cursor"]),
  view: z.enum(["default", "full"]),
});

const eventId = z
  .string()
  .refine(isUuid)
  .transform((id) => id.toLowerCase());

export const eventProofInput = z.strictObject({ event: eventId });

/** `guru`: slug of the guru in whose log the event was looked at; without it the global log. */
export const downloadEventProofInput = z.strictObject({ event: eventId, guru: slug.optional() });
