import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { deleteApiKey } from "@/lib/features/api-keys/commands/delete-api-key";
import { parseEnv } from "@/lib/platform/env";
import { setRuntime } from "@/lib/platform/runtime";
import { breakTheLog, createTestProduct, type TestProduct, testRequest } from "@/tests/support/product";
import { ask, cookieOf, keyOf, records } from "./api-harness";

let product: TestProduct;
let owner: UserPrincipal;
let auditor: UserPrincipal;
let member: UserPrincipal;
let stranger: UserPrincipal;
let ownerKey: string;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
  auditor = await product.person("auditor@halden.example", "auditor");
  member = await product.person("member@halden.example");
  stranger = await product.person("stranger@halden.example", null);
  await product.admin`insert into organization (id, name, domain) values (2, 'Other', 'other')`;
  ownerKey = await keyOf(owner);
});
afterAll(() => product.close());
afterEach(() => setRuntime(product.runtime));

/** Status and body of an error, which must have exactly the three keys of the family. */
async function refused(answer: Response | Promise<Response>): Promise<string> {
  const given = await answer;
  const body = (await given.json()) as { statusCode: number; errorCode: string; message: string };
  expect(Object.keys(body)).toEqual(["statusCode", "errorCode", "message"]);
  expect(body.statusCode).toBe(given.status);
  expect(body.message.length).toBeGreaterThan(10);
  return `${given.status} ${body.errorCode}`;
}

const count = async (action: string) => (await product.events(action)).length;

