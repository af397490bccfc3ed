/** What a person asked for; all of it stands in the address. */
export interface SearchAsked {
  query: string;
  /** Names of repositories and of languages, added to the query by the server. */
  repositories: string[];
  languages: string[];
  /** Matches after which the search ends. */
  matches: number;
}

/** A piece of a line: its text, the highlighter's class, whether it is a match. */
export type LineSpan = readonly [text: string, look: string | null, isMatch: boolean];

export interface FoundLine {
  number: number;
  spans: readonly LineSpan[];
  /** How many of the matches begin in this line; 0 for context. */
  matches: number;
}

/** Neighbouring lines; the next chunk is further down in the file. */
export interface FoundChunk {
  lines: readonly FoundLine[];
}

export interface FileView {
  path: readonly LineSpan[];
  /** The path as text. */
  name: string;
  /** Address of the file in the viewer. */
  href: string;
  language: string | null;
  branches: readonly string[];
  matches: number;
  chunks: readonly FoundChunk[];
}

export interface RepositoryView {
  name: string;
  href: string;
  guru: { name: string; slug: string };
  /** Why it could not be indexed the last time: what is shown may be old. */
  problem: string | null;
  files: readonly FileView[];
}

/** @property label what is shown; `value` is what stands in the address */
export interface FacetView {
  value: string;
  label: string;
  files: number;
  matches: number;
}

export interface SearchView {
  asked: SearchAsked;
  /** Under which it was recorded; null where the form had none. */
  attemptId: string | null;
  repositories: readonly RepositoryView[];
  facets: { repositories: readonly FacetView[]; languages: readonly FacetView[] };
  matchCount: number;
  fileCount: number;
  durationMs: number;
  isExhaustive: boolean;
  endedBy: "matches" | "deadline" | "size" | "index" | null;
}

/** A repository that may be searched, for the page around the results. */
export interface SearchableRepository {
  name: string;
  guru: { name: string; slug: string };
  isIndexed: boolean;
  /** What of it can be searched is of a former version, and is being indexed anew. */
  isOutdated: boolean;
  problem: string | null;
}

export interface SearchPageFacts {
  repositories: readonly SearchableRepository[];
  languages: string[];
  /** Gurus whose sources the person may change: where a repository is added. */
  ownGurus: readonly { name: string; slug: string }[];
}

export interface Completion {
  text: string;
  label: string;
  detail: string;
}

/** What the text around a caret may be completed to, and which part of it that replaces. */
export type Complete = (
  text: string,
  caret: number,
  facts: { repositories: string[]; languages: string[] },
) => { from: number; to: number; items: readonly Completion[] };

/** What the server action answers, as far as the page looks at it. */
export type SearchAnswer =
  | { ok: true; value: SearchView | null }
  | {
      ok: false;
      code: string;
      message: string;
      fieldErrors?: Record<string, string[]>;
      values?: Record<string, string>;
    };
