import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findReferencesCommand } from "@/lib/features/code-search/commands/find-references";
import { gotoDefinitionCommand } from "@/lib/features/code-search/commands/goto-definition";
import { searchCodeCommand } from "@/lib/features/code-search/commands/search-code";
import { viewFileCommand } from "@/lib/features/code-search/commands/view-file";
import type { Command } from "@/lib/gate/command";
import { breakTheLog, byKey, testRequest } from "@/tests/support/product";
import { done } from "../gurus/guru-for-tests";
import { mainCommit, nextCommit } from "./code-for-tests";
import {
  askCode,
  type CodeWorld,
  foreignRepository,
  jsonOf,
  keyOf,
  makeCodeWorld,
  repository,
} from "./code-harness";

let world: CodeWorld;
beforeAll(async () => {
  world = await makeCodeWorld();
});
afterAll(() => world?.product.close());

const request = testRequest;
const search = (
  query: string,
  principal: Parameters<typeof byKey>[0] | ReturnType<typeof byKey> = world.viewer,
) =>
  searchCodeCommand.execute({
    principal,
    request,
    input: { query, matches: 100, contextLines: 0, whole: false, door: "ui" },
  });
const newest = async (action: string) => (await world.product.events(action)).at(-1);
const count = async () => (await world.product.events()).length;

describe("a search", () => {
  it("is CODE_SEARCH by the person, of the organization, with the query as typed and what came of it", async () => {
    const query = '  parseLedger   lang:TypeScript or "As is"  ';
    const found = done(await search(query));
    expect(found.files.length).toBeGreaterThan(0);
    expect(await newest("user.performed_code_search")).toMatchObject({
      operation: "CODE_SEARCH",
      action_type: "access",
      model: "CodeSearch",
      outcome: "success",
      actor_type: "user",
      actor_id: world.viewer.accountId,
      target_type: "org",
      target_id: "1",
      guru_id: null,
      metadata: { message: query },
      changes: [],
      details: {
        door: "ui",
        matchCount: found.stats.matchCount,
        fileCount: found.stats.fileCount,
        isExhaustive: true,
        requestId: request.requestId,
      },
    });
  });

  it("by a key is the person's still, and says by which key", async () => {
    done(await search("parseLedger", byKey(world.viewer)));
    expect(await newest("user.performed_code_search")).toMatchObject({
      actor_type: "user",
      actor_id: world.viewer.accountId,
      details: { via: { apiKeyId: byKey(world.viewer).keyId, apiKeyName: "ci" } },
    });
  });

  it("keeps 4,000 characters, whatever they are", async () => {
    const terms = Array.from({ length: 4 }, () => "é".repeat(980)).join(" ");
    const hostile = `"<script>\u202E{=1+1}" ${terms}`.padEnd(4_000);
    done(await search(hostile));
    expect((await newest("user.performed_code_search"))?.metadata).toEqual({ message: hostile });
  });

  it("leaves nothing when it cannot be read", async () => {
    const before = await count();
    for (const query of ["(", "a[", "x".repeat(4_001), "", "a\0b"])
      expect(await search(query)).toMatchObject({ ok: false, code: "invalid" });
    expect(await count()).toBe(before);
  });

  it("says what was chosen beside the query: whole files, lines around, how it is read; nothing where nothing was", async () => {
    const chosen = ["whole", "contextLines", "isRegexEnabled", "isCaseSensitivityEnabled"];
    const details = async (more: object) => {
      const input = { query: "parseLedger", matches: 100, door: "ui", ...more };
      done(await searchCodeCommand.execute({ principal: world.viewer, request, input }));
      const all = Object.entries((await newest("user.performed_code_search"))?.details ?? {});
      return Object.fromEntries(all.filter(([name]) => chosen.includes(name)));
    };
    expect(await details({})).toEqual({});
    expect(await details({ whole: false, contextLines: 0, isRegexEnabled: true })).toEqual({});
    const all = { whole: true, contextLines: 3, isRegexEnabled: false, isCaseSensitivityEnabled: false };
    expect(await details(all)).toEqual(all);
  });

  it("for which nobody waits any more gives nothing, and is recorded as one that was cut", async () => {
    const key = await keyOf(world.viewer);
    const signal = AbortSignal.abort();
    const cut = { matchCount: 0, fileCount: 0, isExhaustive: false };
    const found = done(
      await searchCodeCommand.execute({
        ...{ principal: world.viewer, request, signal },
        input: { query: "parseLedger", matches: 100, door: "ui" },
      }),
    );
    expect(found).toMatchObject({ files: [], repositories: [], isExhaustive: false });
    expect((await newest("user.performed_code_search"))?.details).toMatchObject({ door: "ui", ...cut });

    const symbol = { symbolName: "parseLedger" };
    const rpc = { jsonrpc: "2.0", id: 1, method: "tools/call" };
    const use = { name: "search_code", arguments: { query: "parseLedger" } };
    const doors: [string, object, string, string][] = [
      ["search", { query: "parseLedger", matches: 100 }, "user.performed_code_search", "api"],
      ["find_references", symbol, "user.performed_find_references", "api"],
      ["find_definitions", symbol, "user.performed_goto_definition", "api"],
      ["mcp", { ...rpc, params: use }, "user.performed_code_search", "mcp"],
    ];
    const headers = { accept: "application/json, text/event-stream" };
    for (const [path, body, action, door] of doors) {
      const before = await count();
      await jsonOf(askCode(path, { key, body, headers, signal }));
      expect(await count()).toBe(before + 1);
      expect((await newest(action))?.details).toMatchObject({ door, ...cut });
    }
  });

  it("that ended early says so", async () => {
    const call = { query: "e", matches: 1, contextLines: 0, whole: false, door: "ui" };
    done(await searchCodeCommand.execute({ principal: world.viewer, request, input: call }));
    expect((await newest("user.performed_code_search"))?.details).toMatchObject({ isExhaustive: false });
  });
});

