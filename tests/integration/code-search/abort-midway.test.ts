import { afterAll, beforeAll, expect, test } from "vitest";
import { db } from "@/lib/db/client";
import { mostProcesses } from "@/lib/features/code-search/engine/process-pool";
import { closeSearchProcesses, searchCode, searchProcessIds } from "@/lib/features/code-search/engine/search";
import { parseQuery } from "@/lib/features/code-search/query/parse";
import { visibleRepositories } from "@/lib/features/code-search/repositories";
import { codeIn } from "./code-for-tests";
import { askCode, type CodeWorld, jsonOf, keyOf, makeCodeWorld, repository } from "./code-harness";

/**
 * Of `long`: a match at once, then a line within which nothing ends a pattern but the end of its process. The index
 * narrows it, so that all processes may be within the line.
 */
const hard = `repo:team/long aaaa content:${"(a|b)?".repeat(160)}[^b]$`;
const longDeadlineMs = 20_000;
/** Far below that deadline, and above what a slow machine takes to answer. */
const atOnceMs = 8_000;

let world: CodeWorld;
beforeAll(async () => {
  world = await makeCodeWorld();
  await codeIn(world.guru.id, {
    name: "git.example.com/team/long",
    files: { "a.txt": "found first: aaaac\n", "line.txt": "a".repeat(1_000_000) },
  });
});
afterAll(async () => {
  closeSearchProcesses();
  await world?.product.close();
});

