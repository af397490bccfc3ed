import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { keyOf } from "../audit-api/api-harness";
import { guruOf, textIn } from "../gurus/guru-for-tests";
import { askV1, jsonOf } from "./v1-harness";

interface Added {
  type: string;
  url: string | null;
  status: string;
  id: string | null;
  title: string;
  msg?: string;
}
interface Listed {
  count: number;
  next: string | null;
  previous: string | null;
  results: { id: string; title: string; type: string; status: string }[];
}

let product: TestProduct;
let member: UserPrincipal;
let key: string;
beforeAll(async () => {
  product = await createTestProduct();
  member = await product.person("m.solberg@halden.example");
  key = await keyOf(member, { name: "ci" });
});
afterAll(() => product?.close());

const add = (guru: string, body: object, idempotencyKey?: string) =>
  askV1(guru, "data-sources/", { key, body, ...(idempotencyKey ? { idempotencyKey } : {}) });
const list = (guru: string, query = "") =>
  jsonOf<Listed>(askV1(guru, "data-sources/", { key, method: "GET", query }));
const eventsOf = async (guruId: string, action: string) =>
  (await product.events(action)).filter((event) => event.guru_id === guruId);

describe("POST data-sources/", () => {
  it("adds each source it can, one event each as the key's, and says of each what became of it", async () => {
    const guru = await guruOf(member);
    const body = {
      website_urls: [
        "https://docs.example.com/start",
        "ftp://docs.example.com",
        "https://a:b@docs.example.com/",
      ],
      text_sources: [
        { name: "Notes", content: "Rollback notes." },
        { name: "", content: "x" },
      ],
      github_urls: ["https://github.com/example/repo.git", "git@github.com:example/repo.git"],
    };
    const first = await jsonOf<Added[]>(add(guru.slug, body));
    expect(first.map(({ type, status }) => `${type} ${status}`)).toEqual([
      "WEBSITE success",
      "WEBSITE error",
      "WEBSITE error",
      "TEXT success",
      "TEXT error",
      "GITHUB_REPO success",
      "GITHUB_REPO error",
    ]);
    for (const { status, id, msg } of first) {
      expect(id !== null).toBe(status === "success");
      expect(msg !== undefined).toBe(status === "error");
    }
    expect(JSON.stringify(first)).not.toContain("a:b");
    const events = await eventsOf(guru.id, "datasource.added");
    expect(events.map((event) => event.target_id).sort()).toEqual(first.flatMap(({ id }) => id ?? []).sort());
    for (const event of events)
      expect(event).toMatchObject({ actor_type: "api_key", details: { apiKeyName: "ci" } });

    const again = await jsonOf<Added[]>(add(guru.slug, body));
    const stands = first.map((one) => (one.status === "success" ? { id: one.id, status: "exists" } : {}));
    expect(again).toMatchObject(stands);
    expect((await eventsOf(guru.id, "datasource.added")).length).toBe(3);
  });

  it("adds nothing twice under one Idempotency-Key, and goes on after it broke off", async () => {
    const guru = await guruOf(member);
    const idempotencyKey = randomUUID();
    const body = { text_sources: ["A", "B"].map((name) => ({ name, content: `${name} text` })) };
    const first = await jsonOf<Added[]>(add(guru.slug, body, idempotencyKey));
    expect(await jsonOf<Added[]>(add(guru.slug, body, idempotencyKey))).toEqual(first);
    // As if the process had died before it could keep what it answered.
    await product.admin`delete from api_reply`;
    expect(await jsonOf<Added[]>(add(guru.slug, body, idempotencyKey))).toEqual(first);
    expect((await eventsOf(guru.id, "datasource.added")).length).toBe(2);
  });

  it.each([
    [{}, /at least one/],
    [{ website_urls: "https://x.example" }, /list/],
    [{ website_urls: [7] }, /text/],
    [{ text_sources: [{ name: "x" }] }, /content/],
    [{ text_sources: [{ name: "x", content: "y", owner: "z" }] }, /owner/],
    [{ github_urls: Array.from({ length: 201 }, (_, n) => `https://github.com/a/${n}`) }, /at most 200/],
    [{ pages: ["https://x.example"] }, /pages/],
  ])("refuses %j with a reason", async (body, reason) => {
    const guru = await guruOf(member);
    expect((await jsonOf<{ msg: string }>(add(guru.slug, body), 400)).msg).toMatch(reason);
  });
});

describe("GET data-sources/", () => {
  it("gives pages with addresses of those before and after", async () => {
    const guru = await guruOf(member);
    const titles = ["A", "B", "C", "D", "E"];
    for (const title of titles) await textIn(guru.slug, member, title, `${title} text`);
    const first = await list(guru.slug, "?page_size=2");
    expect(first).toMatchObject({ count: 5, previous: null });
    expect(first.next).toBe(`http://localhost:3000/api/v1/${guru.slug}/data-sources/?page=2&page_size=2`);
    const seen: string[] = [];
    for (let next: string | null = "?page=1&page_size=2"; next; ) {
      const page: Listed = await list(guru.slug, next.slice(next.indexOf("?")));
      seen.push(...page.results.map(({ title }) => title));
      next = page.next;
    }
    expect(seen).toEqual(titles);
    expect((await list(guru.slug, "?page=9&page_size=2")).previous).toContain("page=3&");
  });

  it.each(["?page=0", "?page=x", "?page_size=1001", "?page_size=0", "?page=1.5", "?page=-1"])(
    "refuses %s",
    async (query) => {
      const guru = await guruOf(member);
      expect((await askV1(guru.slug, "data-sources/", { key, method: "GET", query })).status).toBe(400);
    },
  );
});

