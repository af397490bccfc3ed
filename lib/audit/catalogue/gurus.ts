import { z } from "zod";
import { defineEvent } from "./define";

const guruType = { model: "GuruType", targetType: "guru", guru: "always" } as const;
const source = { model: "DataSource", targetType: "datasource", guru: "always" } as const;
const maintainer = { model: "Maintainer", targetType: "user", guru: "always" } as const;
const secret = { model: "Secret", targetType: "secret", guru: "always" } as const;
const sourceFacts = {
  kind: z.string().optional(),
  sizeBytes: z.number().int().optional(),
  sha256: z.string().optional(),
  /** Where it is read, if it is of the network, and the name of the secret whose value goes there. */
  url: z.string().optional(),
  branches: z.array(z.string()).optional(),
  secret: z.string().optional(),
};

export const guruCreated = defineEvent({
  ...guruType,
  action: "guru.created",
  operation: "CREATE_GURU",
  actionType: "created",
  details: { maintainer: z.string() },
  when: "a guru is made; its creator becomes its maintainer",
});
export const guruUpdated = defineEvent({
  ...guruType,
  action: "guru.updated",
  operation: "UPDATE_GURU",
  actionType: "updated",
  when: "settings of a guru change; each changed field before and after",
});
export const guruDeleted = defineEvent({
  ...guruType,
  action: "guru.deleted",
  operation: "DELETE_GURU",
  actionType: "deleted",
  when: "a guru is deleted; its sources, integrations, backfill jobs, Excel jobs, widgets, secrets, team and saved views follow, each with this event as cause",
});
export const guruAsked = defineEvent({
  ...guruType,
  action: "guru.asked",
  operation: "ASK_GURU",
  actionType: "access",
  details: {
    question: z.string(),
    door: z.enum(["ui", "api", "widget", "slack", "discord", "github"]),
    answered: z.boolean(),
    references: z.array(z.string()),
    /** What became of it; `written` by the model named, `guru_deleted` while the answer was written. */
    outcome: z.enum([
      "quoted",
      "written",
      "nothing_found",
      "search_timed_out",
      "not_answered",
      "stopped",
      "failed",
      "lost",
      "guru_deleted",
    ]),
    llm: z.string().optional(),
  },
  when: "a question is asked; its first 200 characters, what became of it and the sources quoted; recorded when the answer ends, also when it breaks off",
});
export const guruAnswerRated = defineEvent({
  ...guruType,
  action: "guru.answer_rated",
  operation: "RATE_ANSWER",
  actionType: "updated",
  details: { questionId: z.string() },
  when: "whoever asked says that an answer helped or did not, or takes that back; the vote before and after",
});
export const dataSourceAdded = defineEvent({
  ...source,
  action: "datasource.added",
  operation: "ADD_DATASOURCE",
  actionType: "created",
  /** `updated`: it was there, and its text, an item's content or a repository's settings changed. */
  details: {
    ...sourceFacts,
    updated: z.literal(true).optional(),
    /** Id of the backfill job that brought it in. */
    backfillJob: z.string().optional(),
  },
  when: "a source is added, the content of one is brought up to date (a text sent again under its name, an item that a backfill job finds changed), or other settings are chosen for a repository; one event a source",
});
export const dataSourceDeleted = defineEvent({
  ...source,
  action: "datasource.deleted",
  operation: "DELETE_DATASOURCE",
  actionType: "deleted",
  details: sourceFacts,
  when: "a source is deleted; one event a source, also in bulk and with its guru",
});
export const dataSourceReindexed = defineEvent({
  ...source,
  action: "datasource.reindexed",
  operation: "REINDEX_DATASOURCE",
  actionType: "access",
  details: sourceFacts,
  when: "a source is sent to be indexed anew",
});
export const dataSourceIndexFailed = defineEvent({
  ...source,
  action: "datasource.index_failed",
  operation: "INDEX_DATASOURCE_FAILED",
  actionType: "updated",
  outcome: "failure",
  details: { passages: z.number().int().optional(), message: z.string() },
  when: "indexing of a source ends without success, by System",
});
export const dataSourceIndexed = defineEvent({
  ...source,
  action: "datasource.indexed",
  operation: "INDEX_DATASOURCE",
  actionType: "updated",
  details: { passages: z.number().int() },
  failed: dataSourceIndexFailed,
  when: "indexing of a source succeeds, by System",
});
export const maintainerAdded = defineEvent({
  ...maintainer,
  action: "guru.maintainer_added",
  operation: "ADD_MAINTAINER",
  actionType: "created",
  when: "a person becomes maintainer of a guru through its Team page",
});
export const maintainerRemoved = defineEvent({
  ...maintainer,
  action: "guru.maintainer_removed",
  operation: "REMOVE_MAINTAINER",
  actionType: "deleted",
  when: "a maintainer of a guru is removed or leaves, or the guru is deleted",
});
export const secretRead = defineEvent({
  ...secret,
  action: "secret.read",
  operation: "SECRET_READ",
  actionType: "access",
  /** Of the service that it goes to; none when it is shown to the person. */
  details: { type: z.string().optional(), host: z.string().optional() },
  when: "a maintainer has a secret shown, or has a service asked whether it takes it; recorded before the value leaves",
});
export const secretWritten = defineEvent({
  ...secret,
  action: "secret.written",
  operation: "SECRET_WRITE",
  actionType: "created",
  orActionType: "updated",
  when: "a secret is stored under a new name (created) or an existing one (updated); never its value",
});
export const secretDeleted = defineEvent({
  ...secret,
  action: "secret.deleted",
  operation: "SECRET_DELETE",
  actionType: "deleted",
  when: "a secret that nothing uses is deleted, or goes with its guru",
});
