/** The services a guru can be tied to; one integration of each a guru. */
export const integrationTypes = ["SLACK", "DISCORD", "GITHUB", "JIRA", "CONFLUENCE", "ZENDESK"] as const;
export type IntegrationType = (typeof integrationTypes)[number];

/** Those whose bot answers in channels or issues; the others only give content. */
export const botTypes = ["SLACK", "DISCORD", "GITHUB"] as const;
export type BotType = (typeof botTypes)[number];

export const isBotType = (type: IntegrationType): type is BotType =>
  (botTypes as readonly IntegrationType[]).includes(type);

/** `auto`: every message of people there is answered; `manual`: those that mention the bot. */
export type ChannelMode = "auto" | "manual";

/** A channel, or a repository, in which the bot answers. */
export interface IntegrationChannel {
  /** The service's own id; of a repository `owner/name`. */
  id: string;
  name: string;
  mode: ChannelMode;
}

/** What the service said of the account when its credentials were checked. */
export interface ServiceFacts {
  /** The bot's own id, as its messages and mentions of it carry it. */
  accountId?: string;
  /** Slack: the workspace, which its deliveries name. Discord: the application. GitHub: the App's slug. */
  teamId?: string;
  /** Confluence: the path under which it stands where its address names none: `/wiki`, or nothing. */
  contextPath?: string;
}
