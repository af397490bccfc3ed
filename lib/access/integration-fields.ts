import type { IntegrationType } from "./integration-types";

/** A field of the form that makes an integration. */
export interface IntegrationField {
  name: string;
  label: string;
  hint: string;
  /** A credential: never shown again, but for its first four characters. */
  isSecret: boolean;
  /** A text of several lines, such as a key in PEM. */
  isLong?: boolean;
  placeholder?: string;
}

export interface IntegrationKind {
  type: IntegrationType;
  /** As the service calls itself. */
  title: string;
  /** What it is good for, in a sentence. */
  purpose: string;
  /** The API of everybody's instance; null where each customer has an address of their own. */
  defaultBaseUrl: string | null;
  baseUrlHint: string;
  fields: readonly IntegrationField[];
}

const botToken = (hint: string, placeholder: string): IntegrationField => ({
  name: "botToken",
  label: "Bot token",
  hint,
  isSecret: true,
  placeholder,
});

const account: readonly IntegrationField[] = [
  {
    name: "email",
    label: "Email",
    hint: "Of the account that the API token belongs to.",
    isSecret: false,
    placeholder: "bot@example.com",
  },
  { name: "apiToken", label: "API token", hint: "Made in that account's settings.", isSecret: true },
];

/** The six services, with what each asks for. */
export const integrationKinds: Readonly<Record<IntegrationType, IntegrationKind>> = {
  SLACK: {
    type: "SLACK",
    title: "Slack",
    purpose: "A bot that answers in channels and direct messages.",
    defaultBaseUrl: "https://slack.com/api",
    baseUrlHint: "Of Slack's Web API. Leave it as it is, unless yours is reached by another.",
    fields: [
      botToken("Slack app > OAuth & Permissions > Bot User OAuth Token.", "xoxb-…"),
      {
        name: "signingSecret",
        label: "Signing secret",
        hint: "Slack app > Basic Information > App Credentials.",
        isSecret: true,
      },
    ],
  },
  DISCORD: {
    type: "DISCORD",
    title: "Discord",
    purpose: "A bot that answers in the channels of a server.",
    defaultBaseUrl: "https://discord.com/api/v10",
    baseUrlHint: "Of Discord's HTTP API. Leave it as it is, unless yours is reached by another.",
    fields: [botToken("Developer Portal > your application > Bot > Token.", "MTA…")],
  },
  GITHUB: {
    type: "GITHUB",
    title: "GitHub",
    purpose: "A GitHub App that answers in issues.",
    defaultBaseUrl: "https://api.github.com",
    baseUrlHint:
      "Of GitHub's REST API. Of your own GitHub Enterprise Server: https://github.example.com/api/v3.",
    fields: [
      {
        name: "appId",
        label: "App ID",
        hint: "GitHub App > General > About.",
        isSecret: false,
        placeholder: "123456",
      },
      {
        name: "installationId",
        label: "Installation ID",
        hint: "The number at the end of the address of the App's installation.",
        isSecret: false,
        placeholder: "7654321",
      },
      {
        name: "privateKey",
        label: "Private key",
        hint: "GitHub App > General > Private keys: the whole .pem file.",
        isSecret: true,
        isLong: true,
      },
      {
        name: "webhookSecret",
        label: "Webhook secret",
        hint: "GitHub App > General > Webhook > Secret.",
        isSecret: true,
      },
    ],
  },
  JIRA: {
    type: "JIRA",
    title: "Jira",
    purpose: "Issues as data sources, by a backfill job.",
    defaultBaseUrl: null,
    baseUrlHint: "Such as https://example.atlassian.net.",
    fields: account,
  },
  CONFLUENCE: {
    type: "CONFLUENCE",
    title: "Confluence",
    purpose: "Pages as data sources, by a backfill job.",
    defaultBaseUrl: null,
    baseUrlHint: "Such as https://example.atlassian.net, or https://wiki.example.com of your own.",
    fields: account,
  },
  ZENDESK: {
    type: "ZENDESK",
    title: "Zendesk",
    purpose: "Tickets and help articles as data sources, by a backfill job.",
    defaultBaseUrl: null,
    baseUrlHint: "Such as https://example.zendesk.com.",
    fields: account,
  },
};
