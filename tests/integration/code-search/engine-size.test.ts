import { afterAll, beforeAll, expect, test } from "vitest";
import { closeSearchProcesses, searchCode } from "@/lib/features/code-search/engine/search";
import type { SearchRequest, VisibleRepository } from "@/lib/features/code-search/engine/types";
import { parseQuery } from "@/lib/features/code-search/query/parse";
import { corpusGuru, writeCorpus } from "../../support/code-corpus";
import { createTestProduct, type TestProduct } from "../../support/product";

let product: TestProduct;
let repository: VisibleRepository;

// A short line that is found, beside one that is a part by itself.
const text = `needle\n${"x".repeat(300_000)}\n`;
const count = 5;

beforeAll(async () => {
  product = await createTestProduct();
  repository = await writeCorpus(
    product.admin,
    await corpusGuru(product.admin, "one"),
    "git.example/halden/one",
    Array.from({ length: count }, (_, n) => ({ path: `${n}.txt`, text })),
  );
});

afterAll(async () => {
  closeSearchProcesses();
  await product.close();
});

function search(asked: Partial<SearchRequest>) {
  const parsed = parseQuery("content:needle");
  if (!parsed.ok) throw new Error(parsed.message);
  return searchCode({
    query: parsed.query,
    repositories: [repository],
    matches: 100,
    contextLines: 0,
    whole: false,
    deadlineMs: 10_000,
    ...asked,
  });
}

const tooLarge = { isExhaustive: false, endedBy: "size" };

test("whole files are given until the answer is too large, and it is said", async () => {
  const all = await search({ whole: true });
  expect(all).toMatchObject({ isExhaustive: true, endedBy: null, stats: { fileCount: count } });
  const few = await search({ whole: true, mostBytes: 1_000_000 });
  expect(few).toMatchObject({ ...tooLarge, stats: { fileCount: 3, matchCount: 3 } });
  // None of them is cut.
  expect(few.files.map(({ content }) => content)).toEqual([text, text, text]);
  expect(few.facets.repositories).toEqual([{ value: repository.sourceId, files: 3, matches: 3 }]);
});

test("lines around matches count as they are, however long they are", async () => {
  const few = await search({ contextLines: 1, mostBytes: 700_000 });
  expect(few).toMatchObject({ ...tooLarge, stats: { fileCount: 2, matchCount: 2 } });
  expect(few.files).toHaveLength(2);
  const short = await search({ mostBytes: 700_000 });
  expect(short).toMatchObject({ isExhaustive: true, stats: { fileCount: count } });
});

test("an end by matches stays one where the answer is small enough", async () => {
  expect(await search({ contextLines: 1, matches: 2, mostBytes: 700_000 })).toMatchObject({
    isExhaustive: false,
    endedBy: "matches",
    stats: { matchCount: 2 },
  });
});
