import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mainCommit } from "./code-for-tests";
import {
  askCode,
  type CodeWorld,
  foreignRepository,
  foreignTag,
  jsonOf,
  keyOf,
  makeCodeWorld,
  parserText,
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

const post = (body: unknown) => askCode("source", { key, body });
const get = (values: Record<string, string> | string) =>
  askCode("source", {
    key,
    query: `?${new URLSearchParams(values)}`,
    headers: { "x-org-domain": "", "content-type": "" },
  });
const url = (path: string, rev = "") => `http://localhost:3000/browse/${repository}${rev}/-/blob/${path}`;
const text = async (answer: Promise<Response>) => (await answer).text();

describe("POST /api/source", () => {
  it("gives a file of the default branch, or of the branch that is named", async () => {
    expect(await jsonOf(post({ fileName: "src/parser.ts", repository }))).toEqual({
      source: parserText,
      language: "TypeScript",
      webUrl: url("src/parser.ts"),
    });
    expect(await jsonOf(post({ fileName: "src/coming.ts", repository, branch: "next" }))).toMatchObject({
      source: "export function comingSoon() {}\n",
      webUrl: url("src/coming.ts", "@next"),
    });
    expect(await jsonOf(post({ fileName: "docs/größe.md", repository, branch: "main" }))).toMatchObject({
      source: "Die Größe von parseLedger\n",
      webUrl: url("docs/gr%C3%B6%C3%9Fe.md", "@main"),
    });
    expect(await jsonOf(post({ fileName: "unheard.of", repository }))).toMatchObject({ language: "" });
  });

  it("gives a file by a tag at the commit of a branch, and calls it so", async () => {
    const byTag = { repository, branch: "v2.0-rc/1" };
    expect(await jsonOf(post({ ...byTag, fileName: "src/coming.ts" }))).toEqual({
      source: "export function comingSoon() {}\n",
      language: "TypeScript",
      webUrl: url("src/coming.ts", "@v2.0-rc/1"),
    });
    // Of another branch; a part of its name, and as git has it in full.
    expect(await refused(post({ ...byTag, fileName: "src/parser.ts" }))).toBe("404 FILE_NOT_FOUND");
    for (const branch of ["v2.0-rc", "V2.0-rc/1", "v2.0-rc/1^{}", "refs/tags/v2.0-rc/1", "v2.0-rc/*"])
      expect([branch, await refused(post({ repository, branch, fileName: "src/coming.ts" }))]).toEqual([
        branch,
        "400 INVALID_GIT_REF",
      ]);
  });

  it("404 FILE_NOT_FOUND to what is not there; 400 INVALID_GIT_REF to a branch that is not searched", async () => {
    for (const fileName of ["src/none.ts", "src", "../parser.ts", "src/coming.ts", "a\0b", "\ud800"])
      expect(await refused(post({ fileName, repository }))).toBe("404 FILE_NOT_FOUND");
    expect(await refused(post({ fileName: "src/parser.ts", repository, branch: "none" }))).toBe(
      "400 INVALID_GIT_REF",
    );
    expect(await refused(post({ fileName: "src/parser.ts", repository, branch: "a\0" }))).toBe(
      "400 INVALID_GIT_REF",
    );
  });

  it.each([
    ["no file", { repository }, "fileName"],
    ["an unknown field", { fileName: "a", repository, rev: "main" }, "rev"],
    ["a number", { fileName: 1, repository }, "fileName"],
  ])("INVALID_REQUEST_BODY to %s", async (_, body, names) => {
    const answer = await post(body);
    expect((await jsonOf(answer.clone(), 400)).message).toContain(names);
    expect(await refused(answer)).toBe("400 INVALID_REQUEST_BODY");
  });
});

describe("GET /api/source", () => {
  it("gives a file with where it is from, also without X-Org-Domain", async () => {
    expect(await jsonOf(get({ repo: repository, path: "src/parser.ts" }))).toEqual({
      source: parserText,
      language: "TypeScript",
      path: "src/parser.ts",
      repo: repository,
      repoCodeHostType: "genericGitHost",
      webUrl: url("src/parser.ts"),
    });
    const byCommit = get({ repo: repository, path: "src/parser.ts", ref: mainCommit });
    expect((await jsonOf(byCommit)).source).toBe(parserText);
    const byTag = { repo: repository, path: "src/coming.ts", ref: "v2.0-rc/1" };
    expect(await jsonOf(get(byTag))).toMatchObject({
      source: "export function comingSoon() {}\n",
      path: "src/coming.ts",
      webUrl: url("src/coming.ts", "@v2.0-rc/1"),
    });
    expect(await refused(get({ ...byTag, path: "src/parser.ts" }))).toBe("404 FILE_NOT_FOUND");
    expect(await refused(get({ ...byTag, ref: "v2.0-rc" }))).toBe("400 INVALID_GIT_REF");
  });

  it("404 FILE_NOT_FOUND and 400 INVALID_GIT_REF, in this order of what is looked for: repository, ref, file", async () => {
    expect(await refused(get({ repo: repository, path: "none" }))).toBe("404 FILE_NOT_FOUND");
    expect(await refused(get({ repo: repository, path: "none", ref: "none" }))).toBe("400 INVALID_GIT_REF");
    expect(await refused(get({ repo: "none", path: "none", ref: "none" }))).toBe("404 FILE_NOT_FOUND");
  });

  it.each([
    ["path=x", "repo"],
    ["repo=x", "path"],
    ["repo=x&path=y&path=z", "path"],
    ["repo=x&path=y&branch=z", "branch"],
    [`repo=x&path=${"y".repeat(4_097)}`, "path"],
  ])("INVALID_QUERY_PARAMS to ?%s, and names the parameter", async (query, names) => {
    const answer = await get(query);
    expect((await jsonOf(answer.clone(), 400)).message).toContain(names);
    expect(await refused(answer)).toBe("400 INVALID_QUERY_PARAMS");
  });

  it("nothing to a prefetch, which is no read and is recorded nowhere", async () => {
    const before = (await world.product.events()).length;
    const query = `?repo=${repository}&path=src/parser.ts`;
    for (const name of ["sec-purpose", "purpose", "next-router-prefetch"]) {
      const answer = await askCode("source", { key, query, headers: { [name]: "prefetch;prerender" } });
      expect([answer.status, await answer.text()]).toEqual([204, ""]);
    }
    expect(await world.product.events()).toHaveLength(before);
    expect((await askCode("source", { key, query })).status).toBe(200);
    expect(await world.product.events()).toHaveLength(before + 1);
  });

  it("no HEAD: it would be recorded as a file that was read", async () => {
    expect((await askCode("source", { key, method: "HEAD", query: "?repo=a&path=b" })).status).toBe(405);
  });
});

describe("a foreign guru's repository", () => {
  it("is answered as one that does not exist, whatever of it is asked for", async () => {
    const foreign = { fileName: "src/vault.ts", repository: foreignRepository };
    const missing = { fileName: "src/vault.ts", repository: "git.example.com/secret/nothing" };
    for (const more of [{}, { branch: "main" }, { branch: foreignTag }, { branch: "none" }]) {
      const answers = [text(post({ ...foreign, ...more })), text(post({ ...missing, ...more }))];
      const [one, other] = await Promise.all(answers);
      expect(one).toBe(other);
      expect(one).toContain("FILE_NOT_FOUND");
    }
    for (const ref of ["", "main", foreignTag, "none"]) {
      const [one, other] = await Promise.all([
        text(get({ repo: foreignRepository, path: "src/vault.ts", ref })),
        text(get({ repo: missing.repository, path: "src/vault.ts", ref })),
      ]);
      expect(one).toBe(other);
    }
    for (const person of [world.visitor, world.auditor]) {
      const asking = { key: await keyOf(person), body: { fileName: "src/parser.ts", repository } };
      expect(await refused(askCode("source", asking))).toBe("404 FILE_NOT_FOUND");
    }
    const asking = { key: await keyOf(world.owner), body: foreign };
    expect((await jsonOf(askCode("source", asking))).source).toContain("treasure");
    const byTag = { ...asking, body: { ...foreign, branch: foreignTag } };
    expect((await jsonOf(askCode("source", byTag))).source).toContain("treasure");
  });
});
