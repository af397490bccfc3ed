import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fewAtOnce } from "@/lib/access/few-at-once";
import {
  askCode,
  type CodeWorld,
  cookieOf,
  foreignRepository,
  jsonOf,
  keyOf,
  makeCodeWorld,
  refused,
  repository,
} from "./code-harness";

let world: CodeWorld;
let key: string;
beforeAll(async () => {
  world = await makeCodeWorld();
  key = await keyOf(world.maintainer);
});
afterAll(() => world?.product.close());

const search = (body: object, more: object = {}) =>
  askCode("search", { key, body: { matches: 100, ...body }, ...more });
const at = (byteOffset: number, lineNumber: number, column: number) => ({ byteOffset, lineNumber, column });
const searches = async () => (await world.product.events("user.performed_code_search")).length;

describe("POST /api/search", () => {
  it("answers in the shapes of both generations", async () => {
    const found = await jsonOf(search({ query: "parseLedger lang:TypeScript file:parser" }));
    expect(Object.keys(found).sort()).toEqual(
      [
        "files",
        "isBranchFilteringEnabled",
        "isSearchExhaustive",
        "repositoryInfo",
        "stats",
        "zoektStats",
      ].sort(),
    );
    expect(found.files).toEqual([
      {
        fileName: { text: "src/parser.ts", matchRanges: [expect.anything()] },
        webUrl: `http://localhost:3000/browse/${repository}/-/blob/src/parser.ts`,
        repository,
        repositoryId: expect.any(Number),
        language: "TypeScript",
        chunks: [
          {
            content: expect.stringMatching(/^export function parseLedger\(text: string\) \{\n?$/),
            contentStart: at(0, 1, 1),
            matchRanges: [{ start: at(16, 1, 17), end: at(27, 1, 28) }],
          },
        ],
        branches: ["main"],
      },
    ]);
    expect(found.repositoryInfo).toEqual([
      {
        id: found.files[0].repositoryId,
        codeHostType: "genericGitHost",
        name: repository,
        displayName: "team/engine",
        webUrl: `https://${repository}`,
      },
    ]);
    expect([found.isBranchFilteringEnabled, found.isSearchExhaustive]).toEqual([false, true]);
  });

  it("has all counts that clients read, as numbers; what our engine does not have is 0", async () => {
    const { stats, zoektStats } = await jsonOf(search({ query: "parseLedger" }));
    const shared = `duration fileCount matchCount filesSkipped contentBytesLoaded indexBytesLoaded crashes
      shardFilesConsidered filesConsidered filesLoaded shardsScanned shardsSkipped shardsSkippedFilter ngramMatches
      ngramLookups wait matchTreeConstruction matchTreeSearch regexpsConsidered`.split(/\s+/);
    expect(Object.keys(zoektStats).sort()).toEqual([...shared, "flushReason"].sort());
    expect(Object.keys(stats).sort()).toEqual(
      [...shared, "flushReason", "actualMatchCount", "totalMatchCount"].sort(),
    );
    for (const name of [...shared, "flushReason"])
      expect([name, typeof zoektStats[name]]).toEqual([name, "number"]);
    expect(typeof stats.flushReason).toBe("string");
    expect(stats).toMatchObject({
      crashes: 0,
      filesSkipped: 0,
      fileCount: 4,
      matchCount: stats.totalMatchCount,
    });
    expect(stats.duration).toBeGreaterThan(0);
  });

  it("gives context, symbols with their kind, and whole files where they are asked for", async () => {
    const withContext = await jsonOf(search({ query: "split file:parser", contextLines: 1 }));
    expect(withContext.files[0].chunks[0].contentStart).toEqual(at(0, 1, 1));
    expect(withContext.files[0].chunks[0].content).toContain("parseLedger");
    const bySymbol = await jsonOf(search({ query: "sym:parseLedger" }));
    expect(bySymbol.files.map((f: { fileName: { text: string } }) => f.fileName.text)).toEqual([
      "src/parser.ts",
    ]);
    expect(bySymbol.files[0].chunks[0].symbols).toEqual([{ symbol: "parseLedger", kind: "function" }]);
    const whole = await jsonOf(search({ query: "file:LICENSE", whole: true }));
    expect(whole.files[0].content).toBe("As is\n");
  });

  it("takes terms as texts and capital letters as a program says, and the program's name", async () => {
    const paths = async (body: object) =>
      (await jsonOf(search(body))).files.map((f: { fileName: { text: string } }) => f.fileName.text);
    const parser = ["src/parser.ts"];
    expect(await paths({ query: "class.Ledger" })).toEqual(parser);
    expect(await paths({ query: "class.Ledger", isRegexEnabled: true, source: "an editor" })).toEqual(parser);
    expect(await paths({ query: "class.Ledger", isRegexEnabled: false })).toEqual([]);
    expect(await paths({ query: "split(',') file:pars.r", isRegexEnabled: false })).toEqual(parser);
    const open = search({ query: "split(", isRegexEnabled: false });
    expect(await refused(open)).toBe("400 FAILED_TO_PARSE_QUERY");

    expect(await paths({ query: '"CLASS LEDGER"' })).toEqual([]);
    expect(await paths({ query: '"CLASS LEDGER"', isCaseSensitivityEnabled: false })).toEqual(parser);
    expect(await paths({ query: '"class ledger"' })).toEqual(parser);
    expect(await paths({ query: '"class ledger"', isCaseSensitivityEnabled: true })).toEqual([]);
    expect(await paths({ query: '"class ledger" case:no', isCaseSensitivityEnabled: true })).toEqual(parser);
  });

  it("searches the branch that rev: names, leads to it, and says that it does", async () => {
    expect((await jsonOf(search({ query: "comingSoon" }))).files).toEqual([]);
    const found = await jsonOf(search({ query: "comingSoon rev:next" }));
    expect(found.isBranchFilteringEnabled).toBe(true);
    expect(found.files[0]).toMatchObject({
      branches: ["next"],
      webUrl: `http://localhost:3000/browse/${repository}@next/-/blob/src/coming.ts`,
    });
  });

  it("finds nothing of a foreign guru's: neither files, nor counts, nor names", async () => {
    for (const query of [
      "treasure",
      "repo:vault",
      "file:vault.ts",
      "sym:parseLedger treasure",
      "rev:* treasure",
    ]) {
      const text = JSON.stringify(await jsonOf(search({ query })));
      expect(text).not.toMatch(/vault\b.*secret|treasure'/);
      expect(JSON.parse(text)).toMatchObject({ files: [], repositoryInfo: [], stats: { matchCount: 0 } });
    }
    for (const person of [world.visitor, world.auditor]) {
      const found = await jsonOf(search({ query: "parseLedger" }, { key: await keyOf(person) }));
      expect([found.files, found.repositoryInfo, found.stats.filesConsidered]).toEqual([[], [], 0]);
    }
    const all = await jsonOf(search({ query: "parseLedger" }, { key: await keyOf(world.owner) }));
    const names = all.files.map((file: { repository: string }) => file.repository);
    expect(new Set(names)).toEqual(new Set([repository, foreignRepository]));
  });

  it("FAILED_TO_PARSE_QUERY names the position, and nothing is recorded", async () => {
    const before = await searches();
    for (const [query, position] of [
      ["(open", 1],
      ["a )", 3],
      ["good lang:Go bad[", 14],
    ] as const) {
      const answer = await search({ query });
      const { message } = await jsonOf(answer.clone(), 400);
      expect(await refused(answer)).toBe("400 FAILED_TO_PARSE_QUERY");
      expect(Number(/^Position (\d+): /.exec(message)?.[1])).toBeGreaterThanOrEqual(position);
    }
    expect(await searches()).toBe(before);
  });

  it.each([
    ["no query", { matches: 1 }, "query"],
    ["an empty query", { query: "", matches: 1 }, "query"],
    ["a query of 4,001 characters", { query: "x".repeat(4_001), matches: 1 }, "4,000"],
    ["no matches", { query: "x" }, "matches"],
    ["0 matches", { query: "x", matches: 0 }, "matches"],
    ["half a match", { query: "x", matches: 1.5 }, "matches"],
    ["matches as a text", { query: "x", matches: "10" }, "matches"],
    ["10,001 matches", { query: "x", matches: 10_001 }, "matches"],
    ["negative context", { query: "x", matches: 1, contextLines: -1 }, "contextLines"],
    ["whole as a text", { query: "x", matches: 1, whole: "yes" }, "whole"],
    ["a switch as a text", { query: "x", matches: 1, isRegexEnabled: "no" }, "isRegexEnabled"],
    ["a source that is none", { query: "x", matches: 1, source: 1 }, "source"],
    ["an unknown field", { query: "x", matches: 1, orgId: 2 }, "orgId"],
    ["a door of its own", { query: "x", matches: 1, door: "ui" }, "door"],
    ["a list", [], "object"],
    ["malformed JSON", "{", "JSON"],
    ["no UTF-8", new Uint8Array([0x7b, 0xff, 0x7d]), "UTF-8"],
    ["null", "null", "object"],
  ])("INVALID_REQUEST_BODY to %s, and says what is wrong", async (_, body, names) => {
    const answer = await askCode("search", { key, body });
    expect((await jsonOf(answer.clone(), 400)).message).toContain(names);
    expect(await refused(answer)).toBe("400 INVALID_REQUEST_BODY");
  });

  it("refuses other content types, and bodies beyond 64 kB", async () => {
    const body = { query: "x", matches: 1 };
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonp"])
      expect(await refused(askCode("search", { key, body, headers: { "content-type": type } }))).toBe(
        "400 INVALID_REQUEST_BODY",
      );
    const large = JSON.stringify({ query: "x".repeat(10_000_000), matches: 1 });
    expect(await refused(askCode("search", { key, body: large }))).toBe("413 REQUEST_TOO_LARGE");
  });

  it("checks in order: organization's header, caller, organization, permission, body", async () => {
    const body = "{";
    expect(await refused(askCode("search", { body, headers: { "x-org-domain": "" } }))).toBe(
      "400 MISSING_ORG_DOMAIN_HEADER",
    );
    expect(await refused(askCode("search", { body }))).toBe("401 NOT_AUTHENTICATED");
    expect(await refused(askCode("search", { body, key: "wrong" }))).toBe("401 NOT_AUTHENTICATED");
    expect(await refused(askCode("search", { body, key, headers: { "x-org-domain": "nowhere" } }))).toBe(
      "401 NOT_AUTHENTICATED",
    );
    const browser = { cookie: await cookieOf(world.maintainer), "sec-fetch-site": "same-origin" };
    expect(
      await refused(askCode("search", { body, headers: { ...browser, "x-org-domain": "nowhere" } })),
    ).toBe("404 NOT_FOUND");
    const narrow = await keyOf(world.owner, { scopes: ["audit:read", "gurus"] });
    expect(await refused(askCode("search", { body, key: narrow }))).toBe("403 INSUFFICIENT_PERMISSIONS");
    expect(await refused(askCode("search", { body, key }))).toBe("400 INVALID_REQUEST_BODY");
    expect((await world.product.events("access.denied")).at(-1)?.details).toMatchObject({
      permission: "code:search",
    });
  });

  it("takes a key of the scope search, a Bearer, and a session of our own pages alone", async () => {
    const body = { query: "parseLedger", matches: 1 };
    const scoped = await keyOf(world.maintainer, { scopes: ["search"] });
    expect((await askCode("search", { body, key: scoped })).status).toBe(200);
    expect((await askCode("search", { body, headers: { authorization: `Bearer ${key}` } })).status).toBe(200);
    const cookie = await cookieOf(world.viewer);
    const from = (site: string) => askCode("search", { body, headers: { cookie, "sec-fetch-site": site } });
    expect((await from("same-origin")).status).toBe(200);
    for (const site of ["cross-site", "same-site", "none", ""])
      expect(await refused(from(site))).toBe("401 NOT_AUTHENTICATED");
  });

  it("TOO_MANY_REQUESTS while two searches of the same person run by whatever door; others' are not held up", async () => {
    const subject = `code search of account:${world.maintainer.accountId}`;
    let free = () => {};
    const held = new Promise<void>((resolve) => {
      free = resolve;
    });
    const running = [fewAtOnce(subject, 2, () => held), fewAtOnce(subject, 2, () => held)];
    try {
      const answer = await search({ query: "x" });
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await refused(answer)).toBe("429 TOO_MANY_REQUESTS");
      const other = await search({ query: "parseLedger" }, { key: await keyOf(world.viewer) });
      expect(other.status).toBe(200);
    } finally {
      free();
      await Promise.all(running);
    }
    expect((await search({ query: "parseLedger" })).status).toBe(200);
  });

  it("takes a trailing slash, and no other method", async () => {
    expect((await askCode("search/", { key, body: { query: "parseLedger", matches: 1 } })).status).toBe(200);
    for (const method of ["GET", "PUT", "PATCH", "DELETE"]) {
      const answer = await askCode("search", { key, method });
      expect(answer.headers.get("allow")).toBe("POST");
      expect(await refused(answer)).toBe("405 METHOD_NOT_ALLOWED");
    }
  });
});
