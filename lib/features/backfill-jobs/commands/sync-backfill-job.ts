import "server-only";
import { eq } from "drizzle-orm";
import { backfillJobReindexed } from "@/lib/audit/catalogue/backfill-jobs";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { jobFact, lockJob } from "../job-facts";
import { backfillJobInput } from "../schemas";
import { runAnew } from "../syncing/runs";

/** A maintainer has a job run at once; one run at a time, so one that is under way or waits for the worker is enough. */
export const syncBackfillJob = command({
  name: "sync-backfill-job",
  input: backfillJobInput,
  allow: onGuru<{ guru: string }>("backfill-job:manage", ({ guru }) => guru),
  event: backfillJobReindexed,
  target: ({ input }) => ({ id: input.id }),
  async run({ tx, input, scope, enqueue }) {
    const { backfillJob } = schema;
    const job = await lockJob(tx, scope.guru.id, input.id);
    if (job.status === "SYNCING" || job.runWanted)
      throw refuse("busy", "This job is being synced already. Wait for its end.");
    await tx.update(backfillJob).set(runAnew.values).where(eq(backfillJob.id, job.id));
    await enqueue("run-backfill-job", { backfillJobId: job.id });
    return { value: { id: job.id, label: job.label }, audit: jobFact(job, scope.guru) };
  },
});
