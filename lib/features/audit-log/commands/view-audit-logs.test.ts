import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { emptyFilter } from "@/lib/audit/query/filter";
import { breakTheLog, createTestProduct, type TestProduct, testRequest } from "@/tests/support/product";
import { auditEvent, globalAuditPage, guruAuditEvent, guruAuditPage } from "../queries";
import { recordAuditViewed, viewAuditLogs } from "./view-audit-logs";

let product: TestProduct;
let owner: UserPrincipal;
let auditor: UserPrincipal;
let maintainer: UserPrincipal;
let viewer: UserPrincipal;
const guruIds: Record<string, string> = {};
const request = testRequest;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
  auditor = await product.person("auditor@halden.example", "auditor");
  maintainer = await product.person("maintainer@halden.example");
  viewer = await product.person("viewer@halden.example");
  for (const slug of ["billing", "ops"]) {
    const [guru] = await product.admin<
      { id: string }[]
    >`insert into guru (org_id, slug, name) values (1, ${slug}, ${`The ${slug}`}) returning id`;
    guruIds[slug] = guru?.id ?? "";
  }
  await product.admin`insert into guru_role (guru_id, account_id, role) values
    (${guruIds.billing ?? ""}, ${maintainer.accountId}, 'maintainer'), (${guruIds.billing ?? ""}, ${viewer.accountId}, 'viewer')`;
});
afterAll(() => product.close());

const global = { kind: "global" } as const;
const billing = { kind: "guru", slug: "billing" } as const;
const views = () => product.events("audit.viewed");

describe("view-audit-logs", () => {
  it("records a view once per person, scope and filter in ten minutes, also when pages load at once", async () => {
    const filtered = { ...emptyFilter, model: ["User"], q: "x" };
    await Promise.all(
      Array.from({ length: 4 }, () => recordAuditViewed(owner, request, global, emptyFilter)),
    );
    expect(await views()).toHaveLength(1);
    await recordAuditViewed(owner, request, global, filtered);
    await recordAuditViewed(owner, request, global, { ...filtered });
    await recordAuditViewed(auditor, request, global, emptyFilter);
    await recordAuditViewed(owner, request, billing, emptyFilter);
    await recordAuditViewed(maintainer, request, billing, emptyFilter);
    const events = await views();
    expect(events.map((e) => [e.actor_email, e.guru_slug, e.target_type, e.details.filters])).toEqual([
      [owner.email, null, "org", {}],
      [owner.email, null, "org", { model: ["User"], q: "x" }],
      [auditor.email, null, "org", {}],
      [owner.email, "billing", "guru", {}],
      [maintainer.email, "billing", "guru", {}],
    ]);
    await product.admin`update read_window set started_at = started_at - interval '10 minutes'`;
    await recordAuditViewed(owner, request, global, emptyFilter);
    expect(await views()).toHaveLength(6);
  });

  it("refuses whoever may not read that log, as access.denied", async () => {
    const before = (await views()).length;
    const refusals = [
      [maintainer, global, "forbidden"],
      [viewer, billing, "forbidden"],
      [maintainer, { kind: "guru", slug: "ops" }, "not_found"],
      [auditor, billing, "not_found"],
      [maintainer, { kind: "guru", slug: "unheard-of" }, "not_found"],
    ] as const;
    for (const [person, scope, code] of refusals) {
      expect(await recordAuditViewed(person, request, scope, emptyFilter)).toMatchObject({ ok: false, code });
    }
    expect((await views()).length).toBe(before);
    expect((await product.events("access.denied")).length).toBe(refusals.length);
  });

  it("fails when the view cannot be recorded, so that no page is shown", async () => {
    const mend = await breakTheLog(product);
    const result = await recordAuditViewed(owner, request, { kind: "guru", slug: "ops" }, emptyFilter);
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    // The window did not open either: the next view is recorded.
    const before = (await views()).length;
    expect((await recordAuditViewed(owner, request, { kind: "guru", slug: "ops" }, emptyFilter)).ok).toBe(
      true,
    );
    expect((await views()).length).toBe(before + 1);
  });

  it("takes no other fields and no filter outside the grammar", async () => {
    const calls = [
      { scope: global, filter: emptyFilter, orgId: 2 },
      { scope: { kind: "all" }, filter: emptyFilter },
      { scope: global, filter: { model: ["\0"] } },
      { scope: global, filter: { outcome: ["maybe"] } },
    ];
    for (const input of calls)
      expect(await viewAuditLogs.execute({ principal: owner, request, input })).toMatchObject({
        ok: false,
        code: "invalid",
      });
  });
});

describe("the pages' reads", () => {
  it("show each person the logs that are theirs and answer alike for what is not there", async () => {
    const input = { filter: emptyFilter };
    expect((await globalAuditPage.execute({ principal: auditor, request, input })).ok).toBe(true);
    expect(await globalAuditPage.execute({ principal: maintainer, request, input })).toMatchObject({
      ok: false,
      code: "forbidden",
    });
    const own = await guruAuditPage.execute({
      principal: maintainer,
      request,
      input: { ...input, slug: "billing" },
    });
    if (!own.ok) throw new Error(own.message);
    expect(own.value.rows.length).toBeGreaterThan(1);
    expect(new Set(own.value.rows.map((r) => r.guru?.slug))).toEqual(new Set(["billing"]));
    expect(JSON.stringify(own.value)).not.toMatch(/The ops|unheard-of/);
    expect(own.value).toMatchObject({ retentionDays: 90, loggingOffSince: null, guru: { slug: "billing" } });
    expect(
      await guruAuditPage.execute({ principal: maintainer, request, input: { ...input, slug: "ops" } }),
    ).toMatchObject({ ok: false, code: "not_found" });
  });

  it("open an event by its id only in a log that it belongs to", async () => {
    const [inBilling] = (await views()).filter((e) => e.guru_slug === "billing");
    const [inNone] = (await views()).filter((e) => e.guru_slug === null);
    const ask = async (id: string | undefined) => {
      const found = await guruAuditEvent.execute({
        principal: maintainer,
        request,
        input: { id: id ?? "", slug: "billing" },
      });
      return found.ok && found.value?.id;
    };
    expect(await ask(inBilling?.id)).toBe(inBilling?.id);
    expect(await ask(inNone?.id)).toBeUndefined();
    const whole = await auditEvent.execute({ principal: owner, request, input: { id: inNone?.id ?? "" } });
    if (!whole.ok) throw new Error(whole.message);
    expect(whole.value).toMatchObject({
      id: inNone?.id,
      operation: "VIEW_AUDIT_LOGS",
      raw: { action: "audit.viewed", sequence: null },
    });
  });
});
