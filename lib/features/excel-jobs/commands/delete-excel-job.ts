import "server-only";
import { and, eq } from "drizzle-orm";
import { excelJobDeleted } from "@/lib/audit/catalogue/excel-jobs";
import { excelJobDetails } from "@/lib/audit/catalogue/labels";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { jobFact } from "../job-facts";
import { excelJobInput } from "../schemas";

/** A maintainer deletes an Excel job with its workbook and answers; one under way stops. */
export const deleteExcelJob = command({
  name: "delete-excel-job",
  input: excelJobInput,
  allow: onGuru<{ guru: string }>("excel-job:manage", ({ guru }) => guru),
  event: excelJobDeleted,
  target: ({ input }) => ({ id: input.id }),
  async run({ tx, input, scope }) {
    const { excelJob, upload } = schema;
    const [job] = await tx
      .delete(excelJob)
      .where(and(eq(excelJob.guruId, scope.guru.id), eq(excelJob.id, input.id)))
      .returning();
    if (!job) throw refuse("not_found", "This guru has no such Excel job any more. Reload the page.");
    await tx.delete(upload).where(eq(upload.id, job.uploadId));
    return {
      value: { guru: scope.guru.slug, fileName: job.fileName },
      audit: { ...jobFact(job, scope.guru), details: excelJobDetails(job) },
    };
  },
});