describe("GET /api/ee/audit answers", () => {
  it("400 MISSING_ORG_DOMAIN_HEADER without X-Org-Domain, before anything else", async () => {
    expect(await refused(ask("?page=x", { headers: { "x-org-domain": "" } }))).toBe(
      "400 MISSING_ORG_DOMAIN_HEADER",
    );
  });

  it("404 NOT_FOUND while logging is off, before it looks at the key", async () => {
    setRuntime({ ...product.runtime, env: parseEnv({ SOURCEBOT_EE_AUDIT_LOGGING_ENABLED: "false" }) });
    const answer = await ask("", { key: "nonsense" });
    expect(await answer.clone().text()).toContain("not enabled");
    expect(await refused(answer)).toBe("404 NOT_FOUND");
    expect(await refused(ask("", { key: ownerKey }))).toBe("404 NOT_FOUND");
  });

  it("401 NOT_AUTHENTICATED in one text for every key that is no good, and for none", async () => {
    const deleted = await keyOf(owner, { name: "deleted" });
    await deleteApiKey.execute({ principal: owner, request: testRequest, input: { name: "deleted" } });
    const expired = await keyOf(owner, { name: "expired" });
    await product.admin`update api_key set expires_at = now() - interval '1 second' where name = 'expired'`;
    const removed = await product.person("removed@halden.example");
    const orphan = await keyOf(removed);
    await product.admin`delete from membership where account_id = ${removed.accountId}`;
    const gone = await product.person("gone@halden.example");
    const goneKey = await keyOf(gone);
    await product.admin`delete from account where id = ${gone.accountId}`;
    const answers = await Promise.all([
      ask(""),
      ask("", { key: "malformed" }),
      ask("", { key: `sourcebot-${"0".repeat(64)}` }),
      ask("", { key: ownerKey.toUpperCase() }),
      ask("", { key: deleted }),
      ask("", { key: expired }),
      ask("", { key: orphan }),
      ask("", { key: goneKey }),
      ask("", { key: ownerKey, headers: { "x-org-domain": "other" } }),
      ask("", { key: ownerKey, headers: { "x-org-domain": "nowhere" } }),
      ask("", { headers: { authorization: "Bearer wrong" } }),
      ask("", { headers: { cookie: await cookieOf(owner) } }),
      ask("", { headers: { cookie: await cookieOf(owner), "sec-fetch-site": "cross-site" } }),
      ask("", { headers: { cookie: await cookieOf(owner), "sec-fetch-site": "same-site" } }),
      ask("", { headers: { cookie: "gurulog.session=forged", "sec-fetch-site": "same-origin" } }),
    ]);
    const texts = await Promise.all(answers.map((a) => a.clone().text()));
    expect(new Set(texts).size).toBe(1);
    for (const answer of answers) expect(await refused(answer)).toBe("401 NOT_AUTHENTICATED");
  });

  it("404 NOT_FOUND to a person whose organization it is not", async () => {
    const browser = async (who: UserPrincipal) => ({
      cookie: await cookieOf(who),
      "sec-fetch-site": "same-origin",
    });
    expect(await refused(ask("", { headers: await browser(stranger) }))).toBe("404 NOT_FOUND");
    expect(await refused(ask("", { headers: { ...(await browser(owner)), "x-org-domain": "other" } }))).toBe(
      "404 NOT_FOUND",
    );
    expect(
      await refused(ask("", { headers: { ...(await browser(owner)), "x-org-domain": "nowhere" } })),
    ).toBe("404 NOT_FOUND");
  });

  it("403 INSUFFICIENT_PERMISSIONS to a member, before bad parameters, and records the denial", async () => {
    const key = await keyOf(member);
    expect(await refused(ask("?page=x", { key }))).toBe("403 INSUFFICIENT_PERMISSIONS");
    const cookie = await cookieOf(member);
    expect(await refused(ask("", { headers: { cookie, "sec-fetch-site": "same-origin" } }))).toBe(
      "403 INSUFFICIENT_PERMISSIONS",
    );
    const denied = await product.events("access.denied");
    expect(denied.map((e) => [e.actor_type, e.account_id, e.details.permission])).toEqual([
      ["api_key", member.accountId, "audit:read-global"],
      ["user", member.accountId, "audit:read-global"],
    ]);
  });

  it("403 INSUFFICIENT_PERMISSIONS to an owner's key that lacks the scope", async () => {
    expect(await refused(ask("", { key: await keyOf(owner, { scopes: ["search", "gurus"] }) }))).toBe(
      "403 INSUFFICIENT_PERMISSIONS",
    );
    expect((await ask("", { key: await keyOf(owner, { scopes: ["audit:read"] }) })).status).toBe(200);
  });

  it.each([
    "page=0",
    "page=-1",
    "page=1.5",
    "page=x",
    "page=",
    "page=1e3",
    "page=99999999999",
    "page=1&page=2",
    "perPage=0",
    "perPage=101",
    "perPage=ten",
    "perPage=",
    "since=yesterday",
    "since=2026-11-21",
    "since=2026-11-21T10:00:00",
    "since=2026-02-30T00:00:00Z",
    "since=",
    "until=2026-13-01T00:00:00Z",
    "since=2026-11-02T00:00:00Z&since=2026-11-03T00:00:00Z",
    "since=2026-11-02T00:00:00Z&until=2026-11-01T00:00:00Z",
    "since=2026-11-02T00:00:00Z&until=2026-11-02T00:00:00Z",
    "actionType=removed",
    "outcome=maybe",
    "ip=localhost",
    "ip=1.2.3",
    "actor=",
    "model=%00",
    "q=a%00b",
    "q=a&q=b",
    `q=${"x".repeat(201)}`,
    `target=${"x".repeat(513)}`,
    `model=${Array.from({ length: 201 }, (_, i) => i).join("&model=")}`,
    "view=wide",
    "after=!!",
    "after=MS4x",
    "after=&page=1",
    "after=&since=2026-11-02T00:00:00Z",
    "after=&until=2026-11-02T00:00:00Z",
    "after=&perPage=10001",
    "after=MS4xLjk5OTk5OQ",
    "actoin=x",
    "order=asc",
  ])("400 INVALID_QUERY_PARAMS to ?%s and names the parameter", async (search) => {
    const answer = await ask(`?${search}`, { key: ownerKey });
    const { message } = (await answer.clone().json()) as { message: string };
    expect(await refused(answer)).toBe("400 INVALID_QUERY_PARAMS");
    const names = [...new URLSearchParams(search).keys()];
    expect(names.some((name) => message.includes(name))).toBe(true);
  });

  it("500 UNEXPECTED_ERROR, never an empty 200, when the read cannot be recorded", async () => {
    const mend = await breakTheLog(product);
    try {
      for (const query of ["", "?view=full", "?page=1", "?page=1&perPage=10"]) {
        expect(await refused(ask(query, { key: ownerKey }))).toBe("500 UNEXPECTED_ERROR");
      }
      const fresh = await keyOf(owner).catch(() => null);
      expect(fresh).toBeNull();
      expect(await refused(ask("?after=", { key: ownerKey }))).toBe("500 UNEXPECTED_ERROR");
    } finally {
      await mend();
    }
  });

  it("500 UNEXPECTED_ERROR when the log cannot be read, without a word of the database", async () => {
    await product.admin`alter function audit_cutoff() rename to audit_cutoff_away`;
    try {
      for (const query of ["", "?view=full", "?page=1", "?after="]) {
        const answer = await ask(query, { key: ownerKey });
        expect(await answer.clone().text()).not.toMatch(/audit_cutoff|function|select/i);
        expect(await refused(answer)).toBe("500 UNEXPECTED_ERROR");
      }
    } finally {
      await product.admin`alter function audit_cutoff_away() rename to audit_cutoff`;
    }
  });

  it("200 to the owner and an auditor, by key, bearer and their own page's cookie", async () => {
    for (const person of [owner, auditor]) {
      const key = await keyOf(person);
      const before = await count("audit.fetch");
      expect((await records(ask("", { key }))).length).toBeGreaterThan(0);
      expect(
        (await records(ask("", { headers: { authorization: `Bearer ${key}` } }))).length,
      ).toBeGreaterThan(0);
      const headers = { cookie: await cookieOf(person), "sec-fetch-site": "same-origin" };
      expect((await records(ask("", { headers }))).length).toBeGreaterThan(0);
      expect(await count("audit.fetch")).toBe(before + 3);
    }
  });

  it("refuses a demoted owner's key and a deleted key on the very next request", async () => {
    const second = await product.person("second@halden.example", "auditor");
    const key = await keyOf(second, { name: "second" });
    expect((await ask("?page=1", { key })).status).toBe(200);
    await product.admin`update membership set role = 'member' where account_id = ${second.accountId}`;
    expect((await ask("?page=1", { key })).status).toBe(403);
    await deleteApiKey.execute({
      principal: { ...second, role: "member" },
      request: testRequest,
      input: { name: "second" },
    });
    expect((await ask("?page=1", { key })).status).toBe(401);
  });

  it("counts rejected keys per address: the first of a minute is an event, and no key is ever in it", async () => {
    const ip = "198.51.100.77";
    const before = await count("api_key.rejected");
    const secret = `sourcebot-${"ab".repeat(32)}`;
    for (let i = 0; i < 5; i += 1) await ask("", { key: secret, ip });
    const events = (await product.events("api_key.rejected")).filter((e) => e.ip === ip);
    // One event a minute: at most two when the minute turned meanwhile.
    expect(events.length).toBeGreaterThan(0);
    expect(events.length).toBeLessThan(3);
    expect(await count("api_key.rejected")).toBe(before + events.length);
    const [counted] = await product.admin<{ n: number }[]>`
      select sum(count)::int as n from audit_counter where kind = 'api_key.rejected' and principal = ${ip}`;
    expect(counted?.n).toBe(5);
    expect(events[0]).toMatchObject({
      actor_type: "anonymous",
      actor_id: "anonymous",
      target_type: "org",
      target_id: "1",
      account_id: null,
    });
    for (const host of ["1", "ffff:2:3:4"])
      await ask("", { key: secret, ip: `2001:db8:7:7:${host.includes(":") ? host : `:${host}`}` });
    const [block] = await product.admin<{ n: number }[]>`
      select sum(count)::int as n from audit_counter where kind = 'api_key.rejected' and principal = '2001:db8:7:7::/64'`;
    expect(block?.n).toBe(2);
    const [whole] = await product.admin<{ text: string }[]>`
      select (select string_agg(e::text, '') from audit_event e) || (select string_agg(c::text, '') from audit_counter c) as text`;
    expect(whole?.text).not.toContain("abababab");
  });
});

