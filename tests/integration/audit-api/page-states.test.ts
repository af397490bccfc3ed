import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuditFilter, emptyFilter } from "@/lib/audit/query/filter";
import { createSealer } from "@/lib/audit/seal/sealer";
import { globalAuditPage } from "@/lib/features/audit-log/queries";
import { testRequest } from "@/tests/support/product";
import { emails, people, type VariedLog, variedLog } from "./varied-log";

let log: VariedLog;
beforeAll(async () => {
  log = await variedLog();
});
afterAll(() => log.product.close());

async function page(filter: Partial<AuditFilter>, older?: string) {
  const shown = await globalAuditPage.execute({
    principal: log.owner,
    request: testRequest,
    input: { filter: { ...emptyFilter, ...filter }, older },
  });
  if (!shown.ok) throw new Error(shown.message);
  return shown.value;
}

describe("the reason of an empty page", () => {
  it("is the retention for a range, or an address of older events, that lies before what is kept", async () => {
    expect((await page({ until: "2020-01-01T00:00:00.000Z" })).emptyKind).toBe("older-than-retention");
    const long = `${Date.parse("2020-01-01T00:00:00Z")}000-00000000-0000-7000-8000-000000000000`;
    const past = await page({}, long);
    expect(past.rows).toEqual([]);
    expect((await past.counts)?.total.count).toBeGreaterThan(100);
    expect(past.emptyKind).toBe("older-than-retention");
  });

  it("is the filter where one is applied, and that nothing was recorded where none is", async () => {
    expect((await page({ operation: ["NOTHING"] })).emptyKind).toBe("no-match");
    await log.product.admin.begin(async (tx) => {
      await tx`insert into organization (id, name, domain) values (3, 'Empty', 'empty')`;
    });
    const empty = await globalAuditPage.execute({
      principal: { ...log.owner, orgId: 3 },
      request: testRequest,
      input: { filter: emptyFilter },
    });
    if (!empty.ok) throw new Error(empty.message);
    expect([empty.value.rows, empty.value.emptyKind]).toEqual([[], "nothing-yet"]);
  });
});

describe("the User filter", () => {
  it("chooses the person across a change of e-mail: their acts, their keys' and failed sign-ins", async () => {
    const [ada = ""] = people;
    const old = emails[0] ?? "";
    const before = (await log.rows()).filter((r) => r.account_id === ada);
    expect(new Set(before.map((r) => r.actor_type))).toEqual(new Set(["user", "api_key", "anonymous"]));
    // Sorts before the old one: the latest counts, not the first of the alphabet.
    const latest = "aa.lovelace@halden.example";
    await log.product.admin`update account set email = ${latest}, email_key = ${latest} where id = ${ada}`;
    await log.product.admin`
      insert into audit_event (org_id, action, operation, action_type, model, outcome, actor_type, actor_id, account_id,
        actor_email, target_type, target_id, target_label, version)
      values (1, 'user.signed_in', 'LOGIN_SUCCESS', 'access', 'User', 'success', 'user', ${ada}, ${ada}, ${latest}, 'user',
        ${ada}, ${latest}, 'test')`;
    const sealer = createSealer({ sealerUrl: log.product.database.urls.sealer });
    while ((await sealer.sealOnce()) > 0);
    await sealer.stop();
    const wanted = (await log.rows()).filter((r) => r.account_id === ada).map((r) => r.id);
    expect(wanted.length).toBe(before.length + 1);
    const byId = await page({ actor: [ada] });
    expect(byId.rows.map((r) => r.id)).toEqual(wanted.slice(0, 50));
    expect((await byId.counts)?.total).toEqual({ count: wanted.length, exact: true });
    expect(byId.facets.actor.find((c) => c.value === ada)).toMatchObject({
      label: latest,
      count: wanted.length,
    });
    const byLatest = await page({ actor: [latest] });
    expect((await byLatest.counts)?.total).toEqual({ count: wanted.length, exact: true });
    // What was recorded under the old address says so still.
    expect(byId.rows.some((r) => r.actor.email === old)).toBe(true);
  });

  it("chooses System and Anonymous by the kind of actor", async () => {
    for (const kind of ["system", "anonymous"] as const) {
      const shown = await page({ actor: [kind] });
      expect(shown.rows.length).toBeGreaterThan(10);
      expect(new Set(shown.rows.map((r) => r.actor.type))).toEqual(new Set([kind]));
      if (kind === "system") expect(new Set(shown.rows.map((r) => r.ip))).toEqual(new Set([null]));
    }
  });
});