describe("a symbol", () => {
  it.each([
    [findReferencesCommand, "user.performed_find_references", "FIND_REFERENCES"],
    [gotoDefinitionCommand, "user.performed_goto_definition", "GOTO_DEFINITION"],
  ] as [Command<unknown>, string, string][])(
    "%#: is recorded with the symbol",
    async (command, action, operation) => {
      const input = { symbolName: "parseLedger", language: "TypeScript", repoName: repository, door: "ui" };
      done(await command.execute({ principal: world.viewer, request, input }));
      expect(await newest(action)).toMatchObject({
        operation,
        actor_id: world.viewer.accountId,
        target_type: "org",
        target_id: "1",
        metadata: { message: "parseLedger" },
        details: { door: "ui", language: "TypeScript", repository, isExhaustive: true },
      });
    },
  );
});

describe("a file", () => {
  it("is FILE_READ in the global log alone, as repository@revision:path", async () => {
    const input = { repository, path: "src/parser.ts", door: "ui" };
    done(await viewFileCommand.execute({ principal: world.viewer, request, input }));
    expect(await newest("file.viewed")).toMatchObject({
      operation: "FILE_READ",
      target_type: "file",
      target_id: `${repository}@main:src/parser.ts`,
      guru_id: null,
      metadata: null,
      details: { door: "ui", repository, revision: "main", commit: mainCommit, path: "src/parser.ts" },
    });
  });

  it("by a key is the key's", async () => {
    const input = { repository, path: "src/coming.ts", revision: "next", door: "api" };
    done(await viewFileCommand.execute({ principal: byKey(world.viewer), request, input }));
    expect(await newest("file.viewed")).toMatchObject({
      actor_type: "api_key",
      target_id: `${repository}@next:src/coming.ts`,
      details: { apiKeyName: "ci" },
    });
  });

  it("by a tag's name keeps that name and the commit at which the tag stood, by each door", async () => {
    const key = await keyOf(world.viewer);
    const [path, tag] = ["src/coming.ts", "v2.0-rc/1"];
    const input = { repository, path, revision: tag, door: "ui" };
    const before = await count();
    done(await viewFileCommand.execute({ principal: world.viewer, request, input }));
    await jsonOf(askCode("source", { key, body: { repository, fileName: path, branch: tag } }));
    await jsonOf(askCode("source", { key, query: `?repo=${repository}&path=${path}&ref=${tag}` }));
    const events = (await world.product.events()).slice(before);
    expect(events.map((e) => [e.operation, e.target_id, e.details])).toEqual(
      ["ui", "api", "api"].map((door) => [
        "FILE_READ",
        `${repository}@${tag}:${path}`,
        expect.objectContaining({ door, repository, revision: tag, commit: nextCommit, path }),
      ]),
    );
  });

  it("that is not there, or foreign, leaves nothing", async () => {
    const before = await count();
    for (const input of [
      { repository, path: "none" },
      { repository, path: "src/parser.ts", revision: "none" },
      { repository: foreignRepository, path: "src/vault.ts" },
    ])
      expect(
        await viewFileCommand.execute({ principal: world.viewer, request, input: { ...input, door: "ui" } }),
      ).toMatchObject({ ok: false, code: "not_found" });
    expect(await count()).toBe(before);
  });
});

