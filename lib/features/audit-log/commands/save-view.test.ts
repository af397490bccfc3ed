import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Principal, UserPrincipal } from "@/lib/access/principal";
import { emptyFilter, filterParams } from "@/lib/audit/query/filter";
import { done, giveRole, guruOf } from "@/tests/integration/gurus/guru-for-tests";
import {
  breakTheLog,
  byKey,
  countOf,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { savedViews } from "../saved-views";
import { saveView } from "./save-view";

let product: TestProduct;
let owner: UserPrincipal;
let auditor: UserPrincipal;
let maintainer: UserPrincipal;
let viewer: UserPrincipal;
let billing: { id: string; slug: string };

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
  auditor = await product.person("auditor@halden.example", "auditor");
  maintainer = await product.person("maintainer@halden.example");
  viewer = await product.person("viewer@halden.example");
  billing = await guruOf(maintainer, { name: "Billing" });
  await giveRole(billing.id, viewer, "viewer");
});
afterAll(() => product.close());

const global = { kind: "global" } as const;
const ofBilling = () => ({ kind: "guru", slug: billing.slug }) as const;
const failures = { ...emptyFilter, outcome: ["failure"], model: ["User", "APIKey"] };

const save = (principal: Principal, input: object, attemptId?: string) =>
  saveView.execute({
    principal,
    request,
    input: { scope: global, shared: false, filter: failures, ...input },
    ...(attemptId ? { attemptId } : {}),
  });

async function seenBy(principal: UserPrincipal, scope: object = global) {
  const found = await savedViews.execute({ principal, request, input: { scope } as never });
  return found.ok ? found.value : found.code;
}

