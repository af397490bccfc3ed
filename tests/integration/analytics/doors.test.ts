import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { read } from "xlsx";
import { POST } from "@/app/exports/analytics/route";
import { TIME_ZONE_COOKIE } from "@/components/ui/cookie-names";
import type { UserPrincipal } from "@/lib/access/principal";
import { runWithRequest } from "@/lib/platform/request-context";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { askV1, jsonOf } from "../api-v1/v1-harness";
import { cookieOf, keyOf } from "../audit-api/api-harness";
import { giveRole, guruOf } from "../gurus/guru-for-tests";
import { askedAt, daysAgo } from "./questions-for-tests";

let product: TestProduct;
let maintainer: UserPrincipal;
let viewer: UserPrincipal;
let guru: { id: string; slug: string; name: string };
let cookie: string;
let key: string;

beforeAll(async () => {
  product = await createTestProduct();
  maintainer = await product.person("m.solberg@halden.example");
  viewer = await product.person("viewer@halden.example");
  guru = await guruOf(maintainer);
  await giveRole(guru.id, viewer, "viewer");
  cookie = await cookieOf(maintainer);
  key = await keyOf(maintainer, { name: "ci" });
  await askedAt(product, guru.id, { at: daysAgo(2), text: "Which port?", door: "widget" });
});
afterAll(() => product?.close());
let before = 0;
beforeEach(async () => {
  before = (await product.events("analytics.exported")).length;
});
const newEvents = async () => (await product.events("analytics.exported")).slice(before);

const browser = { accept: "text/html,application/xhtml+xml" };
/** Sends the page's form as the front would. */
function post(
  fields: Record<string, string>,
  headers: Record<string, string> = { cookie },
): Promise<Response> {
  const request = new Request("http://localhost:3000/exports/analytics", {
    method: "POST",
    headers,
    body: new URLSearchParams({ guru: guru.slug, format: "json", interval: "7d", ...fields }),
  });
  const context = { ip: "203.0.113.61", requestId: randomUUID(), nonce: "n", proto: "http" as const };
  return runWithRequest(context, () => POST(request, { params: Promise.resolve({}) }));
}
const bytesOf = async (answer: Response) => new Uint8Array(await answer.arrayBuffer());

describe("the page's form", () => {
  it("gives the file under its name, for the door and in the zone of the page, recorded as the person's", async () => {
    const zone = `${TIME_ZONE_COOKIE}=${encodeURIComponent("Europe/Oslo")}`;
    await product.admin`update account set time_zone = 'auto' where id = ${maintainer.accountId}`;
    const answer = await post(
      { door: "widget", attemptId: randomUUID() },
      { cookie: `${cookie}; ${zone}`, ...browser },
    );
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-disposition")).toMatch(
      new RegExp(`^attachment; filename="analytics_${guru.slug}_7d_\\d{10}\\.json"$`),
    );
    expect(answer.headers.get("cache-control")).toContain("no-store");
    const file = (await answer.json()) as { export: Record<string, unknown>; questions: unknown[] };
    expect(file.export).toMatchObject({ time_zone: "Europe/Oslo", filter_questions: "widget" });
    expect(file.questions).toHaveLength(1);
    expect(await newEvents()).toMatchObject([{ account_id: maintainer.accountId, ip: "203.0.113.61" }]);
  });

  it("leads a browser back to the page where there is no file, which then says why", async () => {
    const nothing = await post({ door: "slack" }, { cookie, ...browser });
    expect([nothing.status, nothing.headers.get("location")]).toEqual([
      303,
      `/gurus/${guru.slug}/analytics?interval=7d&door=slack&notice=not_found`,
    ]);
    const attemptId = randomUUID();
    await bytesOf(await post({ attemptId }, { cookie, ...browser }));
    const again = await post({ attemptId }, { cookie, ...browser });
    expect(again.headers.get("location")).toBe(`/gurus/${guru.slug}/analytics?interval=7d&notice=repeated`);
    const foreign = await post({ guru: "//evil.example/?" }, { cookie, ...browser });
    expect(foreign.headers.get("location")).toMatch(/^\/gurus\/%2F%2Fevil\.example%2F%3F\/analytics\?/);
    expect(await newEvents()).toHaveLength(1);
  });

  it("tells anything else by status", async () => {
    const status = async (fields: Record<string, string>, headers: Record<string, string> = { cookie }) =>
      (await post(fields, headers)).status;
    expect(await status({}, {})).toBe(401);
    expect(await status({}, { cookie: await cookieOf(viewer) })).toBe(403);
    expect(await status({ guru: "none-of-ours" })).toBe(404);
    expect(await status({ door: "slack" })).toBe(404);
    expect(await status({ format: "pdf" })).toBe(400);
    expect(await status({ further: "field" })).toBe(400);
    const noForm = new Request("http://localhost:3000/exports/analytics", { method: "POST", body: "x" });
    const context = { ip: "203.0.113.61", requestId: randomUUID(), nonce: "n", proto: "http" as const };
    expect((await runWithRequest(context, () => POST(noForm, { params: Promise.resolve({}) }))).status).toBe(
      400,
    );
    expect(await newEvents()).toEqual([]);
  });
});

describe("POST /api/v1/{guru}/analytics/export/", () => {
  const ask = (body: object, idempotencyKey?: string) =>
    askV1(guru.slug, "analytics/export/", { key, body, ...(idempotencyKey ? { idempotencyKey } : {}) });

  it("gives the file by the names of the family, recorded as the key's", async () => {
    const body = {
      export_type: "json",
      interval: "7d",
      filters: { questions: "all", out_of_context: "widget" },
    };
    const file = await jsonOf(ask(body));
    expect(Object.keys(file)).toEqual([
      "export",
      "over_time",
      "questions",
      "out_of_context",
      "referenced_sources",
    ]);
    const [event, ...more] = await newEvents();
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      actor_type: "api_key",
      account_id: maintainer.accountId,
      details: { format: "json", interval: "7d", apiKeyName: "ci", filters: { out_of_context: "widget" } },
    });
  });

  it("is a workbook of today unless something else is asked for, and 404 when that is empty", async () => {
    expect((await jsonOf<{ msg: string }>(ask({}), 404)).msg).toContain("nothing to export");
    await askedAt(product, guru.id, { at: new Date().toISOString() });
    const answer = await ask({});
    expect(answer.headers.get("content-disposition")).toContain(".xlsx");
    expect(read(await bytesOf(answer)).SheetNames).toContain("Questions");
  });

  it("refuses in words what it does not know", async () => {
    for (const [body, words] of [
      [{ export_type: "pdf" }, "Choose xlsx, csv or json"],
      [{ interval: "1y" }, "Choose one of the ranges"],
      [{ interval: 7 }, "Choose one of the ranges"],
      [{ filters: { questions: "phone" } }, "Choose by which way"],
      [{ filters: "all" }, ""],
      [{ time_zone: "Nowhere" }, "Name a time zone"],
      [{ interval: "custom", from: "2026-01-02", to: "2026-01-01" }, "must not be after"],
      [{ limit: 5 }, ""],
    ] as const)
      expect((await jsonOf<{ msg: string }>(ask(body), 400)).msg).toContain(words);
    expect(await newEvents()).toEqual([]);
  });

  it("is recorded once for a request that is sent again, whose file is not kept", async () => {
    const attempt = randomUUID();
    const body = { export_type: "json", interval: "7d" };
    await jsonOf(ask(body, attempt));
    await jsonOf(ask(body, attempt), 409);
    expect(await newEvents()).toHaveLength(1);
  });
});
