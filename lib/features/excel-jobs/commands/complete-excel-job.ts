import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { excelJobCompleted } from "@/lib/audit/catalogue/excel-jobs";
import { schema } from "@/lib/db/client";
import { systemOnly } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { cleanText } from "@/lib/platform/clean-text";
import { countsOf, jobFact } from "../job-facts";

/** UTF-16 units of a reason. */
export const maxReasonLength = 500;

const input = z.strictObject({
  excelJobId: z.uuid(),
  claim: z.number().int().positive(),
  /** Why it failed, in words; left out where it went well. */
  message: z.string().min(1).max(maxReasonLength).optional(),
});

/** Ends a job, well or badly. A run that was overtaken, or whose job was cancelled or deleted, changes and records nothing. */
export const completeExcelJob = command({
  name: "complete-excel-job",
  input,
  allow: systemOnly,
  event: excelJobCompleted,
  target: ({ input }) => ({ id: input.excelJobId }),
  async run({ tx, input: { excelJobId, claim, message: told } }) {
    const { excelJob, guru } = schema;
    const message = told === undefined ? undefined : cleanText(told);
    const state = message === undefined ? "completed" : "failed";
    const [job] = await tx
      .update(excelJob)
      .set({ state, reason: message ?? null, finishedAt: sql`gurulog_now()` })
      .where(and(eq(excelJob.id, excelJobId), eq(excelJob.runClaim, claim), eq(excelJob.state, "running")))
      .returning();
    const [owner] = job
      ? await tx
          .select({ id: guru.id, slug: guru.slug, name: guru.name })
          .from(guru)
          .where(eq(guru.id, job.guruId))
      : [];
    if (!job || !owner) return { value: { overtaken: true }, audit: null };
    return {
      value: { overtaken: false },
      audit: {
        ...jobFact(job, owner),
        changes: [{ field: "state", before: "running", after: state }],
        details: {
          ...countsOf(job),
          skippedRows: job.skippedRows,
          ...(message === undefined ? {} : { message }),
        },
      },
    };
  },
});
