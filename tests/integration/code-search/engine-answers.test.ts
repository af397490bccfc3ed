import { afterAll, beforeAll, expect, test } from "vitest";
import { closeSearchProcesses, searchCode, searchProcessIds } from "@/lib/features/code-search/engine/search";
import type { VisibleRepository } from "@/lib/features/code-search/engine/types";
import { parseQuery } from "@/lib/features/code-search/query/parse";
import { corpusGuru, writeCorpus } from "../../support/code-corpus";
import { createTestProduct, type TestProduct } from "../../support/product";

let product: TestProduct;
let repository: VisibleRepository;

beforeAll(async () => {
  product = await createTestProduct();
  const guru = await corpusGuru(product.admin, "one");
  repository = await writeCorpus(
    product.admin,
    guru,
    "git.example/halden/one",
    [
      { path: "both.ts", text: "const inBoth = 1;\n", branches: 3 },
      { path: "main.ts", text: "const onlyMain = 1;\n", branches: 1 },
      { path: "next.ts", text: "const onlyNext = 1;\n", branches: 2 },
      { path: "dense.txt", text: `${"x1 ".repeat(15_000)}\n`, branches: 1 },
      { path: "spelt.ts", text: "Promise PROMISE promise prOmise\n", branches: 1 },
      { path: "small.ts", text: "promise\n", branches: 1 },
    ],
    { branches: ["main", "next"] },
  );
});
afterAll(async () => {
  closeSearchProcesses();
  await product.close();
});

function search(text: string, matches = 100_000) {
  const parsed = parseQuery(text);
  if (!parsed.ok) throw new Error(parsed.message);
  const { query } = parsed;
  return searchCode({
    ...{ query, matches, repositories: [repository] },
    ...{ contextLines: 0, whole: false, deadlineMs: 10_000 },
  });
}
const paths = async (query: string) => (await search(query)).files.map(({ path }) => path);

test("of alternatives those that name no branch are of the default one", async () => {
  expect(await paths("(only rev:next) or inBoth")).toEqual(["both.ts", "next.ts"]);
  expect(await paths("(onlyNext rev:next) or only")).toEqual(["main.ts", "next.ts"]);
  expect(await paths("const (rev:next or only)")).toEqual(["both.ts", "main.ts", "next.ts"]);
  expect(await paths("const (rev:next or rev:main)")).toEqual(["both.ts", "main.ts", "next.ts"]);
  expect(await paths("only -rev:next")).toEqual(["main.ts"]);
  expect(await paths("const -rev:main")).toEqual([]);
  expect(await paths("only -(rev:main or file:x)")).toEqual([]);
});

test("a line of which not all matches are told apart is not searched exhaustively", async () => {
  const dense = await search('"x\\d "');
  expect(dense).toMatchObject({ isExhaustive: false, stats: { matchCount: 10_000 } });
  const far = await search('"x.? "');
  expect(far).toMatchObject({ isExhaustive: false, stats: { matchCount: 10_000 } });
  expect(await search("content:x1")).toMatchObject({ isExhaustive: true, stats: { matchCount: 15_000 } });
  expect(await search('"^const .nly"')).toMatchObject({ isExhaustive: true, endedBy: null });
});

test("text is found as it is spelt where its case counts, in parts that have it so", async () => {
  const loaded = async (query: string) => {
    const { files, stats } = await search(query);
    return [files.map(({ path }) => path), stats.filesLoaded];
  };
  expect(await loaded("Promise")).toEqual([["spelt.ts"], 1]);
  expect(await loaded('"Pro.*ise"')).toEqual([["spelt.ts"], 1]);
  expect(await loaded('"(Promise|PROMISE)\\b"')).toEqual([["spelt.ts"], 1]);
  expect(await loaded("promise case:yes")).toEqual([["small.ts", "spelt.ts"], 2]);
  expect(await loaded("promise case:no")).toEqual([["small.ts", "spelt.ts"], 2]);
  expect(await loaded("PROmise")).toEqual([[], 0]);
});

test("what was read once is not read again, and is found all the same", async () => {
  const first = await search("onlyMain");
  const before = searchProcessIds();
  await product.admin`delete from code_part`;
  expect(searchProcessIds()).toEqual(before);
  const { files, isExhaustive } = await search('"onlyM\\w+"');
  expect(files).toEqual(first.files);
  expect(isExhaustive).toBe(true);
});
