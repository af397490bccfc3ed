import "server-only";
import type { IntegrationType } from "../integration-types";
import { confluenceClient } from "./confluence";
import { discordDays } from "./discord-days";
import { githubIssues } from "./github-issues";
import type { ItemReader } from "./items";
import { jiraClient } from "./jira";
import type { CallLimits, ServiceAccess } from "./service-call";
import { slackDays } from "./slack-days";
import { zendeskClient } from "./zendesk";

const readers: Record<IntegrationType, (access: ServiceAccess, limits?: CallLimits) => ItemReader> = {
  JIRA: jiraClient,
  CONFLUENCE: confluenceClient,
  ZENDESK: zendeskClient,
  SLACK: slackDays,
  DISCORD: discordDays,
  GITHUB: githubIssues,
};

/** What reads the items of an integration; a reader is good for one run. */
export function itemReader(
  { type, ...access }: ServiceAccess & { type: IntegrationType },
  limits?: CallLimits,
): ItemReader {
  return readers[type](access, limits);
}
