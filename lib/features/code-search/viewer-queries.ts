import "server-only";
import { noRequest } from "@/lib/access/principal";
import { inOrganization } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { Refusal } from "@/lib/platform/errors";
import { hasFile, listFolder, outlineOf } from "./engine/read";
import type { FolderEntry, OutlineSymbol, VisibleRepository } from "./engine/types";
import { Columns } from "./long-lines";
import { previewText } from "./preview-text";
import { visibleRepositories } from "./repositories";
import { isNamed } from "./revisions";
import { type MatchedSymbol, matchedSymbols } from "./symbol-lines";
import { searchSymbol } from "./symbol-search";
import type { FolderQuestion, PreviewQuestion } from "./viewer-schemas";

/** What of the tree is shown: the asked folders that are there. */
export interface ShownFolders {
  repository: VisibleRepository;
  folders: [folder: string, entries: FolderEntry[]][];
}

interface FoldersAsked {
  repository: string;
  revision: string | null;
  /** The root first; the last is what is shown, or holds the file that is. */
  folders: readonly string[];
  file: string | null;
}

const isRevision = ({ branches }: VisibleRepository, revision: string | null): boolean =>
  revision === null || revision === "HEAD" || branches.some((branch) => isNamed(branch, revision));

/**
 * Folders of a repository whose code the person may see; null where there are none. Names alone, no text of a file: no
 * event. Several gurus may have the same repository: the first that has what is asked for is it.
 */
export const codeFolders = query({
  allow: inOrganization<FoldersAsked>("code:search"),
  async run({ db, principal, input }): Promise<ShownFolders | null> {
    const named = (await visibleRepositories(db, principal)).filter(({ name }) => name === input.repository);
    for (const repository of named.filter(({ generation }) => generation > 0)) {
      if (!isRevision(repository, input.revision)) continue;
      const folders: ShownFolders["folders"] = [];
      for (const folder of input.folders) {
        const entries = await listFolder(db, repository, folder, input.revision);
        if (entries && (entries.length > 0 || folder === "")) folders.push([folder, entries]);
      }
      const { file } = input;
      const [folder] = folders.at(-1) ?? [];
      if (folder !== input.folders.at(-1)) continue;
      const isThere = file === null || (await hasFile(db, repository, file, input.revision));
      if (isThere) return { repository, folders };
    }
    return null;
  },
});

/** A repository of this name of which nothing can be searched yet; null where there is none, or it is searched already. */
export const unindexedRepository = query({
  allow: inOrganization<string>("code:search"),
  async run({ db, principal, input }): Promise<VisibleRepository | null> {
    const named = (await visibleRepositories(db, principal)).filter(({ name }) => name === input);
    return named.some(({ generation }) => generation > 0) ? null : (named[0] ?? null);
  },
});

/** The entries of one folder, for a tree that is opened; null as above. */
export const codeFolder = query({
  allow: inOrganization<FolderQuestion>("code:search"),
  async run({ db, principal, input }): Promise<FolderEntry[] | null> {
    const { repository: name, revision, folder } = input;
    const named = (await visibleRepositories(db, principal)).filter((each) => each.name === name);
    for (const repository of named) {
      if (repository.generation === 0 || !isRevision(repository, revision)) continue;
      const entries = await listFolder(db, repository, folder, revision);
      if (entries && entries.length > 0) return entries;
    }
    return null;
  },
});

/**
 * The symbols of a file, for the page that shows it: the page asks for them once the view is recorded. There is no door to
 * this alone.
 */
export const codeOutline = query({
  allow: inOrganization<{ repository: VisibleRepository; path: string; revision: string | null }>(
    "code:search",
  ),
  async run({ db, input: { repository, path, revision } }): Promise<OutlineSymbol[]> {
    const symbols = await outlineOf(db, repository, path, revision);
    return symbols ?? [];
  },
});

/** A definition as a hover shows it: its place and, of its line, what declares it. */
interface PreviewedDefinition {
  path: string;
  line: number;
  kind: string;
  text: string;
}

const mostShown = 4;

/**
 * The definitions of a symbol in a repository, for a hover: name, place and signature. It is no act of the person, so it
 * leaves no event; therefore it gives nothing more of a file, and no value (decision 034). Null when too much is asked at
 * once.
 */
export const previewDefinition = query({
  allow: inOrganization<PreviewQuestion>("code:search"),
  async run({
    principal,
    input: { repository, revision, language, symbol },
  }): Promise<{ definitions: PreviewedDefinition[]; more: boolean } | null> {
    const asked = { symbolName: symbol, repoName: repository, revisionName: revision, language };
    try {
      const by = { principal, request: noRequest };
      // One more than is shown tells that there is more.
      const { outcome } = await searchSymbol("definitions", { ...asked, door: "ui" }, by, mostShown + 1);
      const definitions: PreviewedDefinition[] = [];
      for (const file of outcome.files)
        for (const found of matchedSymbols(file)) {
          if (definitions.length === mostShown) return { definitions, more: true };
          definitions.push(previewed(file.path, symbol, found));
        }
      return { definitions, more: !outcome.isExhaustive };
    } catch (error) {
      if (error instanceof Refusal) return null;
      throw error;
    }
  },
});

function previewed(path: string, asked: string, { match, symbol }: MatchedSymbol): PreviewedDefinition {
  const { lineContent, lineCut, range } = match;
  const { lineNumber, column } = range.start;
  // It may be spelt otherwise than where it is used.
  const { symbol: name, kind } = symbol ?? { symbol: asked, kind: "definition" };
  const at = new Columns(lineContent).place(column - (lineCut?.before ?? 0)) + 1;
  return { path, line: lineNumber, kind, text: previewText(lineContent, { name, kind, column: at }) };
}
