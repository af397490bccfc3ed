import type { Query } from "../query/ast";

/** A branch that is searched, or a tag that was chosen like one. */
export interface SearchedBranch {
  name: string;
  commit: string;
  isDefault: boolean;
  isTag: boolean;
  /** At its commit; none has the name of a branch. */
  tags: string[];
}

/** A repository as somebody may see it, at one state of its index. */
export interface VisibleRepository {
  sourceId: string;
  /** The API's number of it. */
  number: number;
  /** "host/owner/name". */
  name: string;
  guru: { id: string; slug: string; name: string };
  webUrl: string | null;
  /** Bit n of a file's branches is the nth of these; the first is the default one. */
  branches: SearchedBranch[];
  /** Of which tags nothing is known, in words. */
  tagsNote: string | null;
  /** 0 = nothing is indexed yet. */
  generation: number;
  /** It is indexed in a form of another version, and will be anew: a search may find less in it than there is. */
  isOutdated: boolean;
  files: number;
  bytes: number;
  indexedAt: Date | null;
  /** Why it could not be indexed the last time, in words. */
  problem: string | null;
}

/** Of a file: byte in UTF-8 from 0, line from 1, column in code points from 1. */
export interface Location {
  byteOffset: number;
  lineNumber: number;
  column: number;
}

/** From the first character to behind the last. */
export interface Range {
  start: Location;
  end: Location;
}

export interface Chunk {
  /** Whole lines: those with matches, and context around them; neighbours are one chunk. */
  content: string;
  contentStart: Location;
  matchRanges: Range[];
  /** Of `sym:` queries: for each range the symbol that it is. */
  symbols?: { symbol: string; kind: string; parent?: string }[];
}

export interface FoundFile {
  sourceId: string;
  path: string;
  language: string | null;
  /** Of the repository's, by name. */
  branches: string[];
  /** What of the path matched. */
  pathRanges: Range[];
  chunks: Chunk[];
  /** The whole file, where it was asked for. */
  content?: string;
}

export interface SearchRequest {
  query: Query;
  /** Those that may be searched; nothing else is looked at. */
  repositories: readonly VisibleRepository[];
  /** Matches after which the search ends. */
  matches: number;
  /** Lines before and behind each match. */
  contextLines: number;
  /** Give the files' whole content. */
  whole: boolean;
  deadlineMs?: number;
  /** Of the text that is read for the answer, and of the answer; 64 MB by default and at most. */
  mostBytes?: number;
  signal?: AbortSignal;
}

export interface Facet {
  /** A repository's sourceId, or a language. */
  value: string;
  files: number;
  matches: number;
}

export interface SearchOutcome {
  /** By the repository's name, then path. */
  files: FoundFile[];
  /** Of the files that were looked at. */
  facets: { repositories: Facet[]; languages: Facet[] };
  stats: {
    durationMs: number;
    fileCount: number;
    matchCount: number;
    /** Files left after the filters on repository, path, language and branch. */
    filesConsidered: number;
    /** Files whose text was read. */
    filesLoaded: number;
    contentBytesLoaded: number;
    indexBytesLoaded: number;
    /** Postings looked up, and parts that they named. */
    ngramLookups: number;
    ngramMatches: number;
    segmentsScanned: number;
    waitMs: number;
    regexpsConsidered: number;
  };
  /** Nothing that matches is missing. */
  isExhaustive: boolean;
  /**
   * Why something may be missing. `size`: what was found is more than one answer holds; `index`: everything was looked at,
   * but a repository that may match is being indexed anew.
   */
  endedBy: "matches" | "deadline" | "size" | "index" | null;
}

export interface SymbolMatch {
  /** The line, or of a long one the piece around the match. */
  lineContent: string;
  /** In the file. */
  range: Range;
  /** Of a long line: characters of it before and behind the piece. */
  lineCut?: { before: number; behind: number };
}

export interface SymbolMatchFile {
  sourceId: string;
  path: string;
  language: string | null;
  matches: SymbolMatch[];
}

export interface SymbolOutcome {
  files: SymbolMatchFile[];
  matchCount: number;
  /** There may be more than what is given: it is 1,000, the deadline came first, or an index is not up to date. */
  isCapped: boolean;
  /** It is said of `isCapped` because a repository is being indexed anew. */
  isBeingIndexed: boolean;
}

export interface OutlineSymbol {
  name: string;
  kind: string;
  parent: string | null;
  line: number;
  column: number;
}

export interface CodeFile {
  sourceId: string;
  path: string;
  /** Name of the branch, the tag or the commit it was asked by. */
  revision: string;
  commit: string;
  language: string | null;
  bytes: number;
  lines: number;
  text: string;
}

export interface FolderEntry {
  name: string;
  path: string;
  kind: "folder" | "file";
}
