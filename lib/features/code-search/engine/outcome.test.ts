import { expect, test } from "vitest";
import { outcomeOf } from "./outcome";
import { Told } from "./told";
import type { FoundFile } from "./types";

const stats = new Told().outcome(0).stats;
const file = (sourceId: string, language: string | null) => ({ sourceId, language }) as FoundFile;

test("facets are by the matches that are shown beside them, then by files, then by name", () => {
  const files = [
    file("one", "Markdown"),
    file("one", "Swift"),
    file("two", "Go"),
    file("two", "Go"),
    file("two", null),
    file("two", "C"),
  ];
  const { facets } = outcomeOf(files, [1, 7, 3, 4, 1, 1], stats, null);
  expect(facets.languages).toEqual([
    { value: "Go", files: 2, matches: 7 },
    { value: "Swift", files: 1, matches: 7 },
    { value: "C", files: 1, matches: 1 },
    { value: "Markdown", files: 1, matches: 1 },
  ]);
  expect(facets.repositories).toEqual([
    { value: "two", files: 4, matches: 9 },
    { value: "one", files: 2, matches: 8 },
  ]);
});
