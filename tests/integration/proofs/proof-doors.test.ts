import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { parseEnv } from "@/lib/platform/env";
import { setRuntime } from "@/lib/platform/runtime";
import { cookieOf, keyOf } from "@/tests/integration/audit-api/api-harness";
import type { TestProduct } from "@/tests/support/product";
import { type ApiWorld, api, makeApiWorld, outside, refused, routes, second } from "./api-world";
import { askRoute } from "./sealed-world";

let world: ApiWorld;
let product: TestProduct;
let owner: UserPrincipal;
let key: string;
let ids: string[];
const ask: ApiWorld["ask"] = (...args) => world.ask(...args);

beforeAll(async () => {
  world = await makeApiWorld();
  ({ product, owner, key, ids } = world);
});
afterAll(() => product.close());
afterEach(() => setRuntime(product.runtime));

describe("each address of the proofs", () => {
  it("checks header, switch, caller and permission in the order of the log's own address", async () => {
    const auditor = await product.person("auditor@halden.example", "auditor");
    const member = await product.person("member@halden.example");
    const stranger = await product.person("stranger@halden.example", null);
    const narrow = await keyOf(owner, { scopes: ["search"] });
    const here = async (who: UserPrincipal) => ({
      cookie: await cookieOf(who),
      "sec-fetch-site": "same-origin",
    });
    const off = { ...product.runtime, env: parseEnv({ SOURCEBOT_EE_AUDIT_LOGGING_ENABLED: "false" }) };
    for (const path of Object.keys(routes)) {
      const good = path.startsWith("/proof") ? `/proof?event=${ids[5]}` : path;
      const none = { key: "" };
      expect(await refused(await ask(path, { ...none, headers: { "x-org-domain": "" } }))).toBe(
        "400 MISSING_ORG_DOMAIN_HEADER",
      );
      setRuntime(off);
      expect(await refused(await ask(path, none))).toBe("404 NOT_FOUND");
      setRuntime(product.runtime);
      expect(await refused(await ask(path, none))).toBe("401 NOT_AUTHENTICATED");
      expect(await refused(await ask(path, { key: "sourcebot-x" }))).toBe("401 NOT_AUTHENTICATED");
      expect(await refused(await ask(path, { ...none, headers: { cookie: await cookieOf(owner) } }))).toBe(
        "401 NOT_AUTHENTICATED",
      );
      expect(await refused(await ask(path, { ...none, headers: await here(stranger) }))).toBe(
        "404 NOT_FOUND",
      );
      expect(await refused(await ask(path, { ...none, headers: await here(member) }))).toBe(
        "403 INSUFFICIENT_PERMISSIONS",
      );
      expect(await refused(await ask(path, { key: narrow }))).toBe("403 INSUFFICIENT_PERMISSIONS");
      expect((await ask(good, { ...none, headers: await here(auditor) })).status).toBe(200);
      expect((await ask(good, { key: await keyOf(auditor, { scopes: ["audit:read"] }) })).status).toBe(200);
      expect((await ask(good, { headers: { "next-router-prefetch": "1" } })).status).toBe(204);
      const head = await ask(good, { method: "HEAD" });
      expect([head.status, await head.text()]).toEqual([200, ""]);
    }
    const denied = await product.events("access.denied");
    expect(new Set(denied.map((e) => e.details.permission))).toEqual(new Set(["audit:read-proofs"]));
  });

  it("only reads", async () => {
    for (const route of Object.values(routes))
      for (const method of ["POST", "PUT", "PATCH", "DELETE"] as const) {
        const given = await askRoute(route[method] as never, `${api}/x`, { method, key });
        expect(await refused(given)).toBe("405 METHOD_NOT_ALLOWED");
      }
  });

  it.each([
    "/checkpoint?size=",
    "/checkpoint?size=-1",
    "/checkpoint?size=01",
    "/checkpoint?size=1e3",
    "/checkpoint?size=9007199254740993",
    "/checkpoint?size=1&size=2",
    "/checkpoint?from=1",
    "/consistency",
    "/consistency?to=5",
    "/consistency?from=x",
    "/consistency?from=1.5",
    "/consistency?from=2&to=1",
    `/consistency?from=1&to=${second + 1}`,
    "/consistency?from=99999999999999999999",
    "/consistency?from=1&to=%00",
    "/consistency?from=1&to=",
    "/proof",
    "/proof?event=",
    "/proof?event=1",
    "/proof?event='or 1=1",
    "/proof?event=%00",
    `/proof?event=${outside}&event=${outside}`,
    `/proof?event=${outside}&index=1`,
    "/tile/0/000?x=1",
  ])("400 INVALID_QUERY_PARAMS to %s", async (path) => {
    expect(await refused(await ask(path))).toBe("400 INVALID_QUERY_PARAMS");
  });
});
