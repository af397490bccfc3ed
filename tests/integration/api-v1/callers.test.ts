import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { askGuru } from "@/lib/features/ask/commands/ask-guru";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { keyOf } from "../audit-api/api-harness";
import { giveRole, guruOf, textIn } from "../gurus/guru-for-tests";
import { askV1, jsonOf, type V1Asking } from "./v1-harness";

let product: TestProduct;
let maintainer: UserPrincipal;
let guru: { id: string; slug: string };
let keys: Record<
  "maintainer" | "viewer" | "stranger" | "auditor" | "owner" | "searchOnly" | "removed",
  string
>;

beforeAll(async () => {
  product = await createTestProduct({ GURULOG_ANSWERS_PER_MINUTE: "3" });
  maintainer = await product.person("m.solberg@halden.example");
  guru = await guruOf(maintainer);
  const dataSourceId = await textIn(guru.slug, maintainer, "Rollback", "To roll back the gateway, run it.");
  await indexDataSource({ dataSourceId });
  const viewer = await product.person("viewer@halden.example");
  await giveRole(guru.id, viewer, "viewer");
  const removed = await product.person("removed@halden.example");
  await giveRole(guru.id, removed, "maintainer");
  keys = {
    maintainer: await keyOf(maintainer),
    viewer: await keyOf(viewer),
    stranger: await keyOf(await product.person("stranger@halden.example")),
    auditor: await keyOf(await product.person("auditor@halden.example", "auditor")),
    owner: await keyOf(await product.person("owner@halden.example", "owner")),
    searchOnly: await keyOf(maintainer, { scopes: ["search"] }),
    removed: await keyOf(removed),
  };
  await product.admin`delete from membership where account_id = ${removed.accountId}`;
});
afterAll(() => product?.close());

const none = `sourcebot-${"0".repeat(64)}`;
const id = "019a0000-0000-7000-8000-000000000000";
const endpoints = [
  ["answer/", "POST", { question: "gateway?" }, 200],
  ["semantic-search/", "POST", { question: "gateway?" }, 200],
  ["data-sources/", "GET", undefined, 403],
  ["data-sources/", "POST", { text_sources: [{ name: "A", content: "B" }] }, 403],
  ["data-sources/", "DELETE", { ids: [id] }, 403],
  ["data-sources/reindex/", "POST", { ids: [id] }, 403],
  ["analytics/export/", "POST", { export_type: "json" }, 403],
] as const;

describe.each(endpoints)("%s %s", (path, method, body, asViewer) => {
  const ask = async (key: string | undefined, asking: V1Asking & { of?: string } = {}) => {
    await product.admin`delete from answer_turn`;
    return askV1(asking.of ?? guru.slug, path, { key, method, body, ...asking });
  };

  it("is 401 in one text without a key and with one that is none any more", async () => {
    const texts = new Set<string>();
    for (const key of [undefined, "", "x", none, keys.removed]) {
      const { msg } = await jsonOf<{ msg: string }>(ask(key), 401);
      texts.add(msg);
    }
    expect(texts.size).toBe(1);
  });

  it("is 404 alike for no such guru and for one of others", async () => {
    const foreign = await jsonOf(ask(keys.stranger), 404);
    expect(await jsonOf(ask(keys.auditor), 404)).toEqual(foreign);
    for (const of of ["nowhere", id, "a\u0000b", "../gurus", "x".repeat(3_000)])
      expect(await jsonOf(ask(keys.stranger, { of }), 404)).toEqual(foreign);
  });

  it("is a viewer's as far as viewers may", async () => {
    expect((await ask(keys.viewer)).status).toBe(asViewer);
  });

  it("is 403 for a key that was made for something else", async () => {
    expect(Object.keys(await jsonOf(ask(keys.searchOnly), 403))).toEqual(["msg"]);
  });

  it("takes no other method", async () => {
    const refused = await ask(keys.owner, { method: "PATCH" });
    expect(refused.status).toBe(405);
    expect(refused.headers.get("allow")).toContain(method);
  });
});

it("counts keys that are refused, without the key", async () => {
  const ip = "198.51.100.9";
  await askV1(guru.slug, "answer/", { key: none, body: {}, ip });
  await askV1(guru.slug, "data-sources/", { key: none, method: "HEAD", ip: "198.51.100.10" });
  const events = await product.events("api_key.rejected");
  expect(events.filter((event) => event.ip === ip).length).toBe(1);
  expect(events.filter((event) => event.ip === "198.51.100.10")).toEqual([]);
  expect(JSON.stringify(events)).not.toContain(none.slice(12));
});

describe("answers a minute", () => {
  const ask = (key: string, question = "gateway?") =>
    askV1(guru.slug, "answer/", { key, body: { question } });

  it("are so many for a person, by all of their keys together, and others' are their own", async () => {
    await product.admin`delete from answer_turn`;
    const second = await keyOf(maintainer, { name: "second" });
    for (const key of [keys.maintainer, second, keys.maintainer]) await jsonOf(ask(key));
    const before = (await product.events("guru.asked")).length;
    const refused = await ask(second);
    expect(refused.status).toBe(429);
    const wait = Number(refused.headers.get("retry-after"));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
    expect((await jsonOf<{ msg: string }>(refused, 429)).msg).toMatch(/3 questions a minute/);
    expect((await product.events("guru.asked")).length).toBe(before);
    await jsonOf(ask(keys.viewer));
  });

  it("are counted on the page, too", async () => {
    await product.admin`delete from answer_turn`;
    const request = { ip: "203.0.113.7", userAgent: "browser", requestId: null };
    const onPage = () =>
      askGuru.execute({ principal: maintainer, request, input: { guru: guru.slug, question: "gateway?" } });
    expect((await onPage()).ok).toBe(true);
    for (let n = 0; n < 2; n++) await jsonOf(ask(keys.maintainer));
    const refused = await onPage();
    expect(refused).toMatchObject({
      ok: false,
      code: "throttled",
      message: expect.stringContaining("Ask again in"),
    });
  });

  it("are counted together with searches, which cost as much", async () => {
    await product.admin`delete from answer_turn`;
    const body = { question: "gateway?" };
    const search = () => askV1(guru.slug, "semantic-search/", { key: keys.viewer, body });
    for (let n = 0; n < 2; n++) await jsonOf(search());
    await jsonOf(ask(keys.viewer));
    const refused = await search();
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await jsonOf<{ msg: string }>(refused, 429)).msg).toMatch(/3 questions a minute/);
  });

  it("begin anew when the minute is over", async () => {
    await product.admin`delete from answer_turn`;
    for (let n = 0; n < 3; n++) await jsonOf(ask(keys.viewer));
    expect((await ask(keys.viewer)).status).toBe(429);
    await product.admin`update answer_turn set started_at = started_at - interval '61 seconds'`;
    await jsonOf(ask(keys.viewer));
  });

  it("are counted rightly when many come at once", async () => {
    await product.admin`delete from answer_turn`;
    const all = await Promise.all(Array.from({ length: 12 }, () => ask(keys.maintainer)));
    expect(all.map((answer) => answer.status).sort()).toEqual([...Array(3).fill(200), ...Array(9).fill(429)]);
  });
});
