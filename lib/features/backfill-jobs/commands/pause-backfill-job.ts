import "server-only";
import { eq } from "drizzle-orm";
import { backfillJobUpdated } from "@/lib/audit/catalogue/backfill-jobs";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { jobFact, lockJob } from "../job-facts";
import { pauseBackfillJobInput } from "../schemas";
import { runAnew } from "../syncing/runs";

/**
 * A maintainer pauses a job, or lets it go on. A paused one is not run by the clock; a run under way ends, and "Sync now"
 * works. One that goes on runs at once.
 */
export const pauseBackfillJob = command({
  name: "pause-backfill-job",
  input: pauseBackfillJobInput,
  allow: onGuru<{ guru: string }>("backfill-job:manage", ({ guru }) => guru),
  event: backfillJobUpdated,
  target: ({ input }) => ({ id: input.id }),
  async run({ tx, input, scope, enqueue }) {
    const { backfillJob } = schema;
    const job = await lockJob(tx, scope.guru.id, input.id);
    const paused = input.paused === "on";
    const value = { id: job.id, label: job.label, paused };
    if (job.paused === paused) return { value, audit: null };
    const runs = !paused && job.status !== "SYNCING" && !job.runWanted;
    await tx
      .update(backfillJob)
      .set({ paused, nextRunAt: null, updatedAt: runAnew.now, ...(runs ? runAnew.values : {}) })
      .where(eq(backfillJob.id, job.id));
    if (runs) await enqueue("run-backfill-job", { backfillJobId: job.id });
    const changes = [{ field: "paused", before: job.paused, after: paused }];
    return { value, audit: { ...jobFact(job, scope.guru), changes } };
  },
});
