import { z } from "zod";

/** By which door a search comes: a page, the HTTP API, or a tool of a language model. */
const door = z.enum(["ui", "api", "mcp"]);

const longestQuery = 4_000;
const longestSymbol = 400;
const longestName = 1_000;

const yesOrNo = z.boolean("Send true or false.");
const text = (field: string, most: number) =>
  z
    .string(`Send ${field} as a text.`)
    .min(1, `Send ${field}.`)
    .max(most, `${field} has at most ${most.toLocaleString("en")} characters.`);
const count = (field: string, least: number, most: number) => {
  const message = `${field} takes a whole number from ${least} to ${most.toLocaleString("en")}.`;
  return z.int(message).min(least, message).max(most, message);
};

const search = z.strictObject({
  query: text("query", longestQuery),
  matches: count("matches", 1, 10_000),
  contextLines: count("contextLines", 0, 100).default(0),
  whole: yesOrNo.default(false),
  /** How the query is read: both as it says itself, where they are left out. */
  isRegexEnabled: yesOrNo.optional(),
  isCaseSensitivityEnabled: yesOrNo.optional(),
});
/** What a search takes over HTTP. Clients name themselves by `source`; nothing is made of it. */
export const searchBody = search.extend({ source: z.string("Send source as a text.").optional() });
/** Chosen beside the query, not typed: only in these repositories, only files of these languages; none = any. */
const chosen = z.array(z.string().min(1).max(longestName)).max(100);
export const searchCodeInput = search.extend({
  door,
  filters: z.strictObject({ repositories: chosen, languages: chosen }).optional(),
});

/** What a search for a symbol takes over HTTP; clients send what they do not know as null, too. */
export const symbolBody = z.strictObject({
  symbolName: text("symbolName", longestSymbol),
  language: text("language", 100).nullish(),
  revisionName: text("revisionName", longestName).nullish(),
  repoName: text("repoName", longestName).nullish(),
});
export const findSymbolInput = symbolBody.extend({ door });
export type SymbolAsked = z.output<typeof findSymbolInput>;

/** A file, by the repository's name; without a revision that of the default branch. */
export const viewFileInput = z.strictObject({
  repository: text("repository", longestName),
  path: text("path", 4_096),
  revision: text("revision", longestName).nullish(),
  door,
});
export type FileAsked = z.output<typeof viewFileInput>;

export const sourceBody = z.strictObject({
  fileName: text("fileName", 4_096),
  repository: text("repository", longestName),
  branch: text("branch", longestName).nullish(),
});
