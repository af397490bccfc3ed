"use server";
import { cancelExcelJob } from "@/lib/features/excel-jobs/commands/cancel-excel-job";
import { createExcelJob } from "@/lib/features/excel-jobs/commands/create-excel-job";
import { deleteExcelJob } from "@/lib/features/excel-jobs/commands/delete-excel-job";
import { toAction } from "@/lib/gate/to-action";

export const createExcelJobAction = toAction(createExcelJob, {
  message: ({ fileName }) => `“${fileName}” is being answered.`,
  revalidate: ["/gurus"],
});
export const cancelExcelJobAction = toAction(cancelExcelJob, {
  message: ({ fileName }) => `“${fileName}” is cancelled. The answers found so far are kept.`,
  revalidate: ["/gurus"],
});
export const deleteExcelJobAction = toAction(deleteExcelJob, {
  goTo: ({ guru }) => `/gurus/${guru}/excel-jobs`,
  goToRepeated: (_, form) => `/gurus/${form.get("guru")}/excel-jobs`,
  revalidate: ["/gurus"],
});