describe("HEAD /api/ee/audit", () => {
  it("answers as GET does, without a body and without any event", async () => {
    const before = (await product.events()).length;
    const memberKey = await keyOf(member);
    const made = (await product.events()).length - before;
    const all = await ask("", { key: ownerKey, method: "HEAD" });
    expect([all.status, await all.text(), all.headers.get("content-type")]).toEqual([
      200,
      "",
      "application/json; charset=utf-8",
    ]);
    const page = await ask("?page=1&perPage=2", { key: ownerKey, method: "HEAD" });
    expect(Number(page.headers.get("x-total-count"))).toBe(before + made);
    expect(page.headers.get("link")).toContain('rel="next"');
    expect((await ask("?after=", { key: ownerKey, method: "HEAD" })).headers.get("x-next-cursor")).toMatch(
      /^[\w-]+$/,
    );
    expect((await ask("", { key: "wrong", method: "HEAD", ip: "198.51.100.9" })).status).toBe(401);
    expect((await ask("", { key: memberKey, method: "HEAD" })).status).toBe(403);
    expect((await product.events()).length).toBe(before + made);
    const [counted] = await product.admin`select 1 from audit_counter where principal = '198.51.100.9'`;
    expect(counted).toBeUndefined();
  });

  it("a prefetch gets no rows and records nothing either", async () => {
    const before = (await product.events()).length;
    const answer = await ask("", { key: ownerKey, headers: { "sec-purpose": "prefetch;prerender" } });
    expect([answer.status, await answer.text()]).toEqual([204, ""]);
    expect((await product.events()).length).toBe(before);
  });
});
