import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { findReferencesCommand } from "@/lib/features/code-search/commands/find-references";
import { searchCodeCommand } from "@/lib/features/code-search/commands/search-code";
import { searchFacts } from "@/lib/features/code-search/queries";
import { codeFormat } from "@/lib/platform/code/format";
import { codeIn } from "./code-for-tests";
import {
  askCode,
  type CodeWorld,
  foreignRepository,
  jsonOf,
  keyOf,
  makeCodeWorld,
  repository,
} from "./code-harness";

const current = "git.example.com/team/current";
let world: CodeWorld;
let key: string;
beforeAll(async () => {
  world = await makeCodeWorld();
  key = await keyOf(world.viewer);
  await codeIn(world.guru.id, { name: current, files: { "lib/now.ts": "export const parseLedger = 1;\n" } });
});
beforeEach(() => indexedAs({ format: codeFormat - 1 }));
afterAll(() => world?.product.close());

/** What the index of a repository was made by; that of the team by default. */
const indexedAs = (basis: object | null, name = repository) =>
  world.product.admin`update code_repository set basis = ${basis as never} where name = ${name}`;

const request = { ip: "203.0.113.50", userAgent: null, requestId: null };
const isExhaustive = async (query: string): Promise<boolean> =>
  (await jsonOf(askCode("search", { key, body: { query, matches: 100 } }))).isSearchExhaustive;

async function search(query: string, more: object = {}) {
  const input = { query, matches: 100, contextLines: 0, whole: false, door: "ui", ...more };
  const answer = await searchCodeCommand.execute({ principal: world.viewer, request, input });
  if (!answer.ok || "repeated" in answer) throw new Error(JSON.stringify(answer));
  return answer.value;
}

async function tool(name: string, input: object): Promise<string> {
  const body = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: input } };
  const headers = { accept: "application/json, text/event-stream" };
  return (await jsonOf(askCode("mcp", { key, body, headers }))).result.content[0].text;
}

it("a search in an index of another form is not exhaustive, and is recorded as that; anew it is", async () => {
  expect(await isExhaustive("parseLedger")).toBe(false);
  expect(await search("parseLedger")).toMatchObject({ isExhaustive: false, endedBy: "index" });
  const [event] = (await world.product.events("user.performed_code_search")).slice(-1);
  expect(event?.details).toMatchObject({ isExhaustive: false });
  // What is found in it all the same is given.
  expect((await search("parseLedger")).files.map(({ path }) => path)).toContain("src/parser.ts");
  for (const basis of [{ format: codeFormat + 1 }, {}, null]) {
    await indexedAs(basis);
    expect(await isExhaustive("parseLedger"), JSON.stringify(basis)).toBe(false);
  }
  await indexedAs({ format: codeFormat });
  expect(await search("parseLedger")).toMatchObject({ isExhaustive: true, endedBy: null });
});

it("but where the query or a filter rules that repository out, and where it is another's, it is", async () => {
  for (const query of [
    "repo:current parseLedger",
    "-repo:engine parseLedger",
    "(repo:current or rev:none) parseLedger",
  ])
    expect(await isExhaustive(query), query).toBe(true);
  for (const query of ["-repo:current parseLedger", "repo:current or parseLedger", "rev:next parseLedger"])
    expect(await isExhaustive(query), query).toBe(false);
  const filters = (name: string) => ({ filters: { repositories: [name], languages: [] } });
  expect((await search("parseLedger", filters(current))).isExhaustive).toBe(true);
  expect((await search("parseLedger", filters(repository))).isExhaustive).toBe(false);
  await indexedAs({ format: codeFormat });
  await indexedAs({ format: 0 }, foreignRepository);
  expect(await isExhaustive("parseLedger")).toBe(true);
});

it("a search that stopped for a reason of its own keeps that reason", async () => {
  expect(await search("parseLedger", { matches: 1 })).toMatchObject({
    isExhaustive: false,
    endedBy: "matches",
  });
});

it("the page, the tools of models and the search for symbols say so", async () => {
  const facts = await searchFacts.execute({ principal: world.viewer, request, input: null });
  const states = facts.ok ? facts.value.repositories.map((r) => [r.name, r.isIndexed, r.isOutdated]) : [];
  expect(states).toEqual([
    [current, true, false],
    [repository, true, true],
  ]);
  expect(await tool("search_code", { query: "parseLedger" })).toMatch(/^\d+ matches .*being indexed anew/);
  expect(await tool("search_code", { query: "nowhere_at_all" })).toMatch(/^Nothing .*being indexed anew/);
  expect(await tool("find_references", { symbol: "nowhereAtAll" })).toMatch(/^Nothing .*being indexed anew/);
  expect(await tool("find_references", { symbol: "nowhereAtAll", repository: current })).toBe(
    "Nothing was found.",
  );
  const input = { symbolName: "parseLedger", repoName: repository, door: "ui" };
  const found = await findReferencesCommand.execute({ principal: world.viewer, request, input });
  expect(found).toMatchObject({ value: { isCapped: true, isBeingIndexed: true } });
  const [event] = (await world.product.events("user.performed_find_references")).slice(-1);
  expect(event?.details).toMatchObject({ isExhaustive: false });
});
