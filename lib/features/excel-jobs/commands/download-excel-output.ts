import "server-only";
import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { excelOutputDownloaded } from "@/lib/audit/catalogue/excel-jobs";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { sensitiveRead } from "@/lib/gate/sensitive-read";
import { refuse } from "@/lib/platform/errors";
import { jobFact } from "../job-facts";
import { excelJobInput } from "../schemas";

/** What was made for the person; the file leaves when this is recorded. */
const input = excelJobInput.extend({
  answered: z.number().int().nonnegative(),
  sizeBytes: z.number().int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "This is no digest."),
});

/** A maintainer downloads the filled workbook. */
export const downloadExcelOutput = sensitiveRead({
  name: "download-excel-output",
  input,
  allow: onGuru<{ guru: string }>("excel-job:manage", ({ guru }) => guru),
  event: excelOutputDownloaded,
  target: ({ input }) => ({ id: input.id }),
  async run({ tx, input: { id, answered, sizeBytes, sha256 }, scope }) {
    const { excelJob } = schema;
    const [job] = await tx
      .select({ id: excelJob.id, fileName: excelJob.fileName })
      .from(excelJob)
      .where(and(eq(excelJob.guruId, scope.guru.id), eq(excelJob.id, id)));
    if (!job) throw refuse("not_found", "This guru has no such Excel job any more. Reload the page.");
    return {
      value: { fileName: job.fileName },
      audit: { ...jobFact(job, scope.guru), details: { answered, sizeBytes, sha256 } },
    };
  },
});
