import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { emptyFilter } from "@/lib/audit/query/filter";
import { globalAuditPage, guruAuditPage } from "@/lib/features/audit-log/queries";
import { testRequest } from "@/tests/support/product";
import { eventAt, gurus, type Row, type VariedLog, variedLog } from "./varied-log";

let log: VariedLog;
let rows: Row[];
beforeAll(async () => {
  log = await variedLog();
  rows = await log.rows();
});
afterAll(() => log.product.close());

describe("the page", () => {
  it("never skips or doubles an event while others are written, older and newer", async () => {
    const wanted = new Set(rows.map((r) => r.id));
    const seen: string[] = [];
    let older: string | null | undefined;
    let steps = 0;
    for (;;) {
      const page = await globalAuditPage.execute({
        principal: log.owner,
        request: testRequest,
        input: { filter: emptyFilter, older },
      });
      if (!page.ok) throw new Error(page.message);
      seen.push(...page.value.rows.map((r) => r.id));
      await log.product
        .admin`insert into audit_event ${log.product.admin(Array.from({ length: 7 }, (_, i) => ({ ...eventAt(i + 1), org_id: 1 })) as never)}`;
      steps += 1;
      if (!page.value.cursors.older) break;
      older = new URLSearchParams(page.value.cursors.older).get("older");
    }
    expect(steps).toBeGreaterThan(3);
    expect(new Set(seen).size).toBe(seen.length);
    for (const id of wanted) expect(seen).toContain(id);
    // And back, by its "newer" links, up to the newest.
    const all = (await log.rows()).map((r) => r.id);
    const back: string[][] = [];
    let newer: string | null = null;
    const last = await globalAuditPage.execute({
      principal: log.owner,
      request: testRequest,
      input: { filter: emptyFilter, older },
    });
    if (!last.ok || !last.value.cursors.newer) throw new Error("no way back");
    back.push(last.value.rows.map((r) => r.id));
    newer = new URLSearchParams(last.value.cursors.newer).get("newer");
    while (newer) {
      const page = await globalAuditPage.execute({
        principal: log.owner,
        request: testRequest,
        input: { filter: emptyFilter, newer },
      });
      if (!page.ok) throw new Error(page.message);
      back.unshift(page.value.rows.map((r) => r.id));
      newer = page.value.cursors.newer ? new URLSearchParams(page.value.cursors.newer).get("newer") : null;
    }
    expect([...new Set(back.flat())]).toEqual(all);
  });

  it("offers choices and counts from its own scope alone", async () => {
    const page = await guruAuditPage.execute({
      principal: log.owner,
      request: testRequest,
      input: { filter: emptyFilter, slug: "billing" },
    });
    const whole = await globalAuditPage.execute({
      principal: log.owner,
      request: testRequest,
      input: { filter: emptyFilter },
    });
    if (!page.ok || !whole.ok) throw new Error("refused");
    const now = await log.rows();
    const own = now.filter((r) => r.guru_id === gurus.get("billing"));
    expect(page.value.facets.guru).toEqual([]);
    for (const [list, scope] of [
      [page.value.facets, own],
      [whole.value.facets, now],
    ] as const) {
      for (const choice of list.model)
        expect(choice.count).toBe(scope.filter((r) => r.model === choice.value).length);
      for (const choice of list.actionType)
        expect(choice.count).toBe(scope.filter((r) => r.action_type === choice.value).length);
      for (const choice of list.actor) {
        expect(choice.count).toBe(
          scope.filter((r) => r.account_id === choice.value || r.actor_type === choice.value).length,
        );
      }
      expect(new Set(list.model.map((c) => c.value))).toEqual(new Set(scope.map((r) => r.model)));
    }
    expect(whole.value.facets.guru.map((c) => c.label)).toEqual(
      expect.arrayContaining([
        "No guru",
        "Guru billing",
        "Retired (deleted)",
        "Guru GONE-SNAPSHOT (deleted)",
      ]),
    );
    expect(whole.value.facets.actor.map((c) => c.label)).toEqual(
      expect.arrayContaining(["System", "Anonymous", "ada@halden.example"]),
    );
  });
});
