import { expect, test } from "vitest";
import { keepSearch, keptSearch } from "./search-memory";
import type { SearchView } from "./search-types";

const view = (matchCount: number): SearchView => ({
  asked: { query: "q", repositories: [], languages: [], matches: 100 },
  attemptId: null,
  repositories: [],
  facets: { repositories: [], languages: [] },
  matchCount,
  fileCount: 0,
  durationMs: 1,
  isExhaustive: true,
  endedBy: null,
});

test("what somebody found is shown to nobody else in the same tab", () => {
  keepSearch("a", "/search?query=q", view(1), 40);
  expect(keptSearch("a", "/search?query=q")).toMatchObject({ view: { matchCount: 1 }, scroll: 40 });
  expect(keptSearch("b", "/search?query=q")).toBeNull();
});

test("only the latest searches are kept", () => {
  for (let n = 0; n < 11; n += 1) keepSearch("c", `/search?query=${n}`, view(n));
  expect(keptSearch("c", "/search?query=0")).toBeNull();
  expect(keptSearch("c", "/search?query=10")?.view.matchCount).toBe(10);
});
