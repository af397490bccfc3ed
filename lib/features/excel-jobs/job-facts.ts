import type { GuruSnapshot } from "@/lib/audit/record/event-input";
import type { schema } from "@/lib/db/client";

export type ExcelJobRow = typeof schema.excelJob.$inferSelect;

/** A job as an event names it. */
export function jobFact(job: Pick<ExcelJobRow, "id" | "fileName">, guru: GuruSnapshot) {
  return { target: { id: job.id }, label: job.fileName, guru };
}

/** Answers of a job by what became of them. */
export function countsOf(job: Pick<ExcelJobRow, "total" | "answered" | "unanswered" | "failed">) {
  const { total, answered, unanswered, failed } = job;
  return { total, answered, unanswered, failed, remaining: total - answered - unanswered - failed };
}
