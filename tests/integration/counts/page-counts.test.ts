import { afterAll, beforeAll, expect, it } from "vitest";
import { emptyFilter } from "@/lib/audit/query/filter";
import { compileFilter } from "@/lib/audit/query/where";
import { countsOfPage, soonOrLater } from "@/lib/features/audit-log/page-counts";
import { globalAuditPage } from "@/lib/features/audit-log/queries";
import { createTestProduct, type TestProduct, testRequest } from "@/tests/support/product";
import { insertEvents, variedEvents } from "../sealer/events-for-tests";

/** Counting ends by itself where the machine gave it no time. */
const patience = { timeout: 15_000 };

let product: TestProduct;
beforeAll(async () => {
  product = await createTestProduct();
  await insertEvents(product.admin, variedEvents(120));
});
afterAll(() => product.close());

it("a page has its numbers, and each page the ordinal of its first row", async () => {
  const principal = await product.person("owner@halden.example", "owner");
  const page = async (older: string | null) => {
    const found = await globalAuditPage.execute({
      principal,
      request: testRequest,
      input: { filter: { ...emptyFilter, actionType: ["access", "created", "updated"] }, older },
    });
    if (!found.ok) throw new Error(found.message);
    const next = new URLSearchParams(found.value.cursors.older).get("older");
    return { next, rows: found.value.rows.length, counts: await found.value.counts };
  };
  const first = await page(null);
  await expect
    .poll(async () => (await page(null)).counts, patience)
    .toMatchObject({
      total: { count: 90, exact: true },
      first: 1,
      histogram: { inRange: { access: 30, created: 30, updated: 30, deleted: 0 }, exact: true },
    });
  const second = async () => (await page(first.next)).counts;
  await expect.poll(second, patience).toMatchObject({ total: { count: 90, exact: true }, first: 51 });
});

it("what cannot be counted is no failure of the page", async () => {
  const scope = { orgId: 1, guruScope: null };
  const where = await compileFilter({ ...scope, filter: emptyFilter });
  const count = () => countsOfPage(scope, where, { rows: [], hasNewer: false });
  await expect.poll(count, patience).toMatchObject({ total: { count: 120 }, first: null });
  await product.admin`alter table audit_rollup rename to audit_rollup_away`;
  expect(await count()).toBeNull();
  await product.admin`alter table audit_rollup_away rename to audit_rollup`;
  await expect.poll(count, patience).toMatchObject({ total: { count: 120 } });
});

it("numbers that come late are a promise, those in time a value", async () => {
  expect(await soonOrLater(Promise.resolve({ total: 1 }))).toEqual({ soonOrLater: { total: 1 } });
  let come: (value: { total: number }) => void = () => {};
  const late = new Promise<{ total: number }>((resolve) => {
    come = resolve;
  });
  const { soonOrLater: numbers } = await soonOrLater(late);
  expect(numbers).toBe(late);
  come({ total: 2 });
  expect(await numbers).toEqual({ total: 2 });
});
