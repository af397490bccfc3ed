import { type Case, member } from "./case";
import { detail, type Shown } from "./shown";

const asTyped: Shown = (event, text) => [event.metadata?.message, text];
const symbol: Case = {
  by: member,
  input: (w) => ({
    symbolName: w.word(),
    language: w.word(),
    revisionName: w.word(),
    repoName: w.word(),
    door: "ui",
  }),
  shown: {
    symbolName: asTyped,
    language: detail("language"),
    revisionName: detail("revision"),
    repoName: detail("repository"),
  },
  oneOf: 12,
};

/** The search of code, by whatever door. */
export const codeCases: Record<string, Case> = {
  "search-code": {
    by: member,
    input: (w) => ({ query: w.word(), matches: 10, contextLines: 0, whole: false, door: "ui" }),
    shown: { query: asTyped },
  },
  "find-references": symbol,
  "goto-definition": symbol,
  "view-file": {
    by: member,
    input: (w) => ({ repository: w.word(), path: w.word(), revision: w.word(), door: "ui" }),
    shown: {},
  },
};
