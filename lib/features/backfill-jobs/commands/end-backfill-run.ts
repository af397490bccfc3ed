import "server-only";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { backfillJobUpdated } from "@/lib/audit/catalogue/backfill-jobs";
import { schema } from "@/lib/db/client";
import { systemOnly } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { cleanText } from "@/lib/platform/clean-text";
import { isUuid } from "@/lib/platform/ids";
import { jobFact } from "../job-facts";
import { isOwn, lockForSystem, runAnew } from "../syncing/runs";

/** UTF-16 units of a reason. */
export const maxNote = 500;

/** Ends a run, well or badly; the next is due when the interval has passed. One that was relieved ends nothing. */
export const endBackfillRun = command({
  name: "end-backfill-run",
  input: z.strictObject({
    backfillJobId: z.string().refine(isUuid),
    claim: z.number().int(),
    status: z.enum(["COMPLETED", "FAILED"]),
    /** Why it failed, or what it left out, in words. */
    note: z.string().max(maxNote).optional(),
  }),
  allow: systemOnly,
  event: backfillJobUpdated,
  target: ({ input }) => ({ id: input.backfillJobId }),
  async run({ tx, input }) {
    const found = await lockForSystem(tx, input.backfillJobId);
    if (!found || !isOwn(found.job, input.claim)) return { value: { relieved: true }, audit: null };
    const { job, guru } = found;
    const { backfillJob } = schema;
    const note = input.note ? cleanText(input.note) : null;
    await tx
      .update(backfillJob)
      .set({
        status: input.status,
        note,
        position: null,
        attempts: 0,
        finishedAt: runAnew.now,
        nextRunAt: job.paused ? null : runAnew.afterInterval(job.intervalHours),
      })
      .where(eq(backfillJob.id, job.id));
    const fact = jobFact(job, guru);
    const counts = { found: job.runFound, added: job.runAdded, changed: job.runChanged };
    return {
      value: { relieved: false },
      audit: {
        ...fact,
        changes: [{ field: "status", before: job.status, after: input.status }],
        details: { ...fact.details, ...counts, ...(note === null ? {} : { message: note }) },
      },
    };
  },
});
