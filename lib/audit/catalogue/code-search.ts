import { z } from "zod";
import { defineEvent } from "./define";

const search = { model: "CodeSearch", targetType: "org", actionType: "access", fixed: true } as const;
const door = z.enum(["ui", "api", "mcp"]);
const found = {
  door,
  matchCount: z.number().int(),
  fileCount: z.number().int(),
  /** Nothing that matches was left out, for reasons of time or of number. */
  isExhaustive: z.boolean(),
};
const symbol = {
  ...found,
  language: z.string().optional(),
  repository: z.string().optional(),
  revision: z.string().optional(),
};

export const codeSearched = defineEvent({
  ...search,
  action: "user.performed_code_search",
  operation: "CODE_SEARCH",
  details: {
    ...found,
    /** Chosen beside the query. */
    repositories: z.array(z.string()).optional(),
    languages: z.array(z.string()).optional(),
    /** More than the lines that match was given: the files as a whole, or so many lines around each. */
    whole: z.literal(true).optional(),
    contextLines: z.number().int().optional(),
    /** How the query was to be read, where that was said beside it. */
    isRegexEnabled: z.literal(false).optional(),
    isCaseSensitivityEnabled: z.boolean().optional(),
  },
  when: "somebody searches the code of the repositories they may see; the query as typed, recorded before what was found leaves",
});
export const referencesFound = defineEvent({
  ...search,
  action: "user.performed_find_references",
  operation: "FIND_REFERENCES",
  details: symbol,
  when: "somebody has the uses of a symbol shown; the symbol",
});
export const definitionSought = defineEvent({
  ...search,
  action: "user.performed_goto_definition",
  operation: "GOTO_DEFINITION",
  details: symbol,
  when: "somebody asks where a symbol is defined; the symbol",
});
export const fileViewed = defineEvent({
  model: "CodeSearch",
  targetType: "file",
  action: "file.viewed",
  operation: "FILE_READ",
  actionType: "access",
  details: { door, repository: z.string(), revision: z.string(), commit: z.string(), path: z.string() },
  when: "a file of a repository is read, in the viewer, by a key or by a tool; `repository@revision:path`, before its text leaves",
});
