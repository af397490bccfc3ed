import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nextCommit } from "./code-for-tests";
import {
  askCode,
  type CodeWorld,
  cookieOf,
  foreignRepository,
  foreignTag,
  jsonOf,
  keyOf,
  makeCodeWorld,
  refused,
  repository,
} from "./code-harness";

let world: CodeWorld;
let server: Server;
let url: URL;
beforeAll(async () => {
  world = await makeCodeWorld();
  // The route behind real HTTP: what the client sends and reads goes over a socket.
  server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const headers = Object.fromEntries(Object.entries(req.headers).map(([k, v]) => [k, String(v)]));
    const body = chunks.length > 0 ? { body: Buffer.concat(chunks).toString() } : {};
    const answer = await askCode("mcp", {
      ...body,
      method: req.method ?? "GET",
      headers: { "x-org-domain": "", "content-type": "", ...headers },
    });
    res.writeHead(answer.status, Object.fromEntries(answer.headers));
    res.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api/mcp`);
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await world?.product.close();
});

async function connected(key: string, header = "authorization"): Promise<Client> {
  const client = new Client({ name: "test client", version: "1.0.0" });
  const headers = { [header]: header === "authorization" ? `Bearer ${key}` : key };
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }) as never);
  return client;
}

async function call(client: Client, name: string, input: Record<string, unknown> = {}) {
  const { content, isError } = await client.callTool({ name, arguments: input });
  const [first] = content as { type: string; text: string }[];
  return { text: first?.text ?? "", isError: isError === true };
}

const message = (method: string, params: object = {}) => ({ jsonrpc: "2.0", id: 1, method, params });
const post = (key: string, body: unknown) =>
  askCode("mcp", { key, body, headers: { accept: "application/json, text/event-stream" } });

describe("POST /api/mcp with the official client", () => {
  it("introduces itself and lists its five tools, each with a schema", async () => {
    const client = await connected(await keyOf(world.viewer));
    expect(client.getServerVersion()).toMatchObject({ version: world.product.runtime.version });
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name).sort()).toEqual([
      "find_definitions",
      "find_references",
      "list_repos",
      "read_file",
      "search_code",
    ]);
    for (const tool of tools) {
      expect(tool.inputSchema.type).toBe("object");
      expect(tool.description?.length).toBeGreaterThan(20);
    }
    await client.close();
  });

  it("lists, searches, reads, finds definitions and references; each use is an event of the door mcp", async () => {
    const client = await connected(await keyOf(world.viewer), "x-sourcebot-api-key");
    const before = (await world.product.events()).length;
    expect((await call(client, "list_repos")).text).toBe(
      `${repository} - branches: main (default), next; tags: v2.0-rc/1`,
    );
    const found = await call(client, "search_code", { query: "parseLedger file:parser" });
    expect(found.text).toContain(
      `${repository} src/parser.ts (main)\n1: export function parseLedger(text: string) {`,
    );
    const file = await call(client, "read_file", {
      repository,
      path: "src/parser.ts",
      firstLine: 2,
      lastLine: 3,
    });
    expect(file.text).toBe(`${repository}@main:src/parser.ts (lines 2-3 of 5)\n  return text.split(',');\n}`);
    const definitions = await call(client, "find_definitions", { symbol: "parseLedger" });
    expect(definitions.text).toContain("src/parser.ts\n1: export function parseLedger");
    const references = await call(client, "find_references", {
      symbol: "parseLedger",
      language: "TypeScript",
    });
    expect(references.text).toContain("4 found in 2 files.");
    const events = (await world.product.events()).slice(before);
    expect(events.map((e) => [e.operation, e.details.door, e.account_id])).toEqual(
      ["CODE_SEARCH", "FILE_READ", "GOTO_DEFINITION", "FIND_REFERENCES"].map((operation) => [
        operation,
        "mcp",
        world.viewer.accountId,
      ]),
    );
    await client.close();
  });

  it("reads by a tag, and finds by it; the record has the tag and the commit", async () => {
    const client = await connected(await keyOf(world.viewer));
    const revision = "v2.0-rc/1";
    const path = "src/coming.ts";
    const before = (await world.product.events()).length;
    expect(await call(client, "read_file", { repository, path, revision })).toEqual({
      text: `${repository}@${revision}:${path} (1 lines)\nexport function comingSoon() {}`,
      isError: false,
    });
    const found = await call(client, "find_definitions", { symbol: "comingSoon", repository, revision });
    expect(found.text).toContain(`${repository} ${path}\n1: export function comingSoon`);
    const [read, looked] = (await world.product.events()).slice(before);
    expect(read).toMatchObject({
      operation: "FILE_READ",
      target_id: `${repository}@${revision}:${path}`,
      details: { door: "mcp", repository, revision, commit: nextCommit, path },
    });
    expect(looked).toMatchObject({ operation: "GOTO_DEFINITION", details: { door: "mcp", revision } });
    await client.close();
  });

  it("tells what is wrong with a call, and goes on", async () => {
    const client = await connected(await keyOf(world.viewer));
    const cases: [string, object, RegExp][] = [
      ["search_code", { query: "(open" }, /^Position 1: /],
      ["search_code", {}, /query/],
      ["search_code", { query: "x", matches: 1e9 }, /matches/],
      ["search_code", { query: "x", unknown: true }, /unknown/],
      ["read_file", { repository, path: "none" }, /no such file/],
      ["read_file", { repository, path: "LICENSE", revision: "none" }, /No branch/],
      ["find_references", { symbol: "" }, /symbol/],
      ["nothing", {}, /nothing/],
    ];
    for (const [name, input, says] of cases) {
      const answer = await call(client, name, input as never);
      expect([name, answer.isError, answer.text]).toEqual([name, true, expect.stringMatching(says)]);
    }
    expect((await call(client, "list_repos", { query: "zzz" })).text).toContain("No repository");
    await client.close();
  });

  it("tells of a fault of ours plainly, without its query and what was in it", async () => {
    const client = await connected(await keyOf(world.viewer));
    const { admin } = world.product;
    await admin.unsafe("alter table code_repository rename to code_repository_away");
    try {
      for (const [name, input] of [
        ["list_repos", {}],
        ["search_code", { query: "parseLedger" }],
        ["read_file", { repository, path: "LICENSE" }],
        ["find_definitions", { symbol: "parseLedger" }],
        ["find_references", { symbol: "parseLedger" }],
      ] as const) {
        const answer = await call(client, name, input);
        expect([name, answer.isError]).toEqual([name, true]);
        expect(answer.text).toMatch(/^Something went wrong on our side/);
        expect(answer.text).not.toMatch(/select |params|code_repository/i);
      }
    } finally {
      await admin.unsafe("alter table code_repository_away rename to code_repository");
    }
    expect((await call(client, "list_repos")).text).toContain(repository);
    await client.close();
  });

  it("shows nothing of a foreign guru's", async () => {
    const client = await connected(await keyOf(world.viewer));
    const answers = [
      await call(client, "list_repos"),
      await call(client, "list_repos", { query: "vault" }),
      await call(client, "search_code", { query: "treasure rev:buried-1" }),
      await call(client, "search_code", { query: "treasure" }),
      await call(client, "read_file", { repository: foreignRepository, path: "src/vault.ts" }),
      await call(client, "find_definitions", { symbol: "parseLedger", repository: foreignRepository }),
    ];
    for (const { text } of answers) expect(text).not.toMatch(/treasure|secret\/vault|vault\.ts|buried/);
    const missing = { repository: "git.example.com/secret/nothing", path: "src/vault.ts" };
    expect(answers[4]).toEqual(await call(client, "read_file", missing));
    const byTag = { revision: foreignTag };
    const read = await call(client, "read_file", { ...missing, repository: foreignRepository, ...byTag });
    expect(read).toEqual(await call(client, "read_file", { ...missing, ...byTag }));
    await client.close();
  });
});

describe("the address", () => {
  it("401 with WWW-Authenticate without a valid key; a session is nobody here", async () => {
    const headers = { cookie: await cookieOf(world.viewer), "sec-fetch-site": "same-origin" };
    for (const answer of [
      await askCode("mcp", { body: message("ping") }),
      await askCode("mcp", { body: message("ping"), headers }),
      await askCode("mcp", { body: message("ping"), key: "wrong" }),
    ]) {
      expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer/);
      expect(await refused(answer)).toBe("401 NOT_AUTHENTICATED");
    }
    await expect(connected("wrong")).rejects.toThrow();
    const narrow = await keyOf(world.owner, { scopes: ["gurus"] });
    expect(await refused(post(narrow, message("ping")))).toBe("403 INSUFFICIENT_PERMISSIONS");
  });

  it("405 to GET and DELETE: there is no stream and no session", async () => {
    const key = await keyOf(world.viewer);
    for (const method of ["GET", "DELETE", "PUT", "PATCH"]) {
      const answer = await askCode("mcp", { key, method });
      expect(answer.headers.get("allow")).toBe("POST");
      expect(await refused(answer)).toBe("405 METHOD_NOT_ALLOWED");
    }
  });

  it("bounds what it takes: 64 kB, JSON alone", async () => {
    const key = await keyOf(world.viewer);
    const large = message("tools/call", { name: "search_code", arguments: { query: "x".repeat(100_000) } });
    expect(await refused(post(key, large))).toBe("413 REQUEST_TOO_LARGE");
    expect(await refused(post(key, "{"))).toBe("400 INVALID_REQUEST_BODY");
    expect(await jsonOf(post(key, message("ping")))).toEqual({ jsonrpc: "2.0", id: 1, result: {} });
  });

  it("takes one message at a time: a list is refused in JSON-RPC's words, also one that would never be answered", async () => {
    const key = await keyOf(world.viewer);
    const before = (await world.product.events()).length;
    const asked = message("tools/call", { name: "search_code", arguments: { query: "parseLedger" } });
    const cancelled = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } };
    for (const list of [[], [message("ping")], [asked, message("ping")], [asked, cancelled]])
      expect(await jsonOf(post(key, list), 400)).toEqual({
        jsonrpc: "2.0",
        error: { code: -32600, message: expect.stringContaining("one message") },
        id: null,
      });
    expect(await world.product.events()).toHaveLength(before);
  });

  it("gives no more than fits: long lines are cut, long answers end with what to do", async () => {
    const { codeIn } = await import("./code-for-tests");
    await codeIn(world.guru.id, {
      name: "git.example.com/team/long",
      files: {
        "long.txt": `${"x".repeat(500_000)}\n`,
        "many.txt": `${"needle and a hundred more characters of text\n".repeat(20_000)}`,
      },
    });
    const client = await connected(await keyOf(world.viewer));
    const repositoryOf = { repository: "git.example.com/team/long" };
    const long = await call(client, "read_file", { ...repositoryOf, path: "long.txt" });
    expect(long.text.length).toBeLessThan(3_000);
    const many = await call(client, "read_file", { ...repositoryOf, path: "many.txt" });
    expect(many.text).toContain("lines 1-2000 of 20000");
    expect(many.text.length).toBeLessThan(101_000);
    const search = await call(client, "search_code", { query: "needle", matches: 1_000, contextLines: 20 });
    expect(search.text.length).toBeLessThan(101_000);
    await client.close();
  });
});
