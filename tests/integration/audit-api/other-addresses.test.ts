import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import * as wellKnown from "@/app/.well-known/[[...unknown]]/route";
import * as unknownApi from "@/app/api/[[...unknown]]/route";
import { GET as getHealth } from "@/app/api/health/route";
import { closePools } from "@/lib/db/client";
import { runWithRequest } from "@/lib/platform/request-context";
import { setRuntime } from "@/lib/platform/runtime";
import { createTestProduct, type TestProduct } from "@/tests/support/product";

let product: TestProduct;
beforeAll(async () => {
  product = await createTestProduct();
});
afterAll(() => product.close());
afterEach(() => setRuntime(product.runtime));

type Route = (request: Request, context: { params: Promise<Record<string, never>> }) => Promise<Response>;

function call(route: Route, path: string, method = "GET"): Promise<Response> {
  const context = { ip: "203.0.113.9", requestId: "r", nonce: "n", proto: "http" as const };
  return runWithRequest(context, () =>
    route(new Request(`http://localhost:3000${path}`, { method }), { params: Promise.resolve({}) }),
  );
}

describe("an address that does not exist", () => {
  it.each([
    ["/api/ee/nothing", { statusCode: 404, errorCode: "NOT_FOUND" }],
    ["/api/ee/audit/nothing/", { statusCode: 404, errorCode: "NOT_FOUND" }],
    ["/api/search", { statusCode: 404, errorCode: "NOT_FOUND" }],
    ["/api/v1/billing/nothing/", { msg: expect.any(String) }],
    ["/api/v1", { msg: expect.any(String) }],
    ["/api/nothing", { code: "not_found" }],
    ["/api", { code: "not_found" }],
  ])("%s is 404 JSON of its family, for every method", async (path, body) => {
    for (const [method, route] of Object.entries(unknownApi).filter(
      ([name]) => name === name.toUpperCase(),
    )) {
      const answer = await call(route as Route, path, method);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([
        404,
        "application/json; charset=utf-8",
      ]);
      if (method !== "HEAD") expect(await answer.json()).toMatchObject(body);
    }
  });

  it("below /.well-known is 404 JSON too", async () => {
    const answer = await call(wellKnown.GET, "/.well-known/security.txt");
    expect([answer.status, answer.headers.get("location")]).toEqual([404, null]);
    expect(await answer.json()).toMatchObject({ code: "not_found" });
  });
});

describe("GET /api/health", () => {
  it("is 200 while the database answers at this version", async () => {
    const answer = await call(getHealth, "/api/health");
    expect([answer.status, await answer.json()]).toEqual([200, { status: "ok" }]);
  });

  it("says degraded seven days before the weeks made ahead run out, and still answers 200", async () => {
    const weeks = await product.admin<{ name: string }[]>`
      select name from audit_partitions() where ends >= now() + interval '7 days'`;
    expect(weeks.length).toBeGreaterThan(2);
    for (const { name } of weeks)
      await product.admin`alter table audit_event detach partition ${product.admin(name)}`;
    const answer = await call(getHealth, "/api/health");
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      status: "ok",
      degraded: expect.stringContaining("seven days"),
    });
    await product.admin`select audit_make_partition(now() + make_interval(weeks => w)) from generate_series(0, 5) w`;
    expect(await (await call(getHealth, "/api/health")).json()).toEqual({ status: "ok" });
  });

  it("is 503 when a migration is missing, and 200 again with it", async () => {
    const status = async () => (await call(getHealth, "/api/health")).status;
    await product.admin`alter table account rename column time_zone to time_zone_away`;
    expect(await status()).toBe(503);
    await product.admin`alter table account rename column time_zone_away to time_zone`;
    expect(await status()).toBe(200);
    await product.admin`alter table audit_facet rename to audit_facet_away`;
    expect(await status()).toBe(503);
    await product.admin`alter table audit_facet_away rename to audit_facet`;
    expect(await status()).toBe(200);
  });

  it("is 503 when the database does not answer", async () => {
    const url = new URL(product.database.urls.app);
    url.port = "1";
    setRuntime({ ...product.runtime, urls: { ...product.runtime.urls, app: url.href } });
    const answer = await call(getHealth, "/api/health");
    expect(answer.status).toBe(503);
    expect(JSON.stringify(await answer.json())).not.toMatch(/ECONN|127\.0\.0\.1/);
    await closePools();
  });
});