describe("by HTTP", () => {
  it("each use is one event, with the door", async () => {
    const key = await keyOf(world.viewer);
    const before = await count();
    await jsonOf(askCode("search", { key, body: { query: "parseLedger", matches: 5 } }));
    await jsonOf(askCode("find_references", { key, body: { symbolName: "parseLedger" } }));
    await jsonOf(askCode("find_definitions", { key, body: { symbolName: "parseLedger" } }));
    await jsonOf(askCode("source", { key, body: { repository, fileName: "LICENSE" } }));
    await jsonOf(askCode("source", { key, query: `?repo=${repository}&path=LICENSE` }));
    await jsonOf(askCode("repos", { key }));
    const events = (await world.product.events()).slice(before);
    expect(events.map((e) => [e.operation, e.details.door])).toEqual([
      ["CODE_SEARCH", "api"],
      ["FIND_REFERENCES", "api"],
      ["GOTO_DEFINITION", "api"],
      ["FILE_READ", "api"],
      ["FILE_READ", "api"],
    ]);
  });
});

describe("when the log is broken", () => {
  it("nothing leaves by any door", async () => {
    const key = await keyOf(world.viewer);
    const mend = await breakTheLog(world.product);
    try {
      const answers = [
        askCode("search", { key, body: { query: "parseLedger", matches: 5 } }),
        askCode("find_references", { key, body: { symbolName: "parseLedger" } }),
        askCode("find_definitions", { key, body: { symbolName: "parseLedger" } }),
        askCode("source", { key, body: { repository, fileName: "src/parser.ts" } }),
        askCode("source", { key, query: `?repo=${repository}&path=src/parser.ts` }),
      ];
      for (const answer of await Promise.all(answers)) {
        expect(answer.status).toBe(500);
        const text = await answer.text();
        expect(JSON.parse(text)).toMatchObject({ errorCode: "UNEXPECTED_ERROR" });
        expect(text).not.toMatch(/parser|broken for a test|function/);
      }
      expect(await search("parseLedger")).toMatchObject({ ok: false, code: "internal" });
    } finally {
      await mend();
    }
  });
});

describe("whoever may not", () => {
  it("is refused before anything is searched, and that is recorded", async () => {
    const removed = { ...world.viewer, role: null };
    const narrow = byKey(world.viewer, ["gurus"]);
    for (const principal of [removed, narrow]) {
      expect(await search("parseLedger", principal)).toMatchObject({ ok: false });
      expect(await newest("access.denied")).toMatchObject({ details: { permission: "code:search" } });
    }
  });
});
