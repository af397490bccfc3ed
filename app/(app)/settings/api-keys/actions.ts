"use server";
import { createApiKey } from "@/lib/features/api-keys/commands/create-api-key";
import { deleteApiKey } from "@/lib/features/api-keys/commands/delete-api-key";
import { revokeApiKey } from "@/lib/features/api-keys/commands/revoke-api-key";
import { toAction } from "@/lib/gate/to-action";

export const createApiKeyAction = toAction(createApiKey, {
  message: (key) => `API key “${key.name}” created.`,
  revalidate: ["/settings/api-keys"],
});
export const deleteApiKeyAction = toAction(deleteApiKey, {
  message: (key) => `API key “${key.name}” deleted.`,
  revalidate: ["/settings/api-keys"],
});
export const revokeApiKeyAction = toAction(revokeApiKey, {
  message: (key) => `API key “${key.name}” of ${key.holder} revoked.`,
  revalidate: ["/settings/api-keys"],
});
