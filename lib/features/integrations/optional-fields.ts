import type { IntegrationType } from "@/lib/access/integration-types";

/** A Jira or Confluence of one's own takes a personal access token, which names its account itself. */
const optional: Partial<Record<IntegrationType, readonly string[]>> = {
  JIRA: ["email"],
  CONFLUENCE: ["email"],
};

export const isOptional = (type: IntegrationType, field: string): boolean =>
  optional[type]?.includes(field) ?? false;
