import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { guruOf } from "../gurus/guru-for-tests";
import { codeIn, mainCommit, nextCommit } from "./code-for-tests";
import {
  askCode,
  type CodeWorld,
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
  key = await keyOf(world.viewer);
});
afterAll(() => world?.product.close());

const references = (body: object, by = key) => askCode("find_references", { key: by, body });
const definitions = (body: object, by = key) => askCode("find_definitions", { key: by, body });
// biome-ignore lint/suspicious/noExplicitAny: an answer's JSON
const places = (found: any) =>
  found.files.flatMap((file: { fileName: string; matches: { range: { start: { lineNumber: number } } }[] }) =>
    file.matches.map(({ range }) => `${file.fileName}:${range.start.lineNumber}`),
  );

describe("POST /api/find_references", () => {
  it("finds each use as a word of its own, with the line and the range, in files of the same language", async () => {
    const found = await jsonOf(references({ symbolName: "parseLedger", language: "TypeScript" }));
    expect(places(found)).toEqual(["src/parser.ts:1", "src/use.ts:1", "src/use.ts:3", "src/use.ts:4"]);
    expect(found.stats).toEqual({ matchCount: 4 });
    expect(found.isSearchExhaustive).toBe(true);
    expect(found.files[0]).toEqual({
      fileName: "src/parser.ts",
      repository,
      repositoryId: found.repositoryInfo[0].id,
      webUrl: `http://localhost:3000/browse/${repository}/-/blob/src/parser.ts`,
      language: "TypeScript",
      matches: [
        {
          lineContent: "export function parseLedger(text: string) {",
          range: {
            start: { byteOffset: 16, lineNumber: 1, column: 17 },
            end: { byteOffset: 27, lineNumber: 1, column: 28 },
          },
        },
      ],
    });
    expect(places(await jsonOf(references({ symbolName: "parseLedger" })))).toContain("src/tool.py:1");
    expect((await jsonOf(references({ symbolName: "parseledger" }))).stats.matchCount).toBe(0);
  });

  it("takes names that are no words, and whatever a regular expression would read in them", async () => {
    const { id } = await guruOf(world.viewer, { name: "Signs" });
    await codeIn(id, {
      name: "git.example.com/team/signs",
      files: {
        "a.rb": "def empty?\n  $scope.empty?\nend\nempty\n",
        "b.txt": "a.b a+b (a|b) a\\b [x] 名前\n",
      },
    });
    expect((await jsonOf(references({ symbolName: "empty?", language: "Ruby" }))).stats.matchCount).toBe(2);
    expect((await jsonOf(references({ symbolName: "$scope" }))).stats.matchCount).toBe(1);
    for (const symbolName of ["a.b", "a+b", "(a|b)", "a\\b", "[x]", "名前"])
      expect([symbolName, (await jsonOf(references({ symbolName }))).stats.matchCount]).toEqual([
        symbolName,
        1,
      ]);
    for (const symbolName of [
      ".*",
      "a\0b",
      "\ud800",
      "a\nb",
      "'; drop table guru; --",
      "\u202E",
      "x".repeat(400),
    ])
      expect((await jsonOf(references({ symbolName }))).stats.matchCount).toBe(0);
  });
});

describe("POST /api/find_definitions", () => {
  it("finds where it is defined, and not where it is used", async () => {
    expect(places(await jsonOf(definitions({ symbolName: "parseLedger", language: "typescript" })))).toEqual([
      "src/parser.ts:1",
    ]);
    expect(places(await jsonOf(definitions({ symbolName: "Ledger" })))).toEqual(["src/parser.ts:5"]);
    expect(places(await jsonOf(definitions({ symbolName: "parse" })))).toEqual([]);
  });

  it("finds names that are spelt otherwise where they are defined, in languages that have such", async () => {
    const { id } = await guruOf(world.viewer, { name: "Spellings" });
    await codeIn(id, {
      name: "git.example.com/team/spellings",
      files: {
        "a.php": "<?php\nfunction budget() {}\n",
        "b.rb": "function budget?\nfunction budgets\n",
        "c.ts": "function #budget() {}\n",
        "d.py": "function budget!\n",
        "e.ts": "function db() {}\n",
      },
    });
    const found = async (symbolName: string, language?: string) =>
      places(await jsonOf(definitions({ symbolName, language })));
    expect(await found("$budget", "PHP")).toEqual(["a.php:2"]);
    expect(await found("budget", "Ruby")).toEqual(["b.rb:1"]);
    expect(await found("budget", "TypeScript")).toEqual(["c.ts:1"]);
    expect(await found("#budget", "TypeScript")).toEqual(["c.ts:1"]);
    expect(await found("db", "TypeScript")).toEqual(["e.ts:1"]);
    expect(await found("x".repeat(400), "Ruby")).toEqual([]);
    expect(await found("$budget", "Python")).toEqual([]);
    expect(await found("budget", "Python")).toEqual([]);
    expect(await found("budget")).toEqual(["a.php:2"]);
  });

  it("looks in the revision and the repository that are named", async () => {
    expect(places(await jsonOf(definitions({ symbolName: "comingSoon" })))).toEqual([]);
    const next = { symbolName: "comingSoon", revisionName: "next", repoName: repository };
    expect(places(await jsonOf(definitions(next)))).toEqual(["src/coming.ts:1"]);
    const elsewhere = { symbolName: "parseLedger", repoName: "git.example.com/team/other" };
    expect(places(await jsonOf(definitions(elsewhere)))).toEqual([]);
  });
});

