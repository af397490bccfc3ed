import "server-only";
import { eq } from "drizzle-orm";
import { backfillJobDeleted } from "@/lib/audit/catalogue/backfill-jobs";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { jobFact, lockJob } from "../job-facts";
import { backfillJobInput } from "../schemas";

/** A maintainer deletes a job. What it brought in stays, as sources of the guru; a run under way stops. */
export const deleteBackfillJob = command({
  name: "delete-backfill-job",
  input: backfillJobInput,
  allow: onGuru<{ guru: string }>("backfill-job:manage", ({ guru }) => guru),
  event: backfillJobDeleted,
  target: ({ input }) => ({ id: input.id }),
  async run({ tx, input, scope }) {
    const job = await lockJob(tx, scope.guru.id, input.id);
    await tx.delete(schema.backfillJob).where(eq(schema.backfillJob.id, job.id));
    return { value: { label: job.label }, audit: jobFact(job, scope.guru) };
  },
});
