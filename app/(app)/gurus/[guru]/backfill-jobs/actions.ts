"use server";
import { createBackfillJob } from "@/lib/features/backfill-jobs/commands/create-backfill-job";
import { deleteBackfillJob } from "@/lib/features/backfill-jobs/commands/delete-backfill-job";
import { editBackfillJob } from "@/lib/features/backfill-jobs/commands/edit-backfill-job";
import { pauseBackfillJob } from "@/lib/features/backfill-jobs/commands/pause-backfill-job";
import { syncBackfillJob } from "@/lib/features/backfill-jobs/commands/sync-backfill-job";
import { toAction } from "@/lib/gate/to-action";

export const createBackfillJobAction = toAction(createBackfillJob, {
  message: ({ label }) => `Job “${label}” made; its first run begins now.`,
  revalidate: ["/gurus"],
});
export const editBackfillJobAction = toAction(editBackfillJob, {
  message: ({ label, changed }) => (changed ? `Job “${label}” saved.` : "Nothing was changed."),
  revalidate: ["/gurus"],
});
export const pauseBackfillJobAction = toAction(pauseBackfillJob, {
  message: ({ label, paused }) => (paused ? `Job “${label}” paused.` : `Job “${label}” goes on.`),
  revalidate: ["/gurus"],
});
export const syncBackfillJobAction = toAction(syncBackfillJob, {
  message: ({ label }) => `Job “${label}” is being synced.`,
  revalidate: ["/gurus"],
});
export const deleteBackfillJobAction = toAction(deleteBackfillJob, {
  message: ({ label }) => `Job “${label}” deleted. What it brought in stays.`,
  revalidate: ["/gurus"],
});
