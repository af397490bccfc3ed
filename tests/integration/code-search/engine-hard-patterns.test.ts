import { afterAll, beforeAll, expect, test } from "vitest";
import { mostProcesses } from "@/lib/features/code-search/engine/process-pool";
import { closeSearchProcesses, searchCode, searchProcessIds } from "@/lib/features/code-search/engine/search";
import type { SearchRequest, VisibleRepository } from "@/lib/features/code-search/engine/types";
import { validateQuery } from "@/lib/features/code-search/query/validate";
import { corpusGuru, writeCorpus } from "../../support/code-corpus";
import { createTestProduct, type TestProduct } from "../../support/product";
import { timedTest } from "../../support/undisturbed";

let product: TestProduct;
let hard: VisibleRepository;
let easy: VisibleRepository;
let paths: VisibleRepository;

/** A process is within one line by then, and would be for many times as long. */
const deadlineMs = 1_500;
/** What a busy machine may add; below what ending the process later than the deadline took, 1.5 s. */
const slackMs = 1_000;

/** Each matches `aaa` at once; with the last one, of 1,000 characters, as many as one may have. */
const patterns = {
  "of repetitions in repetitions": "(((a+)+)+(a*)*)+a{1,200}(b?c?d?e?){1,200}$",
  "of 1,000 characters": `(${"a?".repeat(248)})+(${"b?".repeat(248)})+a$`,
};

/** 900 letters of two kinds, without an order that an expression could learn. */
const lettersOf = (n: number) =>
  Array.from({ length: 900 }, (_, at) =>
    Math.imul((n + 1) * 900 + at, 0x9e3779b1) & 0x40000 ? "a" : "b",
  ).join("");

beforeAll(async () => {
  product = await createTestProduct();
  const guru = await corpusGuru(product.admin, "one");
  const line = "a".repeat(1_000_000);
  hard = await writeCorpus(product.admin, guru, "git.example/halden/hard", [
    { path: "a-first.txt", text: "nothing\nxaaa\n" },
    // The line is a part of its own: what stands before it is found.
    { path: "b-partly.ts", text: `xaaa\naaa\n${line}\nxaaa\n` },
    { path: "c-never.txt", text: "aaa\n" },
  ]);
  easy = await writeCorpus(product.admin, guru, "git.example/halden/easy", [
    { path: "easy.txt", text: "found at once\n" },
  ]);
  // The expression's fixed text is in each; to try one takes tens of milliseconds, as no two are alike.
  paths = await writeCorpus(
    product.admin,
    guru,
    "git.example/halden/paths",
    Array.from({ length: 1_000 }, (_, n) => ({ path: `${n}/${lettersOf(n)}/zed`, text: "nothing\n" })),
  );
});

afterAll(async () => {
  closeSearchProcesses();
  await product.close();
});

function search(text: string, asked: Partial<SearchRequest> = {}) {
  const read = validateQuery(text);
  if (!read.ok) throw new Error(read.message);
  return searchCode({
    ...{ query: read.query, repositories: [easy, hard] },
    ...{ matches: 100, contextLines: 0, whole: false, ...asked },
  });
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const begun = performance.now();
  const value = await work();
  return { ms: performance.now() - begun, value };
}

for (const [name, pattern] of Object.entries(patterns))
  timedTest(`a pattern ${name} is answered at the deadline, with what was found until then`, async () => {
    // Its process is up: to start one is not the search's.
    await search("content:at.once");
    const before = searchProcessIds();
    const { ms, value } = await timed(() =>
      search(`content:${pattern}`, { deadlineMs, contextLines: 1, repositories: [hard] }),
    );
    expect(ms).toBeLessThan(deadlineMs + slackMs);
    expect(value).toMatchObject({ isExhaustive: false, endedBy: "deadline" });
    expect(value.files.map(({ path }) => path)).toEqual(["a-first.txt", "b-partly.ts"]);
    const [first, partly] = value.files;
    expect(first?.chunks).toMatchObject([
      {
        content: "nothing\nxaaa",
        matchRanges: [{ start: { lineNumber: 2, column: 2 }, end: { column: 5 } }],
      },
    ]);
    const lines = partly?.chunks.flatMap(({ matchRanges }) => matchRanges.map((one) => one.start.lineNumber));
    expect(lines).toEqual([1, 2]);
    // What is counted is what is given, and the time is the one that it took.
    expect(value.stats).toMatchObject({ fileCount: 2, matchCount: 3 });
    expect(value.facets).toEqual({
      repositories: [{ value: hard.sourceId, files: 2, matches: 3 }],
      languages: expect.arrayContaining([{ value: "TypeScript", files: 1, matches: 2 }]),
    });
    expect(value.stats.durationMs).toBeGreaterThan(deadlineMs / 2);
    expect(value.stats.durationMs + value.stats.waitMs).toBeLessThanOrEqual(ms + 1);
    // The process that was within the line is gone, and another one is there.
    await expect.poll(() => searchProcessIds().length).toBe(before.length);
    expect(searchProcessIds()).not.toEqual(before);
  });

