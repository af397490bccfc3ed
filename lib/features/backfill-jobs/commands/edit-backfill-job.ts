import "server-only";
import { and, eq } from "drizzle-orm";
import { backfillJobUpdated } from "@/lib/audit/catalogue/backfill-jobs";
import { readDb, schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { checkedQuery, managedGuru } from "../check-query";
import { jobFact, lockJob } from "../job-facts";
import { acceptedQuery, editBackfillJobInput } from "../schemas";
import { runAnew } from "../syncing/runs";

const edit = command({
  name: "edit-backfill-job",
  input: editBackfillJobInput
    .pick({ guru: true, id: true, intervalHours: true })
    .extend({ accepted: acceptedQuery.nullable() }),
  allow: onGuru<{ guru: string }>("backfill-job:manage", ({ guru }) => guru),
  event: backfillJobUpdated,
  target: ({ input }) => ({ id: input.id }),
  async run({ tx, input, scope, enqueue }) {
    const { backfillJob } = schema;
    const before = await lockJob(tx, scope.guru.id, input.id);
    if (!input.accepted) throw refuse("not_found", "This job is not there any more. Reload the page.");
    const { query, label, contentType, days } = input.accepted;
    const { intervalHours } = input;
    const after = { ...before, query, label, contentType, days, intervalHours };
    const changes = [
      { field: "query", ...queryChange(before, after) },
      { field: "content_type", before: before.contentType, after: contentType },
      { field: "days", before: before.days, after: days },
      { field: "interval_hours", before: before.intervalHours, after: intervalHours },
    ].filter((change) => change.before !== change.after);
    const value = { id: before.id, label, changed: changes.length > 0 };
    if (changes.length === 0) return { value, audit: null };
    const finds = { query, label, contentType, days };
    await tx
      .update(backfillJob)
      .set({ ...finds, intervalHours, updatedAt: runAnew.now })
      .where(eq(backfillJob.id, before.id));
    const isOther = changes.some(({ field }) => field !== "interval_hours");
    // A run under way asks for what was meant before: it is relieved, also where the job is paused.
    const isUnderWay = before.status === "SYNCING" || before.runWanted;
    if (isOther && (isUnderWay || !before.paused)) {
      await tx.update(backfillJob).set(runAnew.values).where(eq(backfillJob.id, before.id));
      await enqueue("run-backfill-job", { backfillJobId: before.id });
    } else if (!isOther) {
      await tx
        .update(backfillJob)
        .set({ nextRunAt: runAnew.afterInterval(intervalHours) })
        .where(and(eq(backfillJob.id, before.id), runAnew.isScheduled));
    }
    return { value, audit: { ...jobFact(after, scope.guru), changes } };
  },
});

/** As people call it; with the service's own id where two channels have the same name. */
function queryChange(before: Asked, after: Asked): { before: string; after: string } {
  if (before.query === after.query || before.label !== after.label)
    return { before: before.label, after: after.label };
  const inFull = ({ label, query }: Asked) => `${label} (${query})`;
  return { before: inFull(before), after: inFull(after) };
}
type Asked = { query: string; label: string };

/**
 * A maintainer changes what a job finds, or how often it runs. The service is asked first whether it takes the query; a
 * job that finds something else from here on runs at once, unless it is paused. What it brought in before stays.
 */
export const editBackfillJob = around(edit, editBackfillJobInput, async (input, call, proceed) => {
  const { guru, id, intervalHours } = input;
  const guruId = await managedGuru(call.principal, guru);
  const integrationId = guruId === null ? null : await integrationOf(guruId, id);
  const accepted =
    guruId === null || integrationId === null ? null : await checkedQuery({ guruId, integrationId }, input);
  return proceed({ input: { guru, id, intervalHours, accepted } });
});

async function integrationOf(guruId: string, id: string): Promise<string | null> {
  const { backfillJob } = schema;
  const [row] = await readDb()
    .select({ integrationId: backfillJob.integrationId })
    .from(backfillJob)
    .where(and(eq(backfillJob.id, id), eq(backfillJob.guruId, guruId)));
  return row?.integrationId ?? null;
}
