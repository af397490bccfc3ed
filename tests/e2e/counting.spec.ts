import { expect, type Page } from "@playwright/test";
import type postgres from "postgres";
import { pageOf } from "./support/person-page";
import { test } from "./support/roles-fixture";
import { watchProblems } from "./support/watch-problems";

test.describe.configure({ timeout: 120_000 });

const rows = (page: Page) => page.locator("tr[data-event-id]");
const chart = (page: Page) => page.getByRole("region", { name: "Activity per day" });

/** Holds the table that the totals are read from, so that counting waits for as long as a test looks. */
async function holdCounts(admin: postgres.Sql): Promise<() => Promise<void>> {
  const held = await admin.reserve();
  await held.unsafe("begin");
  await held.unsafe("lock table audit_rollup in access exclusive mode");
  return async () => {
    await held.unsafe("rollback");
    held.release();
  };
}

/** What moved without anybody's doing, as the browser's own layout-shift entries say; 0 = nothing. */
async function watchShifts(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(globalThis, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        shifts.push((entry as PerformanceEntry & { value: number }).value);
    }).observe({ type: "layout-shift", buffered: true });
  });
  return () =>
    page.evaluate(() =>
      (globalThis as unknown as { shifts: number[] }).shifts.reduce((sum, v) => sum + v, 0),
    );
}

for (const [name, viewport] of [
  ["a desk", { width: 1440, height: 900 }],
  ["a phone", { width: 390, height: 844 }],
] as const)
  test(`rows are read while counting goes on, and nothing moves when the counts come, on ${name}`, async ({
    browser,
    world,
  }) => {
    const page = await pageOf(browser, world, "owner");
    await page.setViewportSize(viewport);
    const problems = watchProblems(page);
    const shifted = await watchShifts(page);
    // Fonts and scripts are in the browser's cache after a first look.
    await page.goto(`${world.url}/settings/audit-logs`);
    await expect(page.getByTestId("audit-total")).toBeVisible();
    const release = await holdCounts(world.admin);
    try {
      await page.goto(`${world.url}/settings/audit-logs?actionType=created`, { waitUntil: "commit" });
      await expect(rows(page).first()).toBeVisible();
      await expect(page.getByText("Counting…")).toBeVisible();
      await expect(chart(page)).toHaveAttribute("aria-busy", "true");
      const before = [await rows(page).first().boundingBox(), await chart(page).boundingBox()];
      await release();
      await expect(page.getByTestId("audit-total")).toBeVisible();
      await expect(chart(page).locator("g[data-day]").first()).toBeAttached();
      expect([await rows(page).first().boundingBox(), await chart(page).boundingBox()]).toEqual(before);
    } catch (error) {
      await release().catch(() => {});
      throw error;
    }
    expect(await shifted()).toBe(0);
    expect(problems()).toEqual([]);
    await page.context().close();
  });

test("counts that fail leave the rows standing, and Retry counts again", async ({ browser, world }) => {
  const page = await pageOf(browser, world, "owner");
  const [role] = await world.admin<{ name: string }[]>`
    select grantee as name from information_schema.role_table_grants
    where table_name = 'audit_rollup' and privilege_type = 'SELECT' and grantee like 'gurulog\\_app%'`;
  const app = role?.name ?? "";
  expect(app).not.toBe("");
  await world.admin`revoke select on audit_rollup from ${world.admin(app)}`;
  try {
    await page.goto(`${world.url}/settings/audit-logs?actionType=created`);
    await expect(page.getByTestId("audit-total")).toHaveText("Could not be counted");
    await expect(chart(page).getByRole("alert")).toContainText("Could not be counted");
    await expect(rows(page).first()).toBeVisible();
    await chart(page).getByRole("button", { name: "Retry" }).click();
    await expect(page.getByTestId("audit-total")).toHaveText("Could not be counted");
  } finally {
    await world.admin`grant select on audit_rollup to ${world.admin(app)}`;
  }
  const [counted] = await world.admin<{ n: number }[]>`
    select count(*)::int as n from audit_event where org_id = 1 and action_type = 'created'`;
  await chart(page).getByRole("button", { name: "Retry" }).click();
  await expect(page.getByTestId("audit-total")).toHaveText((counted?.n ?? 0).toLocaleString("en-US"));
  await expect(chart(page).locator("g[data-day]").first()).toBeAttached();
  await expect(page.getByText("Could not be counted")).toHaveCount(0);
  await page.context().close();
});
