import "server-only";
import { blobAddress, treeAddress } from "@/components/code/code-address";
import type { FileView, RepositoryView, SearchAsked, SearchView } from "@/components/code/search-types";
import type { CodeFound } from "@/lib/features/code-search/commands/search-code";
import type { FoundFile, VisibleRepository } from "@/lib/features/code-search/engine/types";
import { highlightLines, isColouredSoon } from "@/lib/platform/code/highlight/highlight";
import { foundLines, type LineToken, linesOf, markedPath } from "./found-lines";

/** What is found is shown without colours sooner than it is waited for; longer where a language is coloured for the first time. */
const colourForMs = 700;
const firstColourForMs = 2_500;
const coloursAtOnce = 4;
/** Of a file with longer lines, such as generated code, none is coloured. */
const longestColoured = 20_000;

/** What was found, as the page shows it. */
export async function searchView(
  asked: SearchAsked,
  found: CodeFound,
  attemptId: string | null,
): Promise<SearchView> {
  const byId = new Map(found.repositories.map((repository) => [repository.sourceId, repository]));
  const groups = new Map<string, FileView[]>();
  const views = await viewsOf(found.files, byId);
  for (const [index, { sourceId }] of found.files.entries()) {
    const view = views[index];
    if (!view) continue;
    const group = groups.get(sourceId);
    if (group) group.push(view);
    else groups.set(sourceId, [view]);
  }
  const repositories = [...groups].flatMap(([sourceId, files]): RepositoryView[] => {
    const repository = byId.get(sourceId);
    if (!repository) return [];
    const { name, guru, problem } = repository;
    return [{ name, href: treeAddress({ repository: name }), guru, problem, files }];
  });
  return {
    asked,
    attemptId,
    repositories,
    facets: {
      repositories: facetsByName(found, byId),
      languages: found.facets.languages
        .filter((facet) => facet.value !== "")
        .map(({ value, files, matches }) => ({ value, label: value, files, matches })),
    },
    matchCount: found.stats.matchCount,
    fileCount: found.stats.fileCount,
    durationMs: found.stats.durationMs,
    isExhaustive: found.isExhaustive,
    endedBy: found.endedBy,
  };
}

/** One repository may be a source of several gurus; by its name it is one choice. */
function facetsByName(found: CodeFound, byId: ReadonlyMap<string, VisibleRepository>) {
  const facets = new Map<string, { value: string; label: string; files: number; matches: number }>();
  for (const { value, files, matches } of found.facets.repositories) {
    const name = byId.get(value)?.name;
    if (name === undefined) continue;
    const known = facets.get(name) ?? { value: name, label: name, files: 0, matches: 0 };
    facets.set(name, { ...known, files: known.files + files, matches: known.matches + matches });
  }
  return [...facets.values()];
}

async function viewsOf(files: readonly FoundFile[], byId: ReadonlyMap<string, VisibleRepository>) {
  const views: (FileView | null)[] = files.map(() => null);
  const isFirst = files.some(({ language }) => language !== null && !isColouredSoon(language));
  const until = Date.now() + (isFirst ? firstColourForMs : colourForMs);
  let next = 0;
  const work = async () => {
    for (let at = next++; at < files.length; at = next++) {
      const file = files[at];
      const repository = file && byId.get(file.sourceId);
      if (file && repository) views[at] = await viewOf(file, repository, until - Date.now());
    }
  };
  await Promise.all(Array.from({ length: coloursAtOnce }, work));
  return views;
}

async function viewOf(file: FoundFile, repository: VisibleRepository, waitMs: number): Promise<FileView> {
  const tokens = waitMs > 0 ? await coloursOf(file, waitMs) : [];
  const main = repository.branches.find((branch) => branch.isDefault)?.name;
  const isOnDefault = main === undefined || file.branches.includes(main);
  const [elsewhere] = file.branches;
  return {
    name: file.path,
    path: markedPath(file.path, file.pathRanges),
    href: blobAddress({
      repository: repository.name,
      path: file.path,
      ...(isOnDefault || elsewhere === undefined ? {} : { revision: elsewhere }),
    }),
    language: file.language,
    branches: isOnDefault && file.branches.length === 1 ? [] : file.branches,
    matches: file.chunks.reduce((sum, chunk) => sum + chunk.matchRanges.length, 0),
    chunks: file.chunks.map((chunk, index) => foundLines(chunk, tokens[index])),
  };
}

/** The colours of a file's chunks, line by line; nothing where they take too long or fail. */
async function coloursOf(file: FoundFile, waitMs: number): Promise<LineToken[][][]> {
  const texts = file.chunks.map((chunk) => linesOf(chunk.content));
  const all = texts.flat();
  if (file.language === null || all.some((line) => line.length > longestColoured)) return [];
  // All chunks at once: it is the asking that costs.
  const range = { fromLine: 1, toLine: all.length };
  const lines = await highlightLines(file.language, all.join("\n"), range, waitMs);
  const tokens = lines.map((pieces) =>
    pieces.map(({ className, text }) => ({ length: text.length, look: className || null })),
  );
  let from = 0;
  return texts.map((chunk) => {
    from += chunk.length;
    return tokens.slice(from - chunk.length, from);
  });
}
