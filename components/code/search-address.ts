import type { SearchAsked } from "./search-types";

/** Lines shown before and behind each match. */
export const contextLines = 2;
/** The limits that "Load more" goes through, the first being that of a new search. */
export const matchLimits = [100, 500, 2_000, 10_000] as const;

/** The longest query that is searched for; the parser says so about longer ones. */
const maxQuery = 4_000;

const maxChosen = 50;

export type AddressParams = Record<string, string | string[] | undefined>;

/** The limit after this one; null at the end. */
export function nextLimit(matches: number): number | null {
  return matchLimits.find((limit) => limit > matches) ?? null;
}

/** What an address asks for. Anybody writes addresses: what makes no sense is left out. */
export function readSearchAddress(params: AddressParams): SearchAsked {
  const wanted = Number(all(params.matches)[0]);
  return {
    query: (all(params.query)[0] ?? "").slice(0, maxQuery + 1),
    repositories: chosen(params.repo),
    languages: chosen(params.lang),
    matches: matchLimits.find((limit) => limit === wanted) ?? matchLimits[0],
  };
}

/** The address that asks for this, with the parts in one order, so that equal searches have equal addresses. */
export function searchAddress(asked: SearchAsked): string {
  const params = new URLSearchParams();
  if (asked.query !== "") params.set("query", asked.query);
  for (const name of asked.repositories) params.append("repo", name);
  for (const name of asked.languages) params.append("lang", name);
  if (asked.matches !== matchLimits[0]) params.set("matches", String(asked.matches));
  const text = params.toString();
  return text ? `/search?${text}` : "/search";
}

/** The parameters of the browser's own address, in the shape that a page gets. */
export function paramsOf(search: string): AddressParams {
  const params = new URLSearchParams(search);
  return Object.fromEntries([...new Set(params.keys())].map((key) => [key, params.getAll(key)]));
}

/** The form that the search's action takes. */
export function searchForm(asked: SearchAsked, attemptId: string): FormData {
  const form = new FormData();
  form.set("query", asked.query);
  for (const name of asked.repositories) form.append("repo", name);
  for (const name of asked.languages) form.append("lang", name);
  form.set("matches", String(asked.matches));
  form.set("attemptId", attemptId);
  return form;
}

function all(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : [value].flat();
}

function chosen(value: string | string[] | undefined): string[] {
  return [...new Set(all(value).filter((name) => name !== "" && name.length <= 300))]
    .sort()
    .slice(0, maxChosen);
}
