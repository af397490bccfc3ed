import type { FolderEntry, OutlineSymbol, SymbolOutcome } from "@/lib/features/code-search/engine/types";
import type { Result } from "@/lib/platform/errors";

/** A piece of a line and the highlighter's class for it. */
export type CodeToken = readonly [text: string, look: string | null];

export interface CodeRow {
  number: number;
  tokens: readonly CodeToken[];
  /** Characters of the line that are not shown. */
  cut: number;
}

export interface LineRange {
  first: number;
  last: number;
}

/** A file as it is shown: at most so many lines of it. */
export interface ShownFile {
  language: string | null;
  bytes: number;
  lines: number;
  rows: readonly CodeRow[];
  marked: LineRange | null;
  /** Addresses of the lines before and behind; null where there are none. */
  before: string | null;
  after: string | null;
  outline: readonly OutlineSymbol[];
  /** Why there is no text. */
  problem: string | null;
}

/** Entries by folder; the root is "". */
export type Folders = ReadonlyMap<string, readonly FolderEntry[]>;

export interface ViewedRepository {
  name: string;
  /** As the address has it; null is the default branch. */
  revision: string | null;
  /** What is shown: the name of a branch or a tag, or a commit. */
  shown: string;
  commit: string;
  branches: readonly { name: string; isDefault: boolean }[];
  tags: readonly string[];
  /** Of which tags nothing is known, in words. */
  tagsNote: string | null;
}

export interface ViewerProps {
  repository: ViewedRepository;
  path: string;
  /** The root and every folder down to what is shown. */
  folders: Folders;
  /** Null: a folder is shown. */
  file: ShownFile | null;
  /** The same file or folder on its host. */
  hostUrl: string | null;
  findReferencesAction: SymbolAction;
  gotoDefinitionAction: SymbolAction;
}

export interface SymbolAsked {
  attemptId: string;
  symbolName: string;
  /** Null: in all repositories that the person may see. */
  repoName: string | null;
  revisionName: string | null;
  language: string | null;
}

/** What was found, with the names of the repositories in which it was. */
export interface SymbolAnswer extends SymbolOutcome {
  repositories: readonly { sourceId: string; name: string }[];
}

export type SymbolAction = (asked: SymbolAsked) => Promise<Result<SymbolAnswer>>;

/** What somebody asks about a symbol. */
export interface SymbolQuestion {
  act: "references" | "definitions";
  symbol: string;
  /** Of the file it stands in: only files of that are looked through. */
  language: string | null;
  /** Null: all repositories, each at its default branch. */
  within: { repository: string; revision: string | null } | null;
}

/** A file that a result leads to. */
export interface FilePlace {
  repository: string;
  revision: string | null;
  path: string;
}

/** What a hover shows of a definition: its place and its one line, never more of the file. */
export interface DefinitionPreview {
  definitions: readonly { path: string; line: number; kind: string; text: string }[];
  /** There are more than these. */
  more: boolean;
}
