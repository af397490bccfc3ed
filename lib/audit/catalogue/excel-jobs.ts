import { z } from "zod";
import { defineEvent } from "./define";

const job = { model: "ExcelJob", targetType: "excel_job", guru: "always" } as const;
const count = z.number().int();
const workbook = {
  sizeBytes: count,
  sha256: z.string(),
  /** The sheet with the questions: its place, counted from 1, and its name once the workbook has been read. */
  sheetNumber: count,
  sheet: z.string().optional(),
  /** By their letters. */
  questionColumn: z.string(),
  answerColumns: z.array(z.string()),
  headerRow: count,
};
/** Answers by what became of them. */
const counts = { total: count, answered: count, unanswered: count, failed: count, remaining: count };

export const excelJobCreated = defineEvent({
  ...job,
  action: "excel_job.created",
  operation: "CREATE_EXCEL_JOB",
  actionType: "created",
  details: workbook,
  when: "a maintainer has the questions of a workbook answered",
});
export const excelJobCancelled = defineEvent({
  ...job,
  action: "excel_job.cancelled",
  operation: "CANCEL_EXCEL_JOB",
  actionType: "updated",
  details: counts,
  when: "an Excel job is stopped before its end; answers found until then stay",
});
export const excelJobCompleted = defineEvent({
  ...job,
  action: "excel_job.completed",
  operation: "COMPLETE_EXCEL_JOB",
  actionType: "updated",
  details: { ...counts, skippedRows: count, message: z.string().optional() },
  when: "an Excel job ends by itself, by System: its state before and after, its counts, and why where it failed",
});
export const excelJobDeleted = defineEvent({
  ...job,
  action: "excel_job.deleted",
  operation: "DELETE_EXCEL_JOB",
  actionType: "deleted",
  details: workbook,
  when: "an Excel job is deleted with its workbook and answers, or goes with its guru",
});
export const excelOutputDownloaded = defineEvent({
  ...job,
  action: "excel_job.output_downloaded",
  operation: "DOWNLOAD_EXCEL_OUTPUT",
  actionType: "access",
  details: { answered: count, sizeBytes: count, sha256: z.string() },
  when: "a maintainer downloads the workbook with the answers filled in; recorded before it leaves",
});
