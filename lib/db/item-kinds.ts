/** Kinds of sources that backfill jobs bring in: the text stands in `content`. */
export const itemKinds = ["JIRA", "CONFLUENCE", "ZENDESK", "SLACK", "DISCORD", "GITHUB_ISSUE"] as const;
export type ItemKind = (typeof itemKinds)[number];
