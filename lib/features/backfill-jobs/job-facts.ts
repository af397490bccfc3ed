import "server-only";
import { and, eq } from "drizzle-orm";
import type { IntegrationType } from "@/lib/access/integration-types";
import { backfillJobDetails, backfillJobLabel } from "@/lib/audit/catalogue/labels";
import type { GuruSnapshot } from "@/lib/audit/record/event-input";
import { schema, type Tx } from "@/lib/db/client";
import { refuse } from "@/lib/platform/errors";

export type JobRow = typeof schema.backfillJob.$inferSelect & { type: IntegrationType };

/** What every event about a backfill job says of it. */
export function jobFact(
  job: Omit<Parameters<typeof backfillJobDetails>[0], "type"> & JobName,
  guru: GuruSnapshot,
) {
  return {
    target: { id: job.id },
    label: backfillJobLabel(job),
    guru,
    details: backfillJobDetails(job),
  };
}
type JobName = { id: string; type: IntegrationType; label: string };

/**
 * Locks a job of the guru.
 * @throws Refusal `not_found`
 */
export async function lockJob(tx: Tx, guruId: string, id: string): Promise<JobRow> {
  const { backfillJob, integration } = schema;
  // Guru, then its jobs: the order of locks that its deletion keeps too.
  await tx
    .select({ id: schema.guru.id })
    .from(schema.guru)
    .where(eq(schema.guru.id, guruId))
    .for("key share");
  const [row] = await tx
    .select({ job: backfillJob, type: integration.type })
    .from(backfillJob)
    .innerJoin(integration, eq(integration.id, backfillJob.integrationId))
    .where(and(eq(backfillJob.id, id), eq(backfillJob.guruId, guruId)))
    .for("update", { of: backfillJob });
  if (!row) throw refuse("not_found", "This job is not there any more. Reload the page.");
  return { ...row.job, type: row.type };
}
