import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { done, giveRole, guruOf } from "@/tests/integration/gurus/guru-for-tests";
import {
  breakTheLog,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { addWebsiteSources } from "./add-website-sources";
import { deleteDataSources } from "./delete-data-sources";

let product: TestProduct;
let member: UserPrincipal;
let viewer: UserPrincipal;
let other: UserPrincipal;
let guru: { id: string; slug: string };

beforeAll(async () => {
  product = await createTestProduct();
  member = await product.person("m.solberg@halden.example");
  viewer = await product.person("viewer@halden.example");
  other = await product.person("other@halden.example");
  guru = await guruOf(member);
  await giveRole(guru.id, viewer, "viewer");
});
afterAll(() => product.close());

const add = (urls: unknown, principal = member, ref = guru.slug) =>
  addWebsiteSources.execute({ principal, request, input: { guru: ref, urls } });
const sources = async () => (await product.admin`select 1 from data_source`).length;
const jobs = async () => (await product.admin`select 1 from pgboss.job where name = 'index-website'`).length;

describe("add-website-sources", () => {
  it("makes a source, an event and a job of each line, the first event leading", async () => {
    const before = await jobs();
    const { results } = done(await add("https://a.example/1\r\n\r\n  https://A.example:443/2#part \n"));
    expect(results.map(({ url, status }) => [url, status])).toEqual([
      ["https://a.example/1", "success"],
      ["https://a.example/2", "success"],
    ]);
    const events = await product.events("datasource.added");
    expect(events.map((e) => [e.target_id, e.target_label, e.actor_id])).toEqual(
      results.map(({ id, url }) => [id, `WEBSITE - ${url}`, member.accountId]),
    );
    expect(events.map((e) => e.cause)).toEqual([null, events[0]?.id]);
    expect((await jobs()) - before).toBe(2);
  });

  it("is told with its address by its events, whatever title its page has given it", async () => {
    const { results } = done(await add("https://told.example/1"));
    const id = results[0]?.id ?? "";
    await product.admin`update data_source set title = 'Start' where id = ${id}`;
    const input = { guru: guru.slug, ids: [id] };
    done(await deleteDataSources.execute({ principal: member, request, input }));
    const events = (await product.events()).filter((e) => e.target_id === id);
    expect(events.map(({ operation, details }) => [operation, details.url])).toEqual([
      ["ADD_DATASOURCE", "https://told.example/1"],
      ["DELETE_DATASOURCE", "https://told.example/1"],
    ]);
  });

  it("says of each that it exists, in whatever way it is written, or what is wrong with it", async () => {
    done(await add("https://b.example/a?x=1"));
    const { results } = done(
      await add([
        "HTTPS://B.EXAMPLE/a?x=1#top",
        "https://b.example/new",
        "https://b.example/new",
        "file:///etc/passwd",
        "http://b.example:25/",
        "https://name:word@b.example/",
      ]),
    );
    expect(results.map(({ status }) => status)).toEqual([
      "exists",
      "success",
      "exists",
      "error",
      "error",
      "error",
    ]);
    expect(results.at(-1)?.message).toContain("name or a password");
  });

  it.each([
    "https://docs.example.com/a,https%3A%2F%2Fname:canary@b.example/",
    "https://docs.example.com/a,https%253A%252F%252Fname%253Acanary%2540b.example/",
    "https%3A%2F%2Fname%3Acanary%40b.example/",
  ])(
    "refuses escaped credentials among others in the words for plain ones, and keeps them nowhere: %s",
    async (hidden) => {
      const fine = `https://among.example/${encodeURIComponent(hidden).length}`;
      const { results } = done(await add([fine, "https://name:canary@b.example/", hidden]));
      expect(results.map(({ status }) => status)).toEqual(["success", "error", "error"]);
      expect(results[2]?.message).toBe(results[1]?.message);
      expect(results[2]?.message).toContain("name or a password");
      expect(JSON.stringify([results, await product.events()])).not.toContain("canary");
      expect(await add(hidden)).toMatchObject({ code: "invalid", message: results[1]?.message });
      expect(await product.admin`select 1 from data_source where url ilike '%canary%'`).toHaveLength(0);
      expect(await product.admin`select 1 from attempt where target_id ilike '%canary%'`).toHaveLength(0);
    },
  );

  it("refuses where nothing is left to add, and records nothing", async () => {
    done(await add("https://c.example/"));
    const [before, events] = [await sources(), (await product.events()).length];
    expect(await add("https://c.example/#x")).toMatchObject({ ok: false, code: "exists" });
    expect(await add("ftp://c.example/")).toMatchObject({
      ok: false,
      code: "invalid",
      fieldErrors: { urls: [expect.stringContaining("https://")] },
    });
    expect([await sources(), (await product.events()).length]).toEqual([before, events]);
  });

  it.each<[string, unknown]>([
    ["nothing", ""],
    ["lines of nothing", " \n \r\n"],
    ["too many", Array.from({ length: 501 }, (_, n) => `https://d.example/${n}`)],
    ["ten megabytes", `https://d.example/${"x".repeat(10_000_000)}`],
    ["ten megabytes of lines", "https://d.example/\n".repeat(500_000)],
    ["something else", [{ toString: "https://d.example/" }]],
    ["a NUL", "https://d.example/\0"],
    ["bidi", "https://d.example/\u202Egpj"],
    ["a formula", '=HYPERLINK("https://d.example")'],
    ["a script", "javascript:alert(1)"],
  ])("refuses %s in words", async (_, urls) => {
    const before = await sources();
    expect(await add(urls)).toMatchObject({
      ok: false,
      code: "invalid",
      message: expect.stringMatching(/\w{3}/),
    });
    expect(await sources()).toBe(before);
  });

  it("is for maintainers: a viewer is forbidden, to a stranger the guru does not exist", async () => {
    expect(await add("https://e.example/", viewer)).toMatchObject({ code: "forbidden" });
    expect(await add("https://e.example/", other)).toMatchObject({ code: "not_found" });
    const denied = (await product.events("access.denied")).map((e) => e.actor_id);
    expect(denied).toEqual(expect.arrayContaining([viewer.accountId, other.accountId]));
  });

  it("makes one source of one address that two send at once", async () => {
    const both = await Promise.all([add("https://f.example/"), add("https://f.example/")]);
    expect(both.filter((result) => result.ok)).toHaveLength(1);
    expect(await product.admin`select 1 from data_source where url = 'https://f.example/'`).toHaveLength(1);
  });

  it("adds nothing and queues nothing when the log takes no event", async () => {
    const before = [await sources(), await jobs()];
    const mend = await breakTheLog(product);
    const result = await add("https://g.example/1\nhttps://g.example/2");
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect([await sources(), await jobs()]).toEqual(before);
  });
});
