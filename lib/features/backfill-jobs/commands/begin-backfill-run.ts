import "server-only";
import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { backfillJobUpdated } from "@/lib/audit/catalogue/backfill-jobs";
import { schema } from "@/lib/db/client";
import { systemOnly } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { isUuid } from "@/lib/platform/ids";
import { jobFact } from "../job-facts";
import { lockForSystem, runAnew } from "../syncing/runs";

/**
 * Begins the run that a job wants, or goes on with one that was broken off; recorded is the change of its status, so once a
 * run. Who finds no run wanted has come second and has nothing to do: so one job never runs twice at a time, on however
 * many instances.
 */
export const beginBackfillRun = command({
  name: "begin-backfill-run",
  input: z.strictObject({ backfillJobId: z.string().refine(isUuid) }),
  allow: systemOnly,
  event: backfillJobUpdated,
  target: ({ input }) => ({ id: input.backfillJobId }),
  async run({ tx, input }) {
    const found = await lockForSystem(tx, input.backfillJobId);
    if (!found?.job.runWanted) return { value: null, audit: null };
    const { job, guru } = found;
    const { backfillJob } = schema;
    const fromStart = job.position === null ? { runFound: 0, runAdded: 0, runChanged: 0 } : {};
    const [begun] = await tx
      .update(backfillJob)
      .set({
        status: "SYNCING",
        runWanted: false,
        nextRunAt: null,
        runClaim: sql`${backfillJob.runClaim} + 1`,
        attempts: sql`${backfillJob.attempts} + 1`,
        heartbeatAt: sql`clock_timestamp()`,
        ...(job.status === "SYNCING" ? {} : { startedAt: runAnew.now, note: null }),
        ...fromStart,
      })
      .where(eq(backfillJob.id, job.id))
      .returning();
    if (!begun) throw new Error("a locked job was not there");
    const value = { job: { ...begun, type: job.type }, attempt: begun.attempts, claim: begun.runClaim };
    if (job.status === "SYNCING") return { value, audit: null };
    const changes = [{ field: "status", before: job.status, after: "SYNCING" }];
    return { value, audit: { ...jobFact(job, guru), changes } };
  },
});
