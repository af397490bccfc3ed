import type { AnalyticsFile } from "./send-analytics";

/** Headers of the file: saved under its name, and a stream that is cut looks cut. */
export function attachmentHeaders({
  fileName,
  contentType,
}: Pick<AnalyticsFile, "fileName" | "contentType">): Record<string, string> {
  return {
    "content-type": contentType,
    // Letters, digits, dashes, underscores and dots: no name of ours needs an escape.
    "content-disposition": `attachment; filename="${fileName}"`,
    "cache-control": "no-store, no-transform",
    "x-content-type-options": "nosniff",
    "accept-ranges": "none",
  };
}
