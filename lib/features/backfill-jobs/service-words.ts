import type { IntegrationType } from "@/lib/access/integration-types";

interface ServiceWords {
  name: string;
  /** The label, the hint and an example of its query field. */
  query: string;
  hint: string;
  example: string;
  /** What one item of it is, and several. */
  items: string;
}

/** What the pages say of each service a job can read. */
export const serviceWords: Record<IntegrationType, ServiceWords> = {
  JIRA: {
    name: "Jira",
    query: "JQL query",
    hint: "The issues that this finds, each with its comments, become sources.",
    example: "project = DOCS AND status = Done",
    items: "issues",
  },
  CONFLUENCE: {
    name: "Confluence",
    query: "CQL query",
    hint: "The pages and blog posts that this finds become sources.",
    example: "space = DOCS AND type = page",
    items: "pages",
  },
  ZENDESK: {
    name: "Zendesk",
    query: "Search",
    hint: "As in Zendesk’s own search, without type:. For articles it may be empty: then all are read.",
    example: "status:solved tags:howto",
    items: "tickets or articles",
  },
  SLACK: {
    name: "Slack",
    query: "Channel",
    hint: "Its name or id. The bot must be in it. Each day of it becomes a source.",
    example: "#support",
    items: "days",
  },
  DISCORD: {
    name: "Discord",
    query: "Channel",
    hint: "Its name or id. The bot must see it. Each day of it becomes a source.",
    example: "#support",
    items: "days",
  },
  GITHUB: {
    name: "GitHub",
    query: "Repository",
    hint: "As owner/name. Its issues, open and closed, each with its comments, become sources.",
    example: "acme/gateway",
    items: "issues",
  },
};
