import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { emptyFilter } from "@/lib/audit/query/filter";
import { done, giveRole, guruOf } from "@/tests/integration/gurus/guru-for-tests";
import {
  breakTheLog,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { deleteView } from "./delete-view";
import { saveView } from "./save-view";

let product: TestProduct;
let owner: UserPrincipal;
let auditor: UserPrincipal;
let maintainer: UserPrincipal;
let second: UserPrincipal;
let billing: { id: string; slug: string };

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
  auditor = await product.person("auditor@halden.example", "auditor");
  maintainer = await product.person("maintainer@halden.example");
  second = await product.person("second@halden.example");
  billing = await guruOf(maintainer, { name: "Billing" });
  await giveRole(billing.id, second, "maintainer");
});
afterAll(() => product.close());

const global = { kind: "global" } as const;
const ofBilling = () => ({ kind: "guru", slug: billing.slug }) as const;
let made = 0;

async function viewOf(principal: UserPrincipal, input: object = {}) {
  made += 1;
  const filter = { ...emptyFilter, model: ["User"] };
  const given = { scope: global, shared: false, filter, name: `View ${made}`, ...input };
  return done(await saveView.execute({ principal, request, input: given }));
}

const remove = (principal: UserPrincipal, id: string, scope: object = global) =>
  deleteView.execute({ principal, request, input: { scope, id } });
const stands = async (id: string) =>
  (await product.admin`select 1 from saved_view where id = ${id}`).length === 1;

describe("delete-view", () => {
  it("deletes one's own and records what it was", async () => {
    const { id, name } = await viewOf(auditor, { recentDays: 7 });
    done(await remove(auditor, id));
    expect(await stands(id)).toBe(false);
    const [event] = await product.events("audit.view_deleted");
    expect(event).toMatchObject({
      operation: "DELETE_AUDIT_VIEW",
      action_type: "deleted",
      model: "AuditLog",
      target_type: "org",
      target_id: "1",
      target_label: name,
      details: { name, shared: false, filters: { model: ["User"] }, recentDays: 7 },
    });
    expect(event?.details).not.toHaveProperty("savedBy");
  });

  it("lets the owner delete what others share of the whole log, a guru's maintainers what is shared of its log", async () => {
    const { id } = await viewOf(auditor, { shared: true });
    done(await remove(owner, id));
    expect((await product.events("audit.view_deleted")).at(-1)?.details).toMatchObject({
      savedBy: auditor.accountId,
    });
    for (const person of [second, owner]) {
      const ofTheirs = await viewOf(maintainer, { shared: true, scope: ofBilling() });
      done(await remove(person, ofTheirs.id, ofBilling()));
      expect((await product.events("audit.view_deleted")).at(-1)).toMatchObject({
        guru_id: billing.id,
        target_type: "guru",
        target_id: billing.id,
        actor_id: person.accountId,
      });
    }
  });

  it("refuses others: who may only read a shared view, and whoever cannot even see it", async () => {
    const shared = await viewOf(owner, { shared: true });
    const hidden = await viewOf(owner);
    const inBilling = await viewOf(maintainer, { scope: ofBilling() });
    const before = (await product.events("audit.view_deleted")).length;
    const denials = (await product.events("access.denied")).length;
    const refusals = [
      [auditor, shared.id, global, "forbidden"],
      [auditor, hidden.id, global, "not_found"],
      [second, inBilling.id, ofBilling(), "not_found"],
      [owner, inBilling.id, ofBilling(), "not_found"],
      // Theirs, but of another log than the one that is named.
      [maintainer, inBilling.id, global, "forbidden"],
      [owner, shared.id, ofBilling(), "not_found"],
      [owner, randomUUID(), global, "not_found"],
    ] as const;
    for (const [person, id, scope, code] of refusals)
      expect([person.email, await remove(person, id, scope)]).toMatchObject([
        person.email,
        { ok: false, code },
      ]);
    for (const { id } of [shared, hidden, inBilling]) expect(await stands(id)).toBe(true);
    expect((await product.events("audit.view_deleted")).length).toBe(before);
    expect((await product.events("access.denied")).length).toBe(denials + refusals.length);
  });

  it("says of the second of two who delete it at once that it is gone, and records one end", async () => {
    const { id, name } = await viewOf(auditor, { shared: true });
    const results = await Promise.all([remove(auditor, id), remove(owner, id)]);
    expect(results.map((r) => (r.ok ? "ok" : r.code)).sort()).toEqual(["not_found", "ok"]);
    const ends = (await product.events("audit.view_deleted")).filter((e) => e.target_label === name);
    expect(ends).toHaveLength(1);
  });

  it("takes no other ids and no other fields", async () => {
    for (const input of [
      { scope: global, id: "1" },
      { scope: global, id: "' or 1=1" },
      { scope: global, id: randomUUID(), orgId: 2 },
      { id: randomUUID() },
    ])
      expect(await deleteView.execute({ principal: owner, request, input })).toMatchObject({
        ok: false,
        code: "invalid",
      });
  });

  it("deletes nothing when the log takes no event", async () => {
    const { id } = await viewOf(owner);
    const mend = await breakTheLog(product);
    const result = await remove(owner, id);
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await stands(id)).toBe(true);
  });
});
