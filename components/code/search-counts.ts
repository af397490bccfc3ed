import type { SearchView } from "./search-types";

const count = (n: number, one: string, many: string) =>
  `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;

/** "1,234 matches in 56 files", with "at least" where the search ended early. */
export function countText(view: Pick<SearchView, "matchCount" | "fileCount" | "isExhaustive">): string {
  const { matchCount, fileCount, isExhaustive } = view;
  const text = `${count(matchCount, "match", "matches")} in ${count(fileCount, "file", "files")}`;
  return isExhaustive ? text : `at least ${text}`;
}

/** How long the search took, in seconds from a tenth of one on. */
export function durationText(ms: number): string {
  return ms < 100 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1000).toFixed(ms < 995 ? 2 : 1)} s`;
}

/** Why something may be missing, and what to do; null when nothing is. */
export function endedText(
  view: Pick<SearchView, "endedBy" | "isExhaustive" | "matchCount">,
  canLoadMore: boolean,
): string | null {
  if (view.isExhaustive) return null;
  if (view.endedBy === "matches")
    return canLoadMore
      ? "The search stopped at its limit of matches. Load more, or narrow it with repo:, lang: or file:."
      : "The search stopped at its largest limit of matches. Narrow it with repo:, lang: or file:.";
  if (view.endedBy === "size")
    return "What was found is more than one answer holds. Narrow it with repo:, lang: or file:.";
  if (view.endedBy === "index")
    return "A repository is being indexed anew, so what matches in it may be missing. Search again in a moment.";
  const what = view.matchCount === 0 ? "The time ran out before anything was found." : "The time ran out.";
  return `${what} Give at least three letters in a row that must occur, or narrow it with repo:, lang: or file:.`;
}

/** The part of a query around a place in it, and how far into that part the place is. */
export function queryAround(
  query: string,
  position: number,
  reach = 32,
): { text: string; caret: number; hasMore: boolean } {
  const at = Math.min(Math.max(position, 0), query.length);
  const from = Math.max(0, at - reach);
  const to = Math.min(query.length, at + reach);
  const cut = query.slice(from, to).replace(/\s/g, " ");
  const text = `${from > 0 ? "…" : ""}${cut}${to < query.length ? "…" : ""}`;
  return { text, caret: at - from + (from > 0 ? 1 : 0), hasMore: from > 0 || to < query.length };
}
