import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { guruOf } from "../gurus/guru-for-tests";
import { codeIn } from "./code-for-tests";
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
  const many = await guruOf(world.owner, { name: "Many" });
  for (const n of [1, 2, 3])
    await codeIn(many.id, { name: `github.com/many/part-${n}`, files: { "a.txt": "a\n" }, webUrl: null });
});
afterAll(() => world?.product.close());

const list = (query = "", by = key) =>
  askCode("repos", { key: by, query, headers: { "x-org-domain": "", "content-type": "" } });

describe("GET /api/repos", () => {
  it("with X-Org-Domain: names, branches and address, of what the caller may see", async () => {
    expect(await jsonOf(askCode("repos", { key }))).toEqual({
      repos: [{ name: repository, branches: ["main", "next"], webUrl: `https://${repository}` }],
    });
    for (const person of [world.visitor, world.auditor])
      expect(await jsonOf(askCode("repos", { key: await keyOf(person) }))).toEqual({ repos: [] });
    const { repos } = await jsonOf(askCode("repos", { key: await keyOf(world.owner) }));
    expect(repos).toHaveLength(5);
    expect(repos[0]).toEqual({
      name: foreignRepository,
      branches: ["main"],
      webUrl: `https://${foreignRepository}`,
    });
    expect(repos.find((r: { name: string }) => r.name.includes("part-1"))).not.toHaveProperty("webUrl");
  });

  it("without it: a list", async () => {
    const answer = await list();
    expect([answer.headers.get("x-total-count"), answer.headers.get("link")]).toEqual(["1", null]);
    expect(await jsonOf(answer)).toEqual([
      {
        codeHostType: "genericGitHost",
        repoId: expect.any(Number),
        repoName: repository,
        webUrl: `https://${repository}`,
        isFork: false,
        isArchived: false,
        defaultBranch: "main",
        indexedAt: "2026-11-20T10:00:00.000Z",
      },
    ]);
  });

  it("leaves out what is not known yet", async () => {
    await world.product.admin`
      update code_repository set heads = '[]', indexed_at = null where name = 'github.com/many/part-2'`;
    const [found] = await jsonOf(list("?query=part-2", await keyOf(world.owner)));
    expect(Object.keys(found).sort()).toEqual(
      ["codeHostType", "isArchived", "isFork", "repoId", "repoName", "webUrl"].sort(),
    );
  });

  it("by pages and by name, with the number of all and the addresses of the other pages", async () => {
    const by = await keyOf(world.owner);
    const answer = await list("?page=2&perPage=2&query=PART", by);
    expect(answer.headers.get("x-total-count")).toBe("3");
    expect(answer.headers.get("link")).toContain(
      '<http://localhost:3000/api/repos?page=1&perPage=2&query=PART>; rel="prev"',
    );
    expect(await jsonOf(answer)).toMatchObject([
      { repoName: "github.com/many/part-3", codeHostType: "github", webUrl: expect.stringMatching(/browse/) },
    ]);
    expect(await jsonOf(list("?page=9", by))).toEqual([]);
  });

  it("in the order that the published client asks for", async () => {
    const by = await keyOf(world.owner);
    const names = async (query: string) =>
      (await jsonOf(list(query, by))).map(({ repoName }: { repoName: string }) => repoName);
    const all = await names("");
    expect(all.length).toBeGreaterThan(2);
    expect(await names("?sort=name&direction=asc&page=1&perPage=30")).toEqual(all);
    expect(await names("?sort=name&direction=desc")).toEqual(all.toReversed());
    await world.product.admin`update code_repository set indexed_at = now() where name = ${all[1] ?? ""}`;
    expect((await names("?sort=pushed&direction=desc"))[0]).toBe(all[1]);
    expect((await names("?sort=pushed")).at(-1)).toBe(all[1]);
  });

  it.each([
    "sort=stars",
    "direction=up",
    "page=0",
    "page=x",
    "perPage=101",
    "perPage=",
    "page=1&page=2",
    "orgId=1",
  ])("INVALID_QUERY_PARAMS to ?%s, and names the parameter", async (query) => {
    const answer = await list(`?${query}`);
    expect((await jsonOf(answer.clone(), 400)).message).toContain(query.split("=")[0]);
    expect(await refused(answer)).toBe("400 INVALID_QUERY_PARAMS");
  });

  it("with X-Org-Domain: takes no parameter, and says so", async () => {
    const answer = await askCode("repos", { key, query: "?page=1" });
    const { message } = await jsonOf(answer.clone(), 400);
    expect(message).toBe('There is no parameter "page" here. Send none.');
    expect(await refused(answer)).toBe("400 INVALID_QUERY_PARAMS");
  });

  it("401 to nobody, with and without X-Org-Domain; a session of our pages serves", async () => {
    expect(await refused(askCode("repos"))).toBe("401 NOT_AUTHENTICATED");
    expect(await refused(list("", "sourcebot-wrong"))).toBe("401 NOT_AUTHENTICATED");
    const headers = { cookie: await cookieOf(world.viewer), "sec-fetch-site": "same-origin" };
    expect((await jsonOf(askCode("repos", { headers }))).repos).toHaveLength(1);
  });
});
