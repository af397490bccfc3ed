import "server-only";
import type { CodeFound } from "../commands/search-code";
import type { Chunk, FoundFile, SearchOutcome, VisibleRepository } from "../engine/types";
import { type Addresses, fileUrl, repositoryInfo, revisionOf } from "./web-addresses";

/** The one reason to end that clients of both generations have a word for. */
const tooLarge = { number: 4, name: "FLUSH_REASON_MAX_SIZE" };

const nanoseconds = (ms: number) => Math.round(ms * 1e6);

/** Counts of a search in the words that clients know. What our engine does not have is 0. */
function statsOf({ stats: s }: SearchOutcome) {
  return {
    duration: nanoseconds(s.durationMs),
    fileCount: s.fileCount,
    matchCount: s.matchCount,
    filesSkipped: 0,
    contentBytesLoaded: s.contentBytesLoaded,
    indexBytesLoaded: s.indexBytesLoaded,
    crashes: 0,
    shardFilesConsidered: 0,
    filesConsidered: s.filesConsidered,
    filesLoaded: s.filesLoaded,
    shardsScanned: s.segmentsScanned,
    shardsSkipped: 0,
    shardsSkippedFilter: 0,
    ngramMatches: s.ngramMatches,
    ngramLookups: s.ngramLookups,
    wait: nanoseconds(s.waitMs),
    matchTreeConstruction: 0,
    matchTreeSearch: 0,
    regexpsConsidered: s.regexpsConsidered,
  };
}

/** The answer of `POST /api/search`, in the shapes of both generations at once. */
export function searchAnswer(found: CodeFound, addresses: Addresses, isBranchFilteringEnabled: boolean) {
  const stats = statsOf(found);
  const isTooLarge = found.endedBy === "size";
  const bySource = new Map(found.repositories.map((r) => [r.sourceId, r]));
  const files = found.files.flatMap((file) => {
    const repository = bySource.get(file.sourceId);
    return repository ? [fileAnswer(file, repository, addresses)] : [];
  });
  const shown = new Set(found.files.map((file) => file.sourceId));
  const given = found.files.reduce(
    (sum, file) => sum + file.chunks.reduce((n, chunk) => n + chunk.matchRanges.length, 0),
    0,
  );
  return {
    zoektStats: { ...stats, flushReason: isTooLarge ? tooLarge.number : 0 },
    stats: {
      ...stats,
      actualMatchCount: given,
      totalMatchCount: found.stats.matchCount,
      flushReason: isTooLarge ? tooLarge.name : "FLUSH_REASON_UNKNOWN_UNSPECIFIED",
    },
    files,
    repositoryInfo: found.repositories.filter((r) => shown.has(r.sourceId)).map(repositoryInfo),
    isBranchFilteringEnabled,
    isSearchExhaustive: found.isExhaustive,
  };
}

function fileAnswer(file: FoundFile, repository: VisibleRepository, addresses: Addresses) {
  const { path, pathRanges, language, branches, chunks, content } = file;
  return {
    fileName: { text: path, matchRanges: pathRanges },
    webUrl: fileUrl(addresses, repository, revisionOf(repository, branches), path),
    repository: repository.name,
    repositoryId: repository.number,
    language: language ?? "",
    chunks: chunks.map(chunkAnswer),
    branches,
    ...(content === undefined ? {} : { content }),
  };
}

function chunkAnswer({ content, contentStart, matchRanges, symbols }: Chunk) {
  return {
    content,
    matchRanges,
    contentStart,
    // Clients read the parent as a symbol, too; of which kind it is is not known.
    ...(symbols
      ? {
          symbols: symbols.map(({ symbol, kind, parent }) => ({
            symbol,
            kind,
            ...(parent === undefined ? {} : { parent: { symbol: parent, kind: "" } }),
          })),
        }
      : {}),
  };
}
