import "server-only";
import { and, count, eq, isNotNull, lte, sql } from "drizzle-orm";
import { accountOf } from "@/lib/access/principal";
import { maxWorkbookBytes } from "@/lib/access/workbook-size";
import { excelJobCreated } from "@/lib/audit/catalogue/excel-jobs";
import { excelJobDetails } from "@/lib/audit/catalogue/labels";
import { schema, type Tx } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { jobFact } from "../job-facts";
import { createExcelJobInput, mostExcelJobs } from "../schemas";

/**
 * A maintainer has the questions of a workbook answered that they have just uploaded for this guru. A job of the queue
 * reads it and asks.
 */
export const createExcelJob = command({
  name: "create-excel-job",
  input: createExcelJobInput,
  allow: onGuru<{ guru: string }>("excel-job:manage", ({ guru }) => guru),
  event: excelJobCreated,
  target: ({ input }) => ({ id: input.uploadId }),
  async run({ tx, input, principal, scope, enqueue }) {
    const { guru } = scope;
    const { sheet, headerRow, questionColumn, answerColumns } = input;
    const file = await ownWorkbook(tx, input.uploadId, guru.id, accountOf(principal));
    await refuseTooMany(tx, guru.id);
    const { fileName, sizeBytes, sha256 } = file;
    const [made] = await tx
      .insert(schema.excelJob)
      .values({
        ...{ guruId: guru.id, uploadId: file.id, fileName, sizeBytes, sha256 },
        ...{ sheet, headerRow, questionColumn, answerColumns },
        // Shown until the questions are read; events say no name until then.
        sheetName: `Sheet ${sheet + 1}`,
        createdBy: accountOf(principal),
      })
      .returning();
    if (!made) throw new Error("no Excel job made");
    await enqueue("run-excel-job", { excelJobId: made.id });
    return {
      value: { id: made.id, guru: guru.slug, fileName },
      targetId: made.id,
      audit: { ...jobFact(made, guru), details: excelJobDetails(made) },
    };
  },
});

/** The same person, the same guru, and the file is there whole. Anything else looks like no upload at all. */
async function ownWorkbook(tx: Tx, id: string, guruId: string, accountId: string | null) {
  const { upload } = schema;
  const [found] = await tx
    .select()
    .from(upload)
    .where(
      and(
        eq(upload.id, id),
        eq(upload.guruId, guruId),
        eq(upload.accountId, accountId ?? id),
        eq(upload.kind, "EXCEL"),
        // A file that was sent for a source may be larger.
        lte(upload.sizeBytes, maxWorkbookBytes),
        isNotNull(upload.completedAt),
      ),
    )
    // An upload that is being cleaned up, or used by a double click, is waited for.
    .for("update");
  // Asked by itself: the statement above would not see a use of the file that it has waited for.
  const [used] = await tx.execute(sql`
    select from data_source where upload_id = ${id} union all select from excel_job where upload_id = ${id}`);
  if (!found?.sha256 || used)
    throw refuse("not_found", "This workbook is not there any more. Upload it again.");
  return { ...found, sha256: found.sha256 };
}

async function refuseTooMany(tx: Tx, guruId: string): Promise<void> {
  const { excelJob } = schema;
  const [jobs] = await tx.select({ n: count() }).from(excelJob).where(eq(excelJob.guruId, guruId));
  if ((jobs?.n ?? 0) >= mostExcelJobs)
    throw refuse("conflict", `A guru keeps ${mostExcelJobs} Excel jobs at most. Delete some of them first.`);
}
