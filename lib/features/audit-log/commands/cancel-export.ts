import "server-only";
import { sql } from "drizzle-orm";
import { auditExported } from "@/lib/audit/catalogue/audit-log";
import type { ExportState } from "@/lib/audit/export/progress";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { endEarly } from "../export-end";
import { ownExport } from "../export-queries";
import { cancelExportInput } from "../export-schemas";

/**
 * Asks a running export to stop. Whoever sends it looks twice a second, cuts the file and records the early end; one that
 * nobody sends yet ends here.
 */
export const cancelExport = command({
  name: "cancel-export",
  input: cancelExportInput,
  // Also one whose log they may no longer read.
  allow: ownExport,
  event: auditExported,
  target: ({ input }) => ({ id: input.id, type: "export" }),
  async run({ tx, input, principal, request }) {
    if (principal.kind !== "user") throw refuse("unauthenticated", "Please sign in first.");
    const [job] = await tx.execute<{ state: ExportState }>(sql`
      update export_job set cancel_requested = cancel_requested or state in ('pending', 'running')
      where id = ${input.id} and account_id = ${principal.accountId}
      returning state`);
    if (!job) throw refuse("not_found", "This export does not exist, or you may not see it.");
    if (job.state === "pending") {
      const end = {
        state: "cancelled",
        cause: "cancelled before the download began",
        rows: 0,
        bytes: 0,
      } as const;
      await endEarly(tx, input.id, end, { principal, request });
    }
    return { value: { id: input.id }, audit: null };
  },
});
