"use server";
import { createIntegration } from "@/lib/features/integrations/commands/create-integration";
import { deleteIntegration } from "@/lib/features/integrations/commands/delete-integration";
import { editIntegration } from "@/lib/features/integrations/commands/edit-integration";
import { listChannels } from "@/lib/features/integrations/commands/list-channels";
import { replaceCredentials } from "@/lib/features/integrations/commands/replace-credentials";
import { toAction } from "@/lib/gate/to-action";

export const createIntegrationAction = toAction(createIntegration, {
  message: ({ accountName }) => `Connected as ${accountName}.`,
  revalidate: ["/gurus"],
});
export const replaceCredentialsAction = toAction(replaceCredentials, {
  message: ({ accountName }) => `Checked and stored: ${accountName}.`,
  revalidate: ["/gurus"],
});
export const editIntegrationAction = toAction(editIntegration, {
  message: ({ title, changed }) => (changed.length === 0 ? "Nothing was changed." : `${title} saved.`),
  revalidate: ["/gurus"],
});
export const listChannelsAction = toAction(listChannels);
export const deleteIntegrationAction = toAction(deleteIntegration, {
  message: ({ title }) => `Integration with ${title} deleted.`,
  revalidate: ["/gurus"],
});
