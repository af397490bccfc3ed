import type { Facet, FoundFile, SearchOutcome } from "./types";

/**
 * What a search comes to.
 * @param matches of each of the files
 */
export function outcomeOf(
  files: FoundFile[],
  matches: readonly number[],
  stats: SearchOutcome["stats"],
  endedBy: SearchOutcome["endedBy"],
): SearchOutcome {
  const all = files.map(({ sourceId, language }, n) => ({ sourceId, language, matches: matches[n] ?? 0 }));
  return {
    files,
    facets: {
      repositories: facetsOf(all.map(({ sourceId, matches }) => ({ value: sourceId, matches }))),
      languages: facetsOf(
        all.flatMap(({ language, matches }) => (language === null ? [] : { value: language, matches })),
      ),
    },
    stats,
    isExhaustive: endedBy === null,
    endedBy,
  };
}

/** Most matches first: that is what is shown beside each. */
function facetsOf(all: readonly { value: string; matches: number }[]): Facet[] {
  const facets = new Map<string, Facet>();
  for (const { value, matches } of all) {
    const facet = facets.get(value) ?? { value, files: 0, matches: 0 };
    facet.files += 1;
    facet.matches += matches;
    facets.set(value, facet);
  }
  return [...facets.values()].sort(
    (a, b) => b.matches - a.matches || b.files - a.files || (a.value < b.value ? -1 : 1),
  );
}
