"use client";
import { useRef } from "react";
import type { FacetView, SearchView } from "./search-types";

interface Known {
  query: string;
  repositories: readonly FacetView[];
  languages: readonly FacetView[];
}

/**
 * The facets to choose among. A search that is narrowed to a repository knows of no other; what an earlier search of the
 * same query found stays on offer, with its counts.
 */
export function useKnownFacets(view: SearchView | null): Omit<Known, "query"> {
  const known = useRef<Known>({ query: "", repositories: [], languages: [] });
  if (!view) return { repositories: [], languages: [] };
  const before = known.current;
  const isSame = before.query === view.asked.query;
  const next = {
    query: view.asked.query,
    repositories: merged(isSame ? before.repositories : [], view.facets.repositories),
    languages: merged(isSame ? before.languages : [], view.facets.languages),
  };
  known.current = next;
  return next;
}

/** Those known before keep their places: a box must not jump away under the pointer. */
function merged(before: readonly FacetView[], now: readonly FacetView[]): FacetView[] {
  const found = new Map(now.map((each) => [each.value, each]));
  const stayed = before.map((each) => found.get(each.value) ?? each);
  const known = new Set(before.map((each) => each.value));
  return [...stayed, ...now.filter((each) => !known.has(each.value))];
}
