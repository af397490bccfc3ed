import { z } from "zod";
import { defineEvent } from "./define";

const integration = { model: "Integration", targetType: "integration", guru: "always" } as const;
const facts = {
  type: z.string(),
  /** Of the service's API; and whose credentials these are, as the service says. */
  baseUrl: z.string(),
  account: z.string(),
  /** Names of the guru's secrets that stand in the credentials. */
  secrets: z.array(z.string()).optional(),
};

export const integrationCreated = defineEvent({
  ...integration,
  action: "integration.created",
  operation: "CREATE_INTEGRATION",
  actionType: "created",
  details: facts,
  when: "a guru is tied to a service, after the service has taken the credentials; never one of these",
});
export const integrationUpdated = defineEvent({
  ...integration,
  action: "integration.updated",
  operation: "EDIT_INTEGRATION",
  actionType: "updated",
  details: facts,
  when: "channels, direct messages or credentials of an integration change; each before and after, credentials as [redacted]",
});
export const integrationDeleted = defineEvent({
  ...integration,
  action: "integration.deleted",
  operation: "DELETE_INTEGRATION",
  actionType: "deleted",
  details: facts,
  when: "an integration is deleted, or goes with its guru; its backfill jobs follow, each with this event as cause",
});
export const webhookRejected = defineEvent({
  ...integration,
  action: "webhook.rejected",
  operation: "WEBHOOK_REJECTED",
  actionType: "access",
  outcome: "failure",
  details: { type: z.string() },
  when: "a webhook's signature is missing or wrong (reason signature), older than five minutes (stale), or a repeat (replay); the first of a minute, the further ones as one event with their count",
});
