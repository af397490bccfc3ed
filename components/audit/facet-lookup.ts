"use client";
import { useCallback, useMemo, useState } from "react";
import { FACET_KEYS } from "./filter-url";
import type { AuditFacets, AuditPageProps, FacetKey, FacetValue, MoreFacets } from "./types";

/** The dropdowns that can have more values than a page carries. */
const SEARCHED = ["guru", "model", "actor", "operation"] as const satisfies readonly FacetKey[];
type Searched = (typeof SEARCHED)[number];

export type FoundValues = { values: FacetValue[]; more: boolean };

/** The values of the dropdowns: those of the page, those that were found since, and the way to the others. */
export type FacetLookup = {
  facets: AuditFacets;
  /** Values that the page left out; 0 when it has them all. */
  more: MoreFacets;
  /** Asks the server for values whose name has this text. Throws when it cannot answer. */
  find: (key: FacetKey, text: string, signal: AbortSignal) => Promise<FoundValues>;
  /** Keeps a value that was found, so that its name stays known once it is chosen. */
  remember: (key: FacetKey, value: FacetValue) => void;
};

/** What one dropdown needs of it. */
export type ListLookup = { more: number } & {
  find: (text: string, signal: AbortSignal) => Promise<FoundValues>;
  remember: (value: FacetValue) => void;
};

type Props = Pick<AuditPageProps, "scope" | "facets" | "moreFacets">;

export function useFacetLookup({ scope, facets, moreFacets }: Props): FacetLookup {
  const [found, setFound] = useState<Partial<Record<FacetKey, FacetValue[]>>>({});
  const slug = scope.kind === "guru" ? scope.slug : "";
  const remember = useCallback((key: FacetKey, value: FacetValue) => {
    setFound((all) => ({ ...all, [key]: withValues([value], all[key] ?? []) }));
  }, []);
  const find = useCallback(
    (key: FacetKey, text: string, signal: AbortSignal) => findValues(slug, key, text, signal),
    [slug],
  );
  return useMemo(() => {
    const merged = { ...facets };
    for (const key of FACET_KEYS) merged[key] = withValues(facets[key], found[key] ?? []);
    return { facets: merged, more: moreFacets, find, remember };
  }, [facets, moreFacets, found, find, remember]);
}

export function listLookup(lookup: FacetLookup, key: FacetKey): ListLookup {
  return {
    more: isSearched(key) ? lookup.more[key] : 0,
    find: (text, signal) => lookup.find(key, text, signal),
    remember: (value) => lookup.remember(key, value),
  };
}

/** The first list, and of the second what is not in it. */
export function withValues(values: FacetValue[], others: FacetValue[]): FacetValue[] {
  if (others.length === 0) return values;
  const known = new Set(values.map((each) => each.value));
  return [...values, ...others.filter((each) => !known.has(each.value))];
}

function isSearched(key: FacetKey): key is Searched {
  return (SEARCHED as readonly FacetKey[]).includes(key);
}

async function findValues(
  slug: string,
  key: FacetKey,
  text: string,
  signal: AbortSignal,
): Promise<FoundValues> {
  const params = new URLSearchParams({ dimension: key, q: text, ...(slug ? { scope: slug } : {}) });
  const answer = await fetch(`/audit/choices?${params}`, { signal });
  if (!answer.ok) throw new Error(`the values could not be searched: ${answer.status}`);
  const { choices, more } = (await answer.json()) as { choices: FacetValue[]; more: boolean };
  return { values: choices, more };
}
