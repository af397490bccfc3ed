import { z } from "zod";
import { auditFilterInput } from "@/lib/audit/query/filter";

const exportFormatIds = ["csv", "xlsx", "json", "zip"] as const;

const format = z.enum(exportFormatIds, "Choose CSV, Excel (XLSX), JSON or Verifiable (ZIP).");

export const startExportInput = z.strictObject({
  /** The organization's whole log, or that of a guru by slug or id. */
  scope: z.union(
    [z.literal("global"), z.strictObject({ guru: z.string().min(1).max(200) })],
    "Choose a log to export.",
  ),
  format,
  filter: auditFilterInput,
});

export const cancelExportInput = z.strictObject({ id: z.uuid("This is not the number of an export.") });