timedTest("a hard pattern of paths ends at the deadline by itself: its process stays", async () => {
  await search("content:at.once");
  const before = searchProcessIds();
  const { ms, value } = await timed(() =>
    search("easy or file:a[ab]{300}a[ab]{300}/zed$", {
      deadlineMs,
      repositories: [easy, paths],
    }),
  );
  expect(ms).toBeLessThan(deadlineMs + slackMs);
  expect(value).toMatchObject({ isExhaustive: false, endedBy: "deadline" });
  expect(value.files[0]?.path).toBe("easy.txt");
  expect(searchProcessIds()).toEqual(before);
});

test("the pattern has exactly as many characters as one may have", async () => {
  expect(patterns["of 1,000 characters"]).toHaveLength(1_000);
  expect(validateQuery(`content:${patterns["of 1,000 characters"]}a`)).toMatchObject({ ok: false });
});

timedTest("other searches are answered while hard ones run", async () => {
  const order: string[] = [];
  const ended = (name: string) => () => void order.push(name);
  // Two are as many as one person has at once.
  const all = Object.entries(patterns).map(([name, pattern]) =>
    search(`content:${pattern}`, { deadlineMs: 8_000, repositories: [hard] }).then(ended(name)),
  );
  for (let n = 1; n <= 5; n++) {
    const { stats, isExhaustive } = await search("content:at.once", { repositories: [easy] });
    expect([stats.matchCount, isExhaustive]).toEqual([1, true]);
    ended(`other ${n}`)();
  }
  await Promise.all(all);
  expect(order.slice(0, 5)).toEqual([1, 2, 3, 4, 5].map((n) => `other ${n}`));
  expect(order).toHaveLength(7);
});

timedTest("what the index narrows is answered however many people's searches try every line", async () => {
  const order: string[] = [];
  const hardest = `content:${patterns["of repetitions in repetitions"]}`;
  const all = Array.from({ length: mostProcesses + 1 }, (_, n) =>
    search(hardest, { deadlineMs: 3_000, repositories: [hard] }).then(({ endedBy }) => {
      order.push(`hard ${n}`);
      return endedBy;
    }),
  );
  for (let n = 1; n <= 5; n++) {
    const { stats } = await search("content:at.once", { repositories: [easy] });
    expect(stats.matchCount).toBe(1);
    order.push("other");
  }
  expect(order).toEqual(Array(5).fill("other"));
  // Those that waited for the others have half of their time at least.
  expect(await Promise.all(all)).toEqual(Array(mostProcesses + 1).fill("deadline"));
});

timedTest(
  "what a search waits for a process goes off its deadline, of which half is left to it",
  async () => {
    const text = `content:${patterns["of 1,000 characters"]}`;
    const one = () => search(text, { deadlineMs: 3_000, repositories: [hard] });
    // One more than there are processes: it waits until one of the others is answered.
    const all = await Promise.all(Array.from({ length: mostProcesses + 1 }, one));
    for (const outcome of all) expect(outcome).toMatchObject({ isExhaustive: false, endedBy: "deadline" });
    const last = all.map(({ stats }) => stats).sort((a, b) => a.waitMs - b.waitMs)[mostProcesses];
    expect(last?.waitMs).toBeGreaterThan(1_500);
    expect(last?.durationMs).toBeGreaterThan(1_100);
    expect(last?.durationMs).toBeLessThan(2_500);
  },
);