describe("save-view", () => {
  it("keeps a filter under a name and records name, filter and whether it is shared", async () => {
    const { id } = done(await save(owner, { name: "  Failed sign-ins ", shared: true, recentDays: 30 }));
    const [event, ...more] = await product.events("audit.view_saved");
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      operation: "SAVE_AUDIT_VIEW",
      action_type: "created",
      model: "AuditLog",
      target_type: "org",
      target_id: "1",
      target_label: "Failed sign-ins",
      guru_id: null,
      actor_id: owner.accountId,
    });
    expect(event?.details).toEqual({
      name: "Failed sign-ins",
      shared: true,
      filters: { model: ["APIKey", "User"], outcome: ["failure"] },
      recentDays: 30,
      requestId: request.requestId,
    });
    const seen = await seenBy(owner);
    if (typeof seen === "string") throw new Error(seen);
    expect(seen).toMatchObject([
      { id, name: "Failed sign-ins", shared: true, isOwn: true, owner: owner.email, recentDays: 30 },
    ]);
    expect(filterParams(seen[0]?.filter ?? emptyFilter)).toEqual(filterParams(failures));
  });

  it("shows a private view to its owner alone, a shared one to all who read that log, and to nobody else", async () => {
    done(await save(auditor, { name: "Mine" }));
    done(await save(auditor, { name: "Ours", shared: true }));
    done(await save(maintainer, { name: "Of billing", shared: true, scope: ofBilling() }));
    done(await save(maintainer, { name: "Of billing, mine", scope: ofBilling() }));
    const names = async (person: UserPrincipal, scope?: object) => {
      const found = await seenBy(person, scope);
      return typeof found === "string" ? found : found.map((v) => [v.name, v.isOwn, v.mayDelete]);
    };
    expect(await names(auditor)).toEqual([
      ["Mine", true, true],
      ["Ours", true, true],
      ["Failed sign-ins", false, false],
    ]);
    expect(await names(owner)).toEqual([
      ["Failed sign-ins", true, true],
      ["Ours", false, true],
    ]);
    expect(await names(owner, ofBilling())).toEqual([["Of billing", false, true]]);
    expect(await names(maintainer, ofBilling())).toEqual([
      ["Of billing", true, true],
      ["Of billing, mine", true, true],
    ]);
    expect(await names(maintainer)).toBe("forbidden");
    expect(await names(viewer, ofBilling())).toBe("forbidden");
    const [event] = (await product.events("audit.view_saved")).slice(-1);
    expect(event).toMatchObject({ target_type: "guru", target_id: billing.id, guru_id: billing.id });
  });

  it("refuses a name that one has in that log, however it is written, and records nothing", async () => {
    done(await save(owner, { name: "Straße \u00e9" }));
    const before = (await product.events()).length;
    for (const name of ["straße \u00e9", "STRAßE e\u0301", " Straße \u00c9 "]) {
      expect(await save(owner, { name })).toMatchObject({
        ok: false,
        code: "exists",
        message: expect.stringContaining("Straße \u00e9"),
        fieldErrors: { name: [expect.stringContaining("another name")] },
      });
    }
    expect((await product.events()).length).toBe(before);
    // Another log, another person.
    done(await save(owner, { name: "straße \u00e9", scope: ofBilling() }));
    done(await save(auditor, { name: "straße \u00e9" }));
  });

  it("takes fifty views a person and log, also when two arrive at once", async () => {
    const many = await product.person("many@halden.example", "auditor");
    await product.admin`
      insert into saved_view (org_id, account_id, name, name_key, filter, shared)
      select 1, ${many.accountId}, 'view ' || n, 'view ' || n, '{}', false from generate_series(1, 49) n`;
    const results = await Promise.all(["a", "b", "c"].map((name) => save(many, { name })));
    expect(results.map((r) => (r.ok ? "ok" : r.code)).sort()).toEqual(["conflict", "conflict", "ok"]);
    const [stored] = await product.admin`
      select count(*)::int as n from saved_view where account_id = ${many.accountId}`;
    expect(stored?.n).toBe(50);
  });

  it("refuses whoever may not read that log, as access.denied", async () => {
    const views = await countOf("saved_view");
    const refusals = [
      [maintainer, global, "forbidden"],
      [viewer, ofBilling(), "forbidden"],
      [auditor, ofBilling(), "not_found"],
      [owner, { kind: "guru", slug: "unheard-of" }, "not_found"],
    ] as const;
    for (const [person, scope, code] of refusals)
      expect(await save(person, { name: "x", scope })).toMatchObject({ ok: false, code });
    expect(await save(byKey(owner), { name: "x" })).toMatchObject({ ok: false, code: "forbidden" });
    expect(await countOf("saved_view")).toBe(views);
    expect((await product.events("access.denied")).length).toBe(refusals.length);
  });

  it("takes nothing outside the grammar, no two ranges and no filter without end", async () => {
    const calls = [
      { name: "" },
      { name: " \n " },
      { name: "x".repeat(101) },
      { name: { toString: 1 } },
      { shared: "yes" },
      { filter: { model: ["\0"] } },
      { filter: { colour: ["red"] } },
      { recentDays: 29 },
      { recentDays: 30, filter: { since: "2026-11-01T00:00:00Z" } },
      { orgId: 2 },
      { accountId: owner.accountId },
    ];
    for (const call of calls)
      expect([call, await save(owner, { name: "fine", ...call })]).toMatchObject([
        call,
        { ok: false, code: "invalid" },
      ]);
    const long = Array.from({ length: 100 }, (_, n) => `${n}`.padEnd(100, "x"));
    expect(await save(owner, { name: "fine", filter: { target: long } })).toMatchObject({
      code: "too_large",
    });
  });

  it("saves nothing when the log takes no event", async () => {
    const views = await countOf("saved_view");
    const mend = await breakTheLog(product);
    const result = await save(owner, { name: "unrecorded" });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await countOf("saved_view")).toBe(views);
  });

  it("makes one view of two parallel clicks", async () => {
    const attempt = randomUUID();
    const results = await Promise.all([1, 2].map(() => save(owner, { name: "Once" }, attempt)));
    expect(results.every((r) => r.ok)).toBe(true);
    expect((await product.events("audit.view_saved")).filter((e) => e.target_label === "Once")).toHaveLength(
      1,
    );
  });

  it.each([
    "\0nul",
    "\u202Ebidi",
    "line\r\nbreak",
    "=1+1",
    "<script>alert(1)</script>",
    "\ud800lone",
    "__proto__",
  ])("stores the hostile name %j safely and records it", async (name) => {
    const stored = name.replace("\0", "\u2400").replace("\r\n", "\n").toWellFormed();
    expect(done(await save(owner, { name })).name).toBe(stored);
    expect((await product.events("audit.view_saved")).at(-1)).toMatchObject({
      target_label: stored,
      details: { name: stored },
    });
  });
});
