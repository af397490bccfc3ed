import { billingRunbook } from "./billing-runbook";
import { dataWarehouse } from "./data-warehouse";
import { mobileSdk } from "./mobile-sdk";
import { onboarding } from "./onboarding";
import { platformDocs } from "./platform-docs";
import type { GuruSpec } from "./spec";
import { supportDesk } from "./support-desk";

export const gurus: readonly GuruSpec[] = [
  platformDocs,
  billingRunbook,
  supportDesk,
  onboarding,
  dataWarehouse,
  mobileSdk,
];

/** Somebody's attempt at a guru, deleted again in the course of the month with what is in it. */
export const shortLived: GuruSpec = {
  slug: "release-train",
  name: "Release train",
  description: "Which change leaves with which release?",
  topics: "releases",
  introText: "An attempt: ask about releases.",
  exampleQuestions: [],
  instructions: "",
  visibility: "private",
  maker: "b.whitaker",
  maintainers: ["m.solberg"],
  day: 8,
  weight: 1,
  texts: [
    {
      title: "Release 26.10",
      content: `# Release 26.10

The export shows its progress and can be cancelled. Reports take the language of the account. The old sign-in page is gone.`,
    },
    {
      title: "Release 26.11",
      content: `# Release 26.11

Exports no longer stop at 99 %. Webhooks are signed. The limit of the gateway is 600 requests a minute a client.`,
    },
  ],
  notes: ["Two changes moved to the next release."],
  edits: [{ introText: "An attempt: ask which change left with which release." }],
  questions: ["What is in 26.11?", "are webhooks signed", "When does the next train leave?"],
};
