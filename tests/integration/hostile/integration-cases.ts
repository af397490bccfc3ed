import { randomUUID } from "node:crypto";
import { type Case, member } from "./case";

/** Where nothing listens: the service is asked before anything is kept, so nothing is. */
const nowhere = "http://127.0.0.1:9";

/** Integrations: what is typed goes to the service first, and credentials show nowhere. */
export const integrationCases: Record<string, Case> = {
  "create-integration": {
    by: member,
    input: (w) => ({
      ...{ guru: w.guru.slug, type: "GITHUB", baseUrl: nowhere, appId: "1", installationId: "2" },
      ...{ privateKey: `{${w.word()}}`, webhookSecret: w.word() },
    }),
    shown: {},
  },
  "replace-credentials": {
    by: member,
    input: (w) => ({
      ...{ guru: w.guru.slug, id: randomUUID(), type: "SLACK", baseUrl: nowhere },
      ...{ botToken: w.word(), signingSecret: w.word() },
    }),
    shown: {},
  },
  "use-secrets": {
    by: member,
    input: (w) => ({ guru: w.guru.slug, names: [w.word()], type: "SLACK", host: "slack.example" }),
    shown: {},
    silent: true,
    // Both commands above make them of what was typed.
    inner: ["names[]", "type", "host"],
  },
  "edit-integration": {
    by: member,
    input: (w) => ({ guru: w.guru.slug, id: randomUUID(), add: w.word(), addMode: "auto" }),
    shown: {},
  },
  "list-channels": { by: member, input: (w) => ({ guru: w.guru.slug, id: randomUUID() }), shown: {} },
  "delete-integration": { by: member, input: (w) => ({ guru: w.guru.slug, id: randomUUID() }), shown: {} },
};
