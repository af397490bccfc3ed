import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findReferencesCommand } from "@/lib/features/code-search/commands/find-references";
import { previewDefinition } from "@/lib/features/code-search/viewer-queries";
import { codeIn } from "./code-for-tests";
import { askCode, type CodeWorld, jsonOf, keyOf, makeCodeWorld } from "./code-harness";

const name = "git.example.com/team/bundled";
/** A megabyte and more in one line, as a bundler writes it: 1,200 definitions, and before them what takes two units a character. */
const lead = `/*${"🦉".repeat(5_000)}*/`;
const one = `;function bundled(a,b){${"return a+b,".repeat(80)}0}`;
const line = `${lead}${one.repeat(1_200)}`;

let world: CodeWorld;
let key: string;
beforeAll(async () => {
  world = await makeCodeWorld();
  key = await keyOf(world.viewer);
  await codeIn(world.guru.id, { name, files: { "dist/app.js": `${line}\n` } });
  // The first search starts its process, of whose time it goes.
  await askCode("find_references", { key, body: asked });
});
afterAll(() => world?.product.close());

const request = { ip: "203.0.113.50", userAgent: null, requestId: null };
const asked = { symbolName: "bundled", repoName: name };
/** 1,000 pieces with their ranges, and nothing near a line for each. */
const mostLength = 2_000_000;

async function tool(tool: string, input: object): Promise<string> {
  const body = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: tool, arguments: input } };
  const accept = "application/json, text/event-stream";
  const answer = await jsonOf(askCode("mcp", { key, body, headers: { accept } }));
  return answer.result.content[0].text;
}

describe("1,000 matches in a line of a megabyte", () => {
  it.each(["find_references", "find_definitions"])("%s gives the piece around each", async (path) => {
    const answer = await askCode(path, { key, body: asked });
    const text = await answer.text();
    expect([answer.status, text.length < mostLength]).toEqual([200, true]);
    const { stats, files, isSearchExhaustive } = JSON.parse(text);
    expect([stats.matchCount, isSearchExhaustive]).toEqual([1_000, false]);
    const bytes = Buffer.from(line);
    const characters = [...line];
    for (const [n, { lineContent, lineCut, range }] of files[0].matches.entries()) {
      const { start, end } = range;
      expect(bytes.subarray(start.byteOffset, end.byteOffset).toString()).toBe("bundled");
      expect(start.column).toBe([...lead].length + one.length * n + ";function ".length + 1);
      expect(lineContent).toBe(characters.slice(lineCut.before, characters.length - lineCut.behind).join(""));
      expect([...lineContent].slice(start.column - 1 - lineCut.before).join("")).toMatch(/^bundled\(a,b\)/);
    }
  });

  it("the page gets the same", async () => {
    const input = { ...asked, door: "ui" };
    const found = await findReferencesCommand.execute({ principal: world.viewer, request, input });
    if (!found.ok || "repeated" in found) throw new Error("nothing was found");
    expect(found.value.matchCount).toBe(1_000);
    expect(JSON.stringify(found.value).length).toBeLessThan(mostLength);
  });

  it("a model is shown what stands around them, and told that the line goes on", async () => {
    const words = await tool("find_definitions", { symbol: "bundled", repository: name });
    const [, , file, ...lines] = words.split("\n");
    expect(file).toBe(`${name} dist/app.js`);
    expect(lines.length).toBeGreaterThan(50);
    for (const each of lines.slice(0, -1))
      expect(each).toMatch(/^1: \[…\] .*function bundled\(a,b\).* \[…\]$/);
    const found = await tool("search_code", { query: "function\\ bundled file:app.js", matches: 1 });
    expect(found).toMatch(/\n1: \[…\] .*function bundled\(a,b\).* \[…\]$/);
  });

  it("a hover shows the first four", async () => {
    const input = { repository: name, revision: null, language: "JavaScript", symbol: "bundled" };
    const found = await previewDefinition.execute({ principal: world.viewer, request, input });
    const shown = { path: "dist/app.js", line: 1, kind: "function", text: "bundled(a,b)" };
    expect(found).toEqual({ ok: true, value: { definitions: Array(4).fill(shown), more: true } });
  });
});
