import "server-only";
import { asc, eq } from "drizzle-orm";
import { excelJobDeleted } from "@/lib/audit/catalogue/excel-jobs";
import { excelJobDetails } from "@/lib/audit/catalogue/labels";
import type { GuruSnapshot } from "@/lib/audit/record/event-input";
import { schema, type Tx } from "@/lib/db/client";
import type { AuditFact } from "./facts";

/** The events of Excel jobs that go with their guru, whose deletion is the caller's. Locks them. */
export async function deletedExcelJobs(tx: Tx, guru: GuruSnapshot): Promise<AuditFact[]> {
  const { excelJob } = schema;
  const rows = await tx
    .select()
    .from(excelJob)
    .where(eq(excelJob.guruId, guru.id))
    .orderBy(asc(excelJob.id))
    .for("update");
  return rows.map((job) => ({
    event: excelJobDeleted,
    target: { id: job.id },
    label: job.fileName,
    guru,
    details: excelJobDetails(job),
  }));
}
