import { readSearchAddress } from "@/components/code/search-address";
import type { SearchAsked } from "@/components/code/search-types";
import { parseQuery } from "@/lib/features/code-search/query/parse";

/** What a form of the page sent; anybody can send anything. */
export function askedInForm(form: FormData): SearchAsked {
  const texts = (name: string) => form.getAll(name).filter((value) => typeof value === "string");
  return readSearchAddress({
    query: texts("query"),
    repo: texts("repo"),
    lang: texts("lang"),
    matches: texts("matches"),
  });
}

/**
 * The query as typed, with the chosen repositories and languages as terms of their own. One that cannot be read stays
 * alone, so that the place of its error is the one in the field.
 */
export function filteredQuery({ query, repositories, languages }: SearchAsked): string {
  const filters = [
    anyOf(repositories.map((name) => `repo:"^${quoted(escaped(name))}$"`)),
    anyOf(languages.map((name) => `lang:"${quoted(escaped(name))}"`)),
  ].filter((filter) => filter !== "");
  if (filters.length === 0 || !parseQuery(query).ok) return query;
  // The spaces make it a group whatever it begins with.
  return `( ${query} ) ${filters.join(" ")}`;
}

/** How far the typed query is moved by what stands before it. */
export const movedBy = "( ".length;

const anyOf = (terms: string[]): string =>
  terms.length > 1 ? `( ${terms.join(" or ")} )` : (terms[0] ?? "");

/** Every sign that a regular expression, or a quotation, would understand otherwise. */
const escaped = (name: string): string => name.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
const quoted = (text: string): string => text.replace(/"/g, '\\"');