it("a tag as the revision is the branch at whose commit it stands, and is called so", async () => {
  for (const repoName of [repository, undefined]) {
    const asked = { symbolName: "comingSoon", revisionName: "v2.0-rc/1", repoName };
    const found = await jsonOf(definitions(asked));
    expect(places(found)).toEqual(["src/coming.ts:1"]);
    expect(found.files[0].webUrl).toBe(
      `http://localhost:3000/browse/${repository}@v2.0-rc/1/-/blob/src/coming.ts`,
    );
  }
});

describe("a commit as the revision", () => {
  it("is the branch whose newest it is, in full or by its beginning; the record keeps what was sent", async () => {
    const url = `http://localhost:3000/browse/${repository}@${nextCommit}/-/blob/src/coming.ts`;
    const short = nextCommit.slice(0, 7);
    for (const revisionName of [nextCommit, short, short.toUpperCase()])
      for (const repoName of [repository, undefined]) {
        const found = await jsonOf(definitions({ symbolName: "comingSoon", revisionName, repoName }));
        expect([revisionName, places(found)]).toEqual([revisionName, ["src/coming.ts:1"]]);
        expect(found.files[0].webUrl).toBe(url);
        const [event] = (await world.product.events("user.performed_goto_definition")).slice(-1);
        expect(event?.details).toMatchObject({ revision: revisionName });
      }
    const main = { symbolName: "parseLedger", language: "TypeScript", revisionName: mainCommit };
    expect(places(await jsonOf(references(main)))).toHaveLength(4);
    for (const revisionName of [nextCommit.slice(0, 6), "0".repeat(40), `${nextCommit}0`, "main~1"]) {
      const nowhere = { symbolName: "comingSoon", revisionName, repoName: repository };
      expect([revisionName, places(await jsonOf(definitions(nowhere)))]).toEqual([revisionName, []]);
    }
  });
});

it("what is a tag in one repository and the beginning of a commit in another is each for itself", async () => {
  const revisionName = nextCommit.slice(0, 8);
  const { id } = await guruOf(world.viewer, { name: "Tagged" });
  const name = "git.example.com/team/tagged";
  const files = { "src/tagged.ts": "export function comingSoon() {}\n" };
  const at = { tags: [{ name: revisionName, commit: mainCommit }] };
  await codeIn(id, { name, files, next: { "src/not.ts": "export function comingSoon() {}\n" }, ...at });
  const found = await jsonOf(definitions({ symbolName: "comingSoon", revisionName }));
  const browse = "http://localhost:3000/browse";
  expect(found.files.map(({ webUrl }: { webUrl: string }) => webUrl)).toEqual([
    `${browse}/${repository}@${nextCommit}/-/blob/src/coming.ts`,
    `${browse}/${name}@${revisionName}/-/blob/src/tagged.ts`,
  ]);
  // Where the tag is all that there is.
  const there = await jsonOf(definitions({ symbolName: "comingSoon", revisionName, repoName: name }));
  expect(places(there)).toEqual(["src/tagged.ts:1"]);
});

describe("a repository of two gurus", () => {
  it("is looked into once: the first that is indexed", async () => {
    const name = "git.example.com/team/twice";
    const files = { "twice.ts": "export function twiceThere() {}\n" };
    const gurus = [
      await guruOf(world.viewer, { name: "First" }),
      await guruOf(world.viewer, { name: "Second" }),
    ];
    const sources: string[] = [];
    for (const { id } of gurus) sources.push(await codeIn(id, { name, files }));
    const asked = { symbolName: "twiceThere", repoName: name };
    const found = await jsonOf(definitions(asked));
    expect([places(found), found.repositoryInfo.length]).toEqual([["twice.ts:1"], 1]);
    await world.product
      .admin`update code_repository set generation = 0 where source_id = ${sources[0] ?? ""}`;
    const second = await jsonOf(definitions(asked));
    expect(places(second)).toEqual(["twice.ts:1"]);
    expect(second.files[0].repositoryId).not.toBe(found.files[0].repositoryId);
  });
});

describe("both", () => {
  it.each([references, definitions])(
    "tell nothing of a foreign guru's repository, also by its name",
    async (ask) => {
      const body = { symbolName: "parseLedger", repoName: foreignRepository };
      const nothing = {
        ...{ stats: { matchCount: 0 }, files: [], repositoryInfo: [] },
        isSearchExhaustive: true,
      };
      expect(await jsonOf(ask(body))).toEqual(nothing);
      expect(await jsonOf(ask({ symbolName: "parseLedger" }, await keyOf(world.visitor)))).toEqual(nothing);
      expect((await jsonOf(ask(body, await keyOf(world.owner)))).files).toHaveLength(1);
    },
  );

  it.each([
    ["nothing", {}, "symbolName"],
    ["an empty name", { symbolName: "" }, "symbolName"],
    ["a long name", { symbolName: "x".repeat(401) }, "400"],
    ["an unknown field", { symbolName: "x", query: "y" }, "query"],
  ])("INVALID_REQUEST_BODY to %s", async (_, body, names) => {
    for (const ask of [references, definitions]) {
      const answer = await ask(body);
      expect((await jsonOf(answer.clone(), 400)).message).toContain(names);
      expect(await refused(answer)).toBe("400 INVALID_REQUEST_BODY");
    }
  });

  it("end at 1,000 matches and say so in the record", async () => {
    const { id } = await guruOf(world.viewer, { name: "Much" });
    await codeIn(id, {
      name: "git.example.com/team/much",
      files: { "much.ts": "manyTimes();\n".repeat(1_200) },
    });
    const found = await jsonOf(references({ symbolName: "manyTimes" }));
    expect([found.stats.matchCount, places(found).length]).toEqual([1_000, 1_000]);
    const [event] = (await world.product.events("user.performed_find_references")).slice(-1);
    expect(event?.details).toMatchObject({ matchCount: 1_000, isExhaustive: false });
  });
});