async function search(text: string, signal?: AbortSignal) {
  const parsed = parseQuery(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return searchCode({
    query: parsed.query,
    repositories: await visibleRepositories(db(), world.viewer),
    ...{ matches: 100, contextLines: 0, whole: false, deadlineMs: longDeadlineMs },
    ...(signal ? { signal } : {}),
  });
}

/** How many connections of searches are at something in the database. */
async function atWork(): Promise<number> {
  const [row] = await world.product.admin<{ n: number }[]>`
    select count(*)::int as n from pg_stat_activity
    where datname = current_database() and application_name = 'gurulog code search' and state <> 'idle'`;
  return row?.n ?? -1;
}

/** A moment of the database; connections of searches that have asked for text of files since then are counted by `reading`. */
async function now(): Promise<string> {
  const [row] = await world.product.admin<{ now: string }[]>`select clock_timestamp()::text as now`;
  return row?.now ?? "";
}

async function reading(since: string): Promise<number> {
  const [row] = await world.product.admin<{ n: number }[]>`
    select count(*)::int as n from pg_stat_activity
    where datname = current_database() and application_name = 'gurulog code search'
      and query ~ 'from code_part' and query_start > ${since}::timestamptz`;
  return row?.n ?? 0;
}

/** Every process is up, and knows the files. */
async function allUp(): Promise<void> {
  await Promise.all(Array.from({ length: mostProcesses }, () => search("file:none")));
}

const patience = { timeout: 15_000, interval: 20 };

test("searches aborted while every process is within a line free all of them at once", {
  timeout: 60_000,
}, async () => {
  await allUp();
  const since = await now();
  const end = new AbortController();
  const reason = new Error("nobody waits");
  const aborted = Array.from({ length: mostProcesses }, () => search(hard, end.signal));
  const outcomes = Promise.allSettled(aborted);
  await expect.poll(() => reading(since), patience).toBe(mostProcesses);
  const begun = performance.now();
  end.abort(reason);
  // No process but theirs: in line, these would be refused after five seconds.
  const next = await Promise.all(aborted.map(() => search("parseLedger")));
  for (const { isExhaustive, files } of next)
    expect([isExhaustive, files[0]?.path]).toEqual([true, "docs/größe.md"]);
  for (const outcome of await outcomes) expect(outcome).toEqual({ status: "rejected", reason });
  expect(performance.now() - begun).toBeLessThan(atOnceMs);
  expect(searchProcessIds().length).toBeLessThanOrEqual(mostProcesses);
  await expect.poll(atWork, patience).toBe(0);
});

test("those aborted while they wait for the database end at once, and their processes take the next", {
  timeout: 60_000,
}, async () => {
  await allUp();
  const before = searchProcessIds();
  const end = new AbortController();
  const reason = new Error("nobody waits");
  await world.product.admin.begin(async (tx) => {
    // Parts that were read may be kept; postings are read each time.
    await tx`lock table code_posting in access exclusive mode`;
    const outcomes = Promise.allSettled(before.map(() => search("parseLedger", end.signal)));
    await expect.poll(atWork, patience).toBe(before.length);
    const begun = performance.now();
    end.abort(reason);
    for (const outcome of await outcomes) expect(outcome).toEqual({ status: "rejected", reason });
    // Paths stand elsewhere: they are found while the text still cannot be read.
    const next = await Promise.all(before.map(() => search("file:src/parser.ts")));
    expect(next.map(({ files }) => files[0]?.path)).toEqual(before.map(() => "src/parser.ts"));
    expect(performance.now() - begun).toBeLessThan(atOnceMs);
    expect(searchProcessIds()).toEqual(before);
  });
  await expect.poll(atWork, patience).toBe(0);
  expect((await search("parseLedger")).isExhaustive).toBe(true);
});

test("by any door each is recorded once, as cut; who searches again is answered and recorded once", {
  timeout: 60_000,
}, async () => {
  const key = await keyOf(world.viewer);
  const accept = { accept: "application/json, text/event-stream" };
  const rpc = { jsonrpc: "2.0", id: 1, method: "tools/call" };
  const use = (query: string) => ({ ...rpc, params: { name: "search_code", arguments: { query } } });
  // Others have read the text, and keep it: of them nobody could tell that they search.
  closeSearchProcesses();
  await allUp();
  const before = (await world.product.events()).length;
  const since = await now();
  const end = new AbortController();
  const { signal } = end;
  const aborted = [
    askCode("search", { key, body: { query: hard, matches: 100 }, signal }),
    askCode("mcp", { key, body: use(hard), headers: accept, signal }),
  ];
  await expect.poll(() => reading(since), patience).toBe(2);
  // A third one of the person stands in line, and hears of it there.
  aborted.push(askCode("find_references", { key, body: { symbolName: "parseLedger" }, signal }));
  end.abort();
  const [found, told, references] = await Promise.all(aborted.map((answer) => jsonOf(answer)));
  expect(found).toMatchObject({ files: [], isSearchExhaustive: false, stats: { matchCount: 0 } });
  expect(told.result.content[0].text).toMatch(/^Nothing was found until the deadline/);
  expect(references).toMatchObject({ files: [], stats: { matchCount: 0 } });

  const again = [
    jsonOf(askCode("search", { key, body: { query: "parseLedger", matches: 100 } })),
    jsonOf(askCode("mcp", { key, body: use("parseLedger"), headers: accept })),
  ];
  const [files, words] = await Promise.all(again);
  expect(files.stats.fileCount).toBeGreaterThan(0);
  expect(words.result.content[0].text).toContain(`${repository} src/parser.ts`);
  await expect.poll(atWork, patience).toBe(0);

  const events = (await world.product.events()).slice(before);
  const cut = [0, 0, false];
  const whole = [files.stats.matchCount, files.stats.fileCount, true];
  const recorded = events.map(({ operation, metadata, details: d }) => [
    ...[operation, d.door, metadata?.message],
    ...[d.matchCount, d.fileCount, d.isExhaustive],
  ]);
  expect(recorded.map(String).sort()).toEqual(
    [
      ["CODE_SEARCH", "api", hard, ...cut],
      ["CODE_SEARCH", "mcp", hard, ...cut],
      ["FIND_REFERENCES", "api", "parseLedger", ...cut],
      ["CODE_SEARCH", "api", "parseLedger", ...whole],
      ["CODE_SEARCH", "mcp", "parseLedger", ...whole],
    ]
      .map(String)
      .sort(),
  );
});
