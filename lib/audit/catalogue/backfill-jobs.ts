import { z } from "zod";
import { defineEvent } from "./define";

const job = { model: "IntegrationBackfillJob", targetType: "backfill_job", guru: "always" } as const;
const jobFacts = {
  type: z.string(),
  query: z.string(),
  contentType: z.string().optional(),
  days: z.number().int().optional(),
  intervalHours: z.number().int(),
};

export const backfillJobCreated = defineEvent({
  ...job,
  action: "backfill_job.created",
  operation: "CREATE_BACKFILL_JOB",
  actionType: "created",
  details: jobFacts,
  when: "a backfill job is made, after the service has accepted its query",
});
export const backfillJobUpdated = defineEvent({
  ...job,
  action: "backfill_job.updated",
  operation: "UPDATE_BACKFILL_JOB",
  actionType: "updated",
  details: {
    ...jobFacts,
    /** Of a run that ended: items found, sources added and brought up to date, and why it failed or what it left out. */
    found: z.number().int().optional(),
    added: z.number().int().optional(),
    changed: z.number().int().optional(),
    message: z.string().optional(),
  },
  when: "a person changes the settings of a backfill job or pauses it; by System when a run begins and ends, with its status before and after",
});
export const backfillJobDeleted = defineEvent({
  ...job,
  action: "backfill_job.deleted",
  operation: "DELETE_BACKFILL_JOB",
  actionType: "deleted",
  details: jobFacts,
  when: "a backfill job is deleted, or goes with its integration or guru",
});
export const backfillJobReindexed = defineEvent({
  ...job,
  action: "backfill_job.reindexed",
  operation: "REINDEX_BACKFILL_JOB",
  actionType: "access",
  details: jobFacts,
  when: "a person has a backfill job run at once",
});
