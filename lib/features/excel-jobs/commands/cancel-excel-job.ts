import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { excelJobCancelled } from "@/lib/audit/catalogue/excel-jobs";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { countsOf, jobFact } from "../job-facts";
import { excelJobInput } from "../schemas";

/** A maintainer stops an Excel job; the answers that are there stay. Whoever works on it finds that out and stops. */
export const cancelExcelJob = command({
  name: "cancel-excel-job",
  input: excelJobInput,
  allow: onGuru<{ guru: string }>("excel-job:manage", ({ guru }) => guru),
  event: excelJobCancelled,
  target: ({ input }) => ({ id: input.id }),
  async run({ tx, input, scope }) {
    const { excelJob } = schema;
    const [job] = await tx
      .select()
      .from(excelJob)
      .where(and(eq(excelJob.guruId, scope.guru.id), eq(excelJob.id, input.id)))
      .for("update");
    if (!job) throw refuse("not_found", "This guru has no such Excel job any more. Reload the page.");
    if (job.state !== "waiting" && job.state !== "running")
      throw refuse("conflict", "This job has ended already. Reload the page.");
    await tx
      .update(excelJob)
      .set({ state: "cancelled", runClaim: job.runClaim + 1, finishedAt: sql`gurulog_now()` })
      .where(eq(excelJob.id, job.id));
    return {
      value: { id: job.id, fileName: job.fileName },
      audit: {
        ...jobFact(job, scope.guru),
        changes: [{ field: "state", before: job.state, after: "cancelled" }],
        details: countsOf(job),
      },
    };
  },
});
