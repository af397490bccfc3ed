import { z } from "zod";
import { defineEvent } from "./define";

const key = { model: "APIKey" } as const;

export const apiKeyCreationFailed = defineEvent({
  ...key,
  action: "api_key.creation_failed",
  operation: "CREATE_API_KEY_FAILED",
  actionType: "created",
  targetType: "org",
  outcome: "failure",
  fixed: true,
  when: "a key is refused: the person already has one of that name",
});
export const apiKeyCreated = defineEvent({
  ...key,
  action: "api_key.created",
  operation: "CREATE_API_KEY",
  actionType: "created",
  targetType: "api_key",
  fixed: true,
  details: { scopes: z.array(z.string()), expiresAt: z.string().nullable() },
  failed: apiKeyCreationFailed,
  when: "a person makes a key; the target is its public id, never its hash",
});
export const apiKeyDeletionFailed = defineEvent({
  ...key,
  action: "api_key.deletion_failed",
  operation: "DELETE_API_KEY_FAILED",
  actionType: "deleted",
  targetType: "org",
  outcome: "failure",
  fixed: true,
  when: "a key to delete is not among the person's keys",
});
export const apiKeyDeleted = defineEvent({
  ...key,
  action: "api_key.deleted",
  operation: "DELETE_API_KEY",
  actionType: "deleted",
  targetType: "api_key",
  fixed: true,
  failed: apiKeyDeletionFailed,
  when: "a person deletes a key",
});
