import "server-only";
import { noRequest } from "@/lib/access/principal";
import { inOrganization } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { Refusal } from "@/lib/platform/errors";
import { hasFile, listFolder, outlineOf } from "./engine/read";
import type { FolderEntry, OutlineSymbol, VisibleRepository } from "./engine/types";
import { previewText } from "./preview-text";
import { visibleRepositories } from "./repositories";
import { isNamed } from "./revisions";
import { findSymbol } from "./symbol-search";
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
    db,
    principal,
    input: { repository, revision, language, symbol },
  }): Promise<{ definitions: PreviewedDefinition[]; more: boolean } | null> {
    const asked = { symbolName: symbol, repoName: repository, revisionName: revision, language };
    try {
      const found = await findSymbol(
        "definitions",
        { ...asked, door: "ui" },
        { principal, request: noRequest },
      );
      const all = found.files.flatMap(({ sourceId, path, matches }) =>
        matches.map(({ lineContent, range }) => ({
          sourceId,
          path,
          line: range.start.lineNumber,
          // An outline counts in UTF-16 units.
          column: [...lineContent].slice(0, range.start.column - 1).join("").length + 1,
          text: lineContent,
        })),
      );
      const definitions: PreviewedDefinition[] = [];
      for (const { sourceId, path, line, column, text } of all.slice(0, mostShown)) {
        const from = found.repositories.find((each) => each.sourceId === sourceId);
        const known = from ? await outlineOf(db, from, path, revision) : [];
        const here = known?.find((each) => each.line === line && each.column === column);
        // It may be spelt otherwise than where it is used.
        const { kind, name } = here ?? { kind: "definition", name: symbol };
        definitions.push({ path, line, kind, text: previewText(text, { name, kind, column }) });
      }
      return { definitions, more: all.length > mostShown || found.isCapped };
    } catch (error) {
      if (error instanceof Refusal) return null;
      throw error;
    }
  },
});
