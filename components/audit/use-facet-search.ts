"use client";
import { useEffect, useState } from "react";
import type { FoundValues, ListLookup } from "./facet-lookup";

/** Milliseconds without a key before the server is asked. */
const PAUSE_MS = 180;

export type FacetSearch =
  /** The page has every value, or nothing was typed: the server is not needed. */
  | { state: "off" }
  | { state: "searching" }
  | ({ state: "found" } & FoundValues)
  | { state: "failed"; again: () => void };

/**
 * Searches the values of a dropdown on the server while somebody types; what was asked before is aborted.
 * @param text what is typed, trimmed
 */
export function useFacetSearch(lookup: ListLookup, text: string): FacetSearch {
  const { more, find } = lookup;
  const [tries, setTries] = useState(0);
  const asked = more > 0 && text !== "" ? `${tries} ${text}` : null;
  const [answer, setAnswer] = useState<{ of: string; found: FoundValues | null } | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `find` is another function at each render and the same in effect
  useEffect(() => {
    if (asked === null) return;
    const left = new AbortController();
    const timer = setTimeout(() => {
      find(text, left.signal)
        .catch(() => null)
        .then((found) => {
          if (!left.signal.aborted) setAnswer({ of: asked, found });
        });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      left.abort();
    };
  }, [asked, text]);

  if (asked === null) return { state: "off" };
  if (answer?.of !== asked) return { state: "searching" };
  return answer.found
    ? { state: "found", ...answer.found }
    : { state: "failed", again: () => setTries((n) => n + 1) };
}
