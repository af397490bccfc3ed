import { afterAll, beforeAll, expect, test } from "vitest";
import type { ApiKeyPrincipal, UserPrincipal } from "@/lib/access/principal";
import { readDb } from "@/lib/db/client";
import { listFolder, outlineOf, readCodeFile } from "@/lib/features/code-search/engine/read";
import { closeSearchProcesses, searchCode, searchProcessIds } from "@/lib/features/code-search/engine/search";
import type { SearchRequest, VisibleRepository } from "@/lib/features/code-search/engine/types";
import { parseQuery } from "@/lib/features/code-search/query/parse";
import { visibleRepositories } from "@/lib/features/code-search/repositories";
import { corpusGuru, writeCorpus } from "../../support/code-corpus";
import { createTestProduct, type TestProduct } from "../../support/product";

let product: TestProduct;
let one: VisibleRepository;
let other: VisibleRepository;
let large: VisibleRepository;

const tag = (name: string, n: number) => ({ name, commit: `${n}`.repeat(40) });

beforeAll(async () => {
  product = await createTestProduct();
  const guru = await corpusGuru(product.admin, "one");
  one = await writeCorpus(
    product.admin,
    guru,
    "git.example/halden/one",
    [
      { path: "src/greet.ts", text: "export function greet() {\r\n  return 'Grüße 👋 world';\r\n}\r\n" },
      { path: "src/main.ts", text: "import { greet } from './greet';\n\ngreet();\ngreet(); greet();\n" },
      { path: "lib/greet.py", text: "def greet():\n    pass\n" },
      { path: "empty.txt", text: "" },
      { path: "next.ts", text: "const onlyNext = 1;\n", branches: 2 },
      { path: "both.ts", text: "const inBoth = 1;\n", branches: 3 },
    ],
    {
      branches: ["main", "next"],
      tags: [tag("v1.0", 0), tag("v2.0-rc.1", 1), tag("next", 0), tag("gone", 2)],
    },
  );
  other = await writeCorpus(
    product.admin,
    await corpusGuru(product.admin, "other"),
    "git.example/halden/other",
    [{ path: "src/greet.ts", text: "// greet, of somebody else\n" }],
  );
  const lines = Array.from({ length: 60_000 }, (_, n) => `${"a".repeat(60)} b${n}`);
  large = await writeCorpus(product.admin, guru, "git.example/halden/large", [
    { path: "large.txt", text: `${lines.join("\n")}\n` },
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
    repositories: [one],
    matches: 100,
    contextLines: 0,
    whole: false,
    deadlineMs: 10_000,
    ...asked,
  });
}

test("matches have their place in bytes, lines and columns of code points", async () => {
  const outcome = await search("content:world");
  expect(outcome).toMatchObject({
    isExhaustive: true,
    endedBy: null,
    stats: { matchCount: 1, fileCount: 1 },
  });
  const before = Buffer.byteLength("export function greet() {\r\n");
  expect(outcome.files).toEqual([
    {
      sourceId: one.sourceId,
      path: "src/greet.ts",
      language: "TypeScript",
      branches: ["main"],
      pathRanges: [],
      chunks: [
        {
          content: "  return 'Grüße 👋 world';",
          contentStart: { byteOffset: before, lineNumber: 2, column: 1 },
          matchRanges: [
            {
              start: { byteOffset: before + 23, lineNumber: 2, column: 19 },
              end: { byteOffset: before + 28, lineNumber: 2, column: 24 },
            },
          ],
        },
      ],
    },
  ]);
});

test("the carriage return of a line's end is no part of the line", async () => {
  expect((await search("content:';$")).files.map(({ path }) => path)).toEqual([
    "src/greet.ts",
    "src/main.ts",
  ]);
  expect((await search("content:\\r")).files).toEqual([]);
});

test("lines around matches come with them, and those that touch are one chunk", async () => {
  const { files } = await search("content:greet\\( file:main", { contextLines: 1 });
  expect(files[0]?.chunks.map(({ content, contentStart }) => [contentStart.lineNumber, content])).toEqual([
    [2, "\ngreet();\ngreet(); greet();"],
  ]);
  expect(files[0]?.chunks[0]?.matchRanges).toHaveLength(3);
});

test("whole files are given where they are asked for", async () => {
  const { files } = await search("content:world", { whole: true });
  expect(files[0]?.content).toBe("export function greet() {\r\n  return 'Grüße 👋 world';\r\n}\r\n");
});

test("a term finds paths too, a file: alone lists files without lines", async () => {
  const found = await search("greet file:py$");
  expect(found.files.map(({ path, pathRanges }) => [path, pathRanges.length])).toEqual([["lib/greet.py", 2]]);
  const listed = await search("file:^src/ -file:main");
  expect(listed.files.map(({ path, chunks }) => [path, chunks])).toEqual([["src/greet.ts", []]]);
});

test("symbols are found by name, with what they are", async () => {
  const { files } = await search("sym:^greet$");
  expect(files.map(({ path }) => path)).toEqual(["src/greet.ts"]);
  expect(files[0]?.chunks[0]).toMatchObject({
    content: "export function greet() {",
    matchRanges: [{ start: { lineNumber: 1, column: 17 }, end: { lineNumber: 1, column: 22 } }],
    symbols: [{ symbol: "greet", kind: "function" }],
  });
});

test("the default branch is searched unless another is named", async () => {
  const paths = async (query: string) => (await search(query)).files.map(({ path }) => path);
  expect(await paths("onlyNext or inBoth")).toEqual(["both.ts"]);
  expect(await paths("inBoth rev:next")).toEqual(["both.ts"]);
  expect(await paths("onlyNext rev:next")).toEqual(["next.ts"]);
  expect(await paths("(onlyNext or inBoth) rev:*")).toEqual(["both.ts", "next.ts"]);
  expect(await paths("onlyNext rev:nex")).toEqual([]);
  // By the tags at their commits, too; of one name the branch is meant.
  expect(await paths("(onlyNext or inBoth) rev:v1.0")).toEqual(["both.ts"]);
  expect(await paths("(onlyNext or inBoth) branch:v2.*")).toEqual(["both.ts", "next.ts"]);
  expect(await paths("greet rev:next")).toEqual([]);
  expect(await paths("greet -rev:v1.0")).toEqual([]);
  for (const none of ["gone", "v1", "V1.0"]) expect(await paths(`inBoth rev:${none}`)).toEqual([]);
  expect(await paths("inBoth archived:only")).toEqual([]);
});

test("no more matches are given than were asked for, and it is said", async () => {
  const outcome = await search("content:greet", { matches: 2 });
  expect(outcome).toMatchObject({ isExhaustive: false, endedBy: "matches", stats: { matchCount: 2 } });
  const ranges = outcome.files.flatMap(({ chunks }) => chunks.flatMap(({ matchRanges }) => matchRanges));
  expect(ranges).toHaveLength(2);
  expect((await search("content:world", { matches: 1 })).isExhaustive).toBe(true);
});

test("repositories that were not given are not looked at", async () => {
  const outcome = await search("greet");
  expect(new Set(outcome.files.map(({ sourceId }) => sourceId))).toEqual(new Set([one.sourceId]));
  expect(outcome.facets.repositories.map(({ value }) => value)).toEqual([one.sourceId]);
  const both = await search("content:greet", { repositories: [other, one] });
  expect(both.files.at(-1)?.sourceId).toBe(other.sourceId);
  expect((await search("greet", { repositories: [] })).files).toEqual([]);
});

test("a search goes on when its process is ended, and when its index is another by now", async () => {
  await search("greet");
  for (const pid of searchProcessIds()) process.kill(pid, "SIGKILL");
  expect((await search("content:world")).files).toHaveLength(1);
  const made = await writeCorpus(product.admin, one.guru, "git.example/halden/moving", [
    { path: "a.txt", text: "before the change\n" },
  ]);
  const again = await writeCorpus(
    product.admin,
    one.guru,
    made.name,
    [{ path: "b.txt", text: "the change\n" }],
    {
      sourceId: made.sourceId,
    },
  );
  const paths = async (repository: VisibleRepository) =>
    (await search("content:change", { repositories: [repository] })).files.map(({ path }) => path);
  // Who began before the change still sees what was there; once that is taken away, what is there now.
  expect(await paths(made)).toEqual(["a.txt"]);
  await product.admin`delete from code_segment where id in
    (select segment_id from code_file where source_id = ${made.sourceId} and to_generation is not null)`;
  expect(await paths(made)).toEqual(["b.txt"]);
  expect(await paths(again)).toEqual(["b.txt"]);
});

test("what is taken away that no generation in use needs is not missed", async () => {
  const name = "git.example/halden/clearing";
  const [old, kept] = [`${"old ".repeat(9)}change\n`, "the change\n"];
  const made = await writeCorpus(product.admin, one.guru, name, [{ path: "old.txt", text: old }]);
  const asked = { sourceId: made.sourceId };
  const now = await writeCorpus(product.admin, one.guru, name, [{ path: "kept.txt", text: kept }], asked);
  const searched = async () => {
    const outcome = await search("content:change", { repositories: [now] });
    const { segmentsScanned } = outcome.stats;
    return {
      ...{ paths: outcome.files.map(({ path }) => path), isExhaustive: outcome.isExhaustive },
      ...{ segmentsScanned, endedBy: outcome.endedBy },
    };
  };
  const expected = { paths: ["kept.txt"], isExhaustive: true, endedBy: null, segmentsScanned: 1 };
  expect(await searched()).toEqual(expected);
  await product.admin`delete from code_file where source_id = ${made.sourceId} and to_generation is not null`;
  await product.admin`delete from code_segment s where source_id = ${made.sourceId}
    and not exists (select from code_file f where f.segment_id = s.id)`;
  expect(await searched()).toEqual(expected);
});

test("an aborted search ends with the reason of its signal", async () => {
  const control = new AbortController();
  const running = search("content:[^x][^y]$", {
    repositories: [large],
    signal: control.signal,
    matches: 1_000_000,
  });
  control.abort(new Error("left"));
  await expect(running).rejects.toThrow("left");
  expect((await search("content:world")).files).toHaveLength(1);
});

test("files, folders and outlines are read by branch, commit or default", async () => {
  const db = readDb();
  const file = await readCodeFile(db, one, "both.ts", "next");
  expect(file).toMatchObject({ text: "const inBoth = 1;\n", revision: "next", commit: "1".repeat(40) });
  expect(await readCodeFile(db, one, "next.ts", null)).toBeNull();
  expect((await readCodeFile(db, one, "next.ts", "1".repeat(40)))?.lines).toBe(1);
  expect(await readCodeFile(db, one, "empty.txt", null)).toMatchObject({ text: "", lines: 0 });
  for (const odd of ["", "../both.ts", "a\0b", "src"])
    expect(await readCodeFile(db, one, odd, null)).toBeNull();
  expect(await readCodeFile(db, one, "both.ts", "gone")).toBeNull();
  const atTag = { revision: "v2.0-rc.1", commit: "1".repeat(40) };
  expect(await readCodeFile(db, one, "next.ts", "v2.0-rc.1")).toMatchObject(atTag);
  expect(await readCodeFile(db, one, "next.ts", "v1.0")).toBeNull();
  expect((await readCodeFile(db, large, "line.txt", null))?.text).toHaveLength(1_000_000);
  expect(await listFolder(db, one, "", null)).toEqual([
    { name: "lib", path: "lib", kind: "folder" },
    { name: "src", path: "src", kind: "folder" },
    { name: "both.ts", path: "both.ts", kind: "file" },
    { name: "empty.txt", path: "empty.txt", kind: "file" },
  ]);
  expect((await listFolder(db, one, "src", null))?.map(({ path }) => path)).toEqual([
    "src/greet.ts",
    "src/main.ts",
  ]);
  expect(await listFolder(db, one, "sr", null)).toBeNull();
  expect(await outlineOf(db, one, "src/greet.ts", null)).toEqual([
    { name: "greet", kind: "function", parent: null, line: 1, column: 17 },
  ]);
});

test("repositories are those of the gurus in which one holds a role, and all for the owner", async () => {
  const named = async (who: UserPrincipal | ApiKeyPrincipal) =>
    (await visibleRepositories(readDb(), who)).map(({ name }) => name);
  const owner = await product.person("owner@halden.example", "owner");
  const viewer = await product.person("viewer@halden.example");
  const maintainer = await product.person("maintainer@halden.example");
  const visitor = await product.person("visitor@halden.example");
  const auditor = await product.person("auditor@halden.example", "auditor");
  await product.admin`update guru set visibility = 'organization'`;
  for (const [who, role] of [
    [viewer, "viewer"],
    [maintainer, "maintainer"],
    [auditor, "viewer"],
  ] as const)
    await product.admin`insert into guru_role (guru_id, account_id, role) values (${other.guru.id}, ${who.accountId}, ${role})`;
  expect(await named(owner)).toContain(one.name);
  expect(await named(owner)).toContain(other.name);
  expect(await named(viewer)).toEqual([other.name]);
  expect(await named(maintainer)).toEqual([other.name]);
  expect(await named(visitor)).toEqual([]);
  expect(await named(auditor)).toEqual([]);
  expect(await named({ ...viewer, mustChangePassword: true })).toEqual([]);
  const key = (scopes: ApiKeyPrincipal["scopes"]): ApiKeyPrincipal => ({
    kind: "api_key",
    keyId: "k",
    keyName: "k",
    scopes,
    accountId: viewer.accountId,
    email: viewer.email,
    orgId: 1,
    role: "member",
  });
  expect(await named(key([]))).toEqual([other.name]);
  expect(await named(key(["search"]))).toEqual([other.name]);
  expect(await named(key(["gurus"]))).toEqual([]);
});