describe("chosen sources", () => {
  it("are deleted, one event each; those of others stay", async () => {
    const [guru, other] = [await guruOf(member), await guruOf(member)];
    const ids = [await textIn(guru.slug, member, "A", "a"), await textIn(guru.slug, member, "B", "b")];
    const foreign = await textIn(other.slug, member, "A", "a");
    const remove = (sent: string[]) =>
      askV1(guru.slug, "data-sources/", { key, method: "DELETE", body: { ids: sent } });
    expect(await jsonOf(remove([...ids, foreign, "no id"]))).toEqual({ msg: "Deleted 2 sources." });
    expect((await eventsOf(guru.id, "datasource.deleted")).map((event) => event.target_id).sort()).toEqual(
      [...ids].sort(),
    );
    expect((await list(other.slug)).count).toBe(1);
    for (const sent of [ids, [foreign], ["no id"]]) expect((await remove(sent)).status).toBe(404);
    expect((await remove([])).status).toBe(400);
    expect((await askV1(guru.slug, "data-sources/", { key, method: "DELETE", body: {} })).status).toBe(400);
  });

  it("are sent to be indexed anew, once under one Idempotency-Key", async () => {
    const guru = await guruOf(member);
    const id = await textIn(guru.slug, member, "A", "a text");
    await indexDataSource({ dataSourceId: id });
    const idempotencyKey = randomUUID();
    for (let n = 0; n < 2; n++) {
      const sent = askV1(guru.slug, "data-sources/reindex/", { key, body: { ids: [id] }, idempotencyKey });
      expect(await jsonOf(sent)).toEqual({ msg: "1 source sent to be indexed anew." });
    }
    expect((await list(guru.slug)).results[0]).toMatchObject({ id, status: "NOT_PROCESSED" });
    expect((await eventsOf(guru.id, "datasource.reindexed")).length).toBe(1);
  });
});

describe("POST semantic-search/", () => {
  it("names the sources that speak of it, the nearest first, and records SEARCH_GURU once", async () => {
    const guru = await guruOf(member);
    const texts = { Near: "Roll back the gateway at night.", Far: "The gateway is blue.", Other: "Wombats." };
    const ids: Record<string, string> = {};
    for (const [title, content] of Object.entries(texts)) {
      ids[title] = await textIn(guru.slug, member, title, content);
      await indexDataSource({ dataSourceId: ids[title] });
    }
    const idempotencyKey = randomUUID();
    const question = "roll back the gateway";
    for (let n = 0; n < 2; n++) {
      const found = await jsonOf(
        askV1(guru.slug, "semantic-search/", { key, body: { question }, idempotencyKey }),
      );
      expect(found).toEqual({
        sources: [
          { id: ids.Near, type: "TEXT", title: "Near", link: null, content: texts.Near },
          { id: ids.Far, type: "TEXT", title: "Far", link: null, content: texts.Far },
        ],
        total_sources: 2,
      });
    }
    const events = await eventsOf(guru.id, "guru.searched");
    expect(events).toMatchObject([
      { operation: "SEARCH_GURU", actor_type: "api_key", details: { question, sources: 2 } },
    ]);
    for (const words of ["the", "!!", "zzyzx"])
      expect(await jsonOf(askV1(guru.slug, "semantic-search/", { key, body: { question: words } }))).toEqual({
        sources: [],
        total_sources: 0,
      });
  });

  it("that runs out of time is refused for now, and found when it is sent again under its key", async () => {
    const guru = await guruOf(member);
    await indexDataSource({ dataSourceId: await textIn(guru.slug, member, "Near", "The gateway.") });
    const idempotencyKey = randomUUID();
    const body = { question: "gateway" };
    const search = () => askV1(guru.slug, "semantic-search/", { key, body, idempotencyKey });
    const { refused } = await product.admin.begin(async (tx) => {
      await tx`lock table passage in access exclusive mode`;
      return { refused: await search() };
    });
    expect(refused.headers.get("retry-after")).toBe("10");
    expect(await jsonOf(refused, 429)).toEqual({ msg: expect.stringMatching(/took too long.*Ask again/) });
    const kept = await product.admin`
      select attempt_id from attempt where attempt_id = ${idempotencyKey}
      union all select attempt_id from api_reply where attempt_id = ${idempotencyKey}`;
    expect([...kept]).toEqual([]);
    expect(await eventsOf(guru.id, "guru.searched")).toEqual([]);
    expect(await jsonOf(search())).toMatchObject({ sources: [{ title: "Near" }], total_sources: 1 });
    expect(await eventsOf(guru.id, "guru.searched")).toHaveLength(1);
  });

  it("gives ten at most, and says how many there are", async () => {
    const guru = await guruOf(member);
    for (let n = 0; n < 12; n++)
      await indexDataSource({ dataSourceId: await textIn(guru.slug, member, `T${n}`, `gateway ${n}`) });
    const found = await jsonOf<{ sources: unknown[]; total_sources: number }>(
      askV1(guru.slug, "semantic-search/", { key, body: { question: "gateway" } }),
    );
    expect([found.sources.length, found.total_sources]).toEqual([10, 12]);
  });
});
