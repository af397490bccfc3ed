import { expect, test } from "vitest";
import type { SoFar } from "./messages";
import { cutBeforeAnything, Told } from "./told";
import type { FoundFile } from "./types";

const file = (path: string, language: string | null = null): FoundFile => ({
  ...{ sourceId: "one", path, language, branches: ["main"], pathRanges: [], chunks: [] },
});

function piece(after: number, ...those: [file: FoundFile, matches: number][]): SoFar {
  const stats = { ...cutBeforeAnything(0).stats, filesLoaded: 10 * after + those.length };
  return { after, files: those.map(([one]) => one), matches: those.map(([, matches]) => matches), stats };
}

test("pieces that were told are one answer, cut at the deadline", () => {
  const told = new Told();
  told.add(piece(0, [file("a"), 1], [file("b", "Go"), 2]));
  // The last one was not done: it is told anew, with what else it has.
  told.add(piece(1, [file("b", "Go"), 5], [file("c", "Go"), 1]));
  expect(told.outcome(1_234.56)).toMatchObject({
    files: [{ path: "a" }, { path: "b" }, { path: "c" }],
    facets: {
      repositories: [{ value: "one", files: 3, matches: 7 }],
      languages: [{ value: "Go", files: 2, matches: 6 }],
    },
    stats: { durationMs: 1_234.6, filesLoaded: 12 },
    ...{ isExhaustive: false, endedBy: "deadline" },
  });
  // The index was taken away under it, and it began anew.
  told.add(piece(0, [file("z"), 1]));
  expect(told.outcome(1).files.map(({ path }) => path)).toEqual(["z"]);
});

test("a search that told nothing found nothing", () => {
  expect(new Told().outcome(2_000)).toMatchObject({
    ...{ files: [], isExhaustive: false, endedBy: "deadline" },
    stats: { durationMs: 2_000, matchCount: 0, fileCount: 0 },
  });
});
