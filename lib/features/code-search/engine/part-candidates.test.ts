import { expect, it } from "vitest";
import { parseQuery } from "../query/parse";
import { PartCandidates } from "./part-candidates";
import { isOfContent, treeOf } from "./query-tree";
import { SourceFiles } from "./source-files";

const sourceOf = (segments: number) =>
  new SourceFiles(
    Array.from({ length: segments }, (_, n) => ({ id: n + 1, buckets: 1_024, parts: 2 })),
    [],
  );

/** How many rows are asked for, and of which leaves it is not known which parts have them. */
async function asked(query: string, segments: number) {
  const read = parseQuery(query);
  if (!read.ok) throw new Error(read.message);
  const leaves = treeOf(read.query.node).leaves.filter(isOfContent);
  const source = sourceOf(segments);
  let rows = 0;
  const reads = {
    buckets: async (segmentIds: number[]) => {
      rows += segmentIds.length;
      return [];
    },
  };
  const counts = { lookups: 0, named: 0, bytes: 0 };
  const candidates = await PartCandidates.read(reads, [source], leaves, counts);
  const unknown = leaves.map((leaf) => candidates.of(leaf, source) === null);
  return { rows, unknown };
}

it("of a long literal many keys are asked for where there are few segments", async () => {
  const { rows, unknown } = await asked("aVeryLongNameOfSomethingThatIsRare", 1);
  expect(rows).toBeGreaterThan(8);
  expect(rows).toBeLessThanOrEqual(24);
  expect(unknown).toEqual([false]);
});

it("no more rows are asked for than a search can read, however many terms and segments there are", async () => {
  const terms = Array.from({ length: 60 }, (_, n) => `term${n}of60`);
  const many = await asked(terms.join(" "), 3_000);
  expect(many.rows).toBeLessThanOrEqual(24_000);
  expect(many.rows).toBeGreaterThan(3_000);
  // Those that come first narrow it; any part may have the others.
  expect(many.unknown[0]).toBe(false);
  expect(many.unknown.at(-1)).toBe(true);
  // One literal is asked for whatever it costs: without it all would be read.
  expect((await asked("oneTerm", 30_000)).unknown).toEqual([false]);
});

it("of alternatives all are asked for or none, of what must be there together as much as there is room for", async () => {
  const names = Array.from({ length: 12 }, (_, n) => `name${n}xyz`);
  expect((await asked(`(${names.join("|")})`, 3_000)).unknown).toEqual([true]);
  expect((await asked(names.join(".*"), 3_000)).unknown).toEqual([false]);
});

it("a word is asked for by its own key alone, an edge of a line beside its text; of symbols only their text", async () => {
  const rowsOf = async (query: string) => (await asked(query, 1)).rows;
  expect(await rowsOf(String.raw`content:"\bdescription\b"`)).toBe(1);
  expect(await rowsOf(String.raw`content:"\bx\b"`)).toBe(1);
  expect(await rowsOf(String.raw`content:"^\s*nul"`)).toBe(2);
  expect(await rowsOf(String.raw`content:"nul\s*$"`)).toBe(2);
  expect(await rowsOf('content:"nul"')).toBe(1);
  expect(await rowsOf(String.raw`sym:"\bnul\b"`)).toBe(1);
  expect((await asked(String.raw`sym:"\bx\b"`, 1)).unknown).toEqual([true]);
});
