import { z } from "zod";
import { defineEvent } from "./define";

const guruType = { model: "GuruType", targetType: "guru", guru: "always" } as const;
const source = { model: "DataSource", targetType: "datasource", guru: "always" } as const;
const maintainer = { model: "Maintainer", targetType: "user", guru: "always" } as const;
const sourceFacts = {
  kind: z.string().optional(),
  sizeBytes: z.number().int().optional(),
  sha256: z.string().optional(),
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
  when: "a guru is deleted; its sources, team and saved views follow, each with this event as cause",
});
export const guruAsked = defineEvent({
  ...guruType,
  action: "guru.asked",
  operation: "ASK_GURU",
  actionType: "access",
  details: {
    question: z.string(),
    door: z.enum(["ui", "api", "widget"]),
    answered: z.boolean(),
    references: z.array(z.string()),
  },
  when: "a question is asked; its first 200 characters",
});
export const dataSourceAdded = defineEvent({
  ...source,
  action: "datasource.added",
  operation: "ADD_DATASOURCE",
  actionType: "created",
  /** `updated`: a text of the same name was there, and its content changed. */
  details: { ...sourceFacts, updated: z.literal(true).optional() },
  when: "a source is added, or a text is sent again under its name with other content; one event a source",
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
