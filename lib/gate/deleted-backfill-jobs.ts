import "server-only";
import { asc, eq } from "drizzle-orm";
import { backfillJobDeleted } from "@/lib/audit/catalogue/backfill-jobs";
import { backfillJobDetails, backfillJobLabel } from "@/lib/audit/catalogue/labels";
import type { GuruSnapshot } from "@/lib/audit/record/event-input";
import { schema, type Tx } from "@/lib/db/client";
import type { AuditFact } from "./facts";

/**
 * The events of backfill jobs that go with their guru, or with one of its integrations. Locks them until the transaction
 * ends; whoever deletes deletes the rows (their keys cascade). A run under way finds its job gone and stops.
 * @param integrationId of the integration that goes; left out, all jobs of the guru
 */
export async function deletedBackfillJobs(
  tx: Tx,
  guru: GuruSnapshot,
  integrationId?: string,
): Promise<AuditFact[]> {
  const { backfillJob, integration } = schema;
  const rows = await tx
    .select({
      id: backfillJob.id,
      type: integration.type,
      query: backfillJob.query,
      label: backfillJob.label,
      contentType: backfillJob.contentType,
      days: backfillJob.days,
      intervalHours: backfillJob.intervalHours,
    })
    .from(backfillJob)
    .innerJoin(integration, eq(integration.id, backfillJob.integrationId))
    .where(
      integrationId === undefined
        ? eq(backfillJob.guruId, guru.id)
        : eq(backfillJob.integrationId, integrationId),
    )
    .orderBy(asc(backfillJob.id))
    .for("update", { of: backfillJob });
  return rows.map((row) => ({
    event: backfillJobDeleted,
    target: { id: row.id },
    label: backfillJobLabel(row),
    guru,
    details: backfillJobDetails(row),
  }));
}
