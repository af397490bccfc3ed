import { afterAll, beforeAll, expect, test } from "vitest";
import { mostProcesses } from "@/lib/features/code-search/engine/process-pool";
import { closeSearchProcesses, searchCode } from "@/lib/features/code-search/engine/search";
import type { SearchRequest, VisibleRepository } from "@/lib/features/code-search/engine/types";
import { parseQuery } from "@/lib/features/code-search/query/parse";
import { corpusGuru, writeCorpus } from "../../support/code-corpus";
import { createTestProduct, type TestProduct } from "../../support/product";
import { timedTest } from "../../support/undisturbed";

let product: TestProduct;
let early: VisibleRepository;
let large: VisibleRepository;
let line: VisibleRepository;

const hits = 5_000;
/** 200 units, of two bytes more; the needle stands at its end. */
const piece = `👋${"x".repeat(192)}needle`;

/** Of several parts, of which one has matches. */
const long = `found first\n${"xy\n".repeat(20_000)}`;

beforeAll(async () => {
  product = await createTestProduct();
  const guru = await corpusGuru(product.admin, "one");
  // By its name it comes before the other.
  early = await writeCorpus(product.admin, guru, "git.example/halden/early", [
    { path: "a-long.txt", text: long },
    { path: "early.txt", text: "found at once\n" },
    { path: "later.txt", text: "banana\n" },
    { path: "minified.js", text: `first\n${piece.repeat(hits)}\nlast needle\n` },
  ]);
  const lines = Array.from({ length: 20_000 }, (_, n) => `${"a".repeat(60)} b${n}`);
  large = await writeCorpus(
    product.admin,
    guru,
    "git.example/halden/large",
    Array.from({ length: 12 }, (_, n) => ({ path: `${100 + n}.txt`, text: `${n}\n${lines.join("\n")}\n` })),
  );
  line = await writeCorpus(product.admin, guru, "git.example/halden/line", [
    { path: "line.txt", text: "a".repeat(1_000_000) },
  ]);
});

afterAll(async () => {
  closeSearchProcesses();
  await product.close();
});

function search(text: string, asked: Partial<SearchRequest> = {}) {
  const parsed = parseQuery(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return searchCode({
    query: parsed.query,
    repositories: [early, large],
    matches: 1_000_000,
    contextLines: 0,
    whole: false,
    ...asked,
  });
}

test("what the index cannot narrow ends at the deadline, with what was found until then", async () => {
  // Their files are known, as they are to a process that has searched before.
  await search("file:nothing");
  // Each finds the same places; together they take any machine too long.
  const slow = ["[^x][^y]$", "[^q][^y]$", "[^x][^q]$", "[^w][^y]$", "[^x][^w]$", "[^z][^y]$", "[^x][^z]$"];
  const text = `-file:minified ${slow.map((pattern) => `content:${pattern}`).join(" ")}`;
  for (const asked of [{}, { contextLines: 3 }, { whole: true }]) {
    const outcome = await search(text, { deadlineMs: 2_500, ...asked });
    expect(outcome).toMatchObject({ isExhaustive: false, endedBy: "deadline" });
    expect(outcome.stats.filesLoaded).toBeGreaterThan(0);
    expect(outcome.files.slice(0, 2).map(({ path }) => path)).toEqual(["a-long.txt", "early.txt"]);
    // There is time to read what is shown of them.
    if ("whole" in asked) expect(outcome.files[0]?.content === long).toBe(true);
    expect(outcome.files[1]).toMatchObject({
      chunks: [{ content: "found at once", matchRanges: [{ start: { lineNumber: 1 } }] }],
    });
    // Nothing is given of which the text is not there, and what is counted is what is given.
    for (const { path, chunks, content } of outcome.files) {
      expect(chunks, path).not.toEqual([]);
      if ("whole" in asked) expect(content, path).toMatch(/\n$/);
    }
    expect(outcome.stats.fileCount).toBe(outcome.files.length);
    const ranges = outcome.files.flatMap(({ chunks }) => chunks.flatMap(({ matchRanges }) => matchRanges));
    expect(outcome.stats.matchCount).toBe(ranges.length);
  }
});

timedTest(
  "hard patterns end at the deadline with what was found, while another search is answered",
  async () => {
    // Every process is up: to start one goes off a search's time.
    await Promise.all(Array.from({ length: mostProcesses }, () => search("file:none")));
    // Within a line of a million characters nothing ends them but the end of their process.
    const thousand = `${"(a|b)?".repeat(165)}[^b][^b]?$`;
    expect(thousand).toHaveLength(1_000);
    const hard = ["(a+)+$", thousand].map((pattern) =>
      search(`-file:minified content:${pattern}`, { repositories: [early, line], deadlineMs: 1_500 }),
    );
    const quick = await search("content:at.once", { repositories: [early] });
    expect(quick.stats.matchCount).toBe(1);
    const outcomes = await Promise.all(hard);
    for (const outcome of outcomes) {
      expect(outcome.isExhaustive).toBe(outcome.endedBy === null);
      expect(outcome.endedBy).not.toBe("matches");
      expect(outcome.stats.filesLoaded).toBeGreaterThan(0);
    }
    // How far each gets is the machine's: what it had found is there all the same.
    const known = ["a-long.txt", "early.txt", "later.txt", "line.txt"];
    for (const { files } of outcomes) {
      expect(files.length).toBeGreaterThan(0);
      expect(known).toEqual(expect.arrayContaining(files.map(({ path }) => path)));
    }
  },
);

timedTest("thousands of matches in one long line have their places, before the deadline", async () => {
  const outcome = await search("content:needle", { repositories: [early], matches: 10_000 });
  expect(outcome).toMatchObject({ isExhaustive: true, endedBy: null, stats: { matchCount: hits + 1 } });
  const ranges = outcome.files.flatMap(({ chunks }) => chunks.flatMap(({ matchRanges }) => matchRanges));
  const [units, points, bytes] = [piece.length, [...piece].length, Buffer.byteLength(piece)];
  expect([units, points, bytes]).toEqual([200, 199, 202]);
  const lineStart = Buffer.byteLength("first\n");
  const expected = Array.from({ length: hits }, (_, n) => {
    const end = { byteOffset: lineStart + bytes * (n + 1), lineNumber: 2, column: points * (n + 1) + 1 };
    const start = { ...end, byteOffset: end.byteOffset - 6, column: end.column - 6 };
    return { start, end };
  });
  expect(ranges.slice(0, hits)).toEqual(expected);
  expect(ranges.at(-1)?.start).toEqual({
    byteOffset: lineStart + bytes * hits + Buffer.byteLength("\nlast "),
    lineNumber: 3,
    column: 6,
  });
});
