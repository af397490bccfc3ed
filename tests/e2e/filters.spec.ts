import { expect, test } from "@playwright/test";
import { baseUrl, okafor, owner, signIn } from "./support/people";
import { watchProblems } from "./support/watch-problems";

const total = async (page: import("@playwright/test").Page) =>
  Number((await page.getByTestId("audit-total").innerText()).replace(/\D/g, ""));

test("filters wait for Apply, survive a reload and can be shared by their address", async ({
  page,
  browser,
}) => {
  const problems = watchProblems(page);
  await signIn(page, owner);
  await page.goto(`${baseUrl()}/settings/audit-logs`);
  const all = await total(page);

  await page.getByRole("button", { name: "Action type", exact: true }).click();
  await page.getByRole("option", { name: /Created/ }).click();
  await page.keyboard.press("Escape");
  await expect(page.getByText("not applied yet", { exact: true })).toBeVisible();
  expect(await total(page)).toBe(all);
  expect(page.url()).not.toContain("actionType");

  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/actionType=created/);
  await expect.poll(() => total(page)).toBeLessThan(all);
  const few = await total(page);
  const badges = await page.locator("tbody tr .c-act").allInnerTexts();
  expect(new Set(badges.map((b) => b.split("\n")[0]))).toEqual(new Set(["Created"]));

  await page.reload();
  expect(await total(page)).toBe(few);
  const shared = await browser.newContext();
  const other = await shared.newPage();
  await signIn(other, owner);
  await other.goto(page.url());
  expect(
    await other.locator("tbody tr").evaluateAll((rows) => rows.map((r) => r.getAttribute("data-event-id"))),
  ).toEqual(
    await page.locator("tbody tr").evaluateAll((rows) => rows.map((r) => r.getAttribute("data-event-id"))),
  );
  await shared.close();

  await page.getByRole("button", { name: "Reset" }).click();
  await expect(page).not.toHaveURL(/actionType/);
  expect(problems()).toEqual([]);
});

test("a chip's × only marks its filter for removal, and every filter of an address has a chip", async ({
  page,
}) => {
  await signIn(page, owner);
  await page.goto(`${baseUrl()}/settings/audit-logs?outcome=success&ip=203.0.113.77`);
  const chips = page.getByRole("list", { name: "Applied filters" }).getByRole("listitem");
  await expect(chips).toHaveText([/Outcome.*Success/, /IP Address.*203\.0\.113\.77/]);
  await expect(page.locator("tbody tr")).toHaveCount(0);
  await page.getByRole("button", { name: "Remove filter Outcome" }).click();
  await expect(page.getByText("removal not applied yet", { exact: true })).toBeVisible();
  await expect(page).toHaveURL(/outcome=success/);
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).not.toHaveURL(/outcome/);
  await expect(page).toHaveURL(/ip=203\.0\.113\.77/);
  await page.getByRole("button", { name: "Remove filter IP Address" }).click();
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(`${baseUrl()}/settings/audit-logs`);
  await expect(page.locator("tbody tr").first()).toBeVisible();
});

test("“No guru” shows what belongs to none, and nothing else", async ({ page }) => {
  await signIn(page, owner);
  await page.goto(`${baseUrl()}/settings/audit-logs?guru=none`);
  const gurus = await page.locator("tbody tr .c-guru").allInnerTexts();
  expect(gurus.length).toBeGreaterThan(3);
  expect(new Set(gurus)).toEqual(new Set(["-"]));
  await expect(page.getByRole("table", { name: "Audit Logs" })).toContainText("LOGIN_SUCCESS");
});

test("a search that matches nothing says so and offers Reset", async ({ page }) => {
  await signIn(page, owner);
  await page.goto(`${baseUrl()}/settings/audit-logs?q=nothing-has-this-name`);
  await expect(page.getByText(/match/i).first()).toBeVisible();
  await expect(page.locator("tbody tr")).toHaveCount(0);
  await expect(
    page
      .getByRole("button", { name: "Reset" })
      .or(page.getByRole("link", { name: "Reset" }))
      .first(),
  ).toBeVisible();
});

test("a details link opens the event for a colleague who may read it, and for nobody else", async ({
  page,
  browser,
}) => {
  const problems = watchProblems(page);
  await signIn(page, owner);
  await page.goto(`${baseUrl()}/settings/audit-logs?operation=CREATE_GURU`);
  await page.getByRole("button", { name: "Details" }).first().click();
  const sheet = page.getByRole("dialog", { name: "Audit log details" });
  await expect(sheet).toBeVisible();
  await expect(page).toHaveURL(/event=[0-9a-f-]{36}/);
  for (const label of ["Timestamp", "User", "IP Address", "Action", "Object"])
    await expect(sheet.getByText(label, { exact: true })).toBeVisible();
  const link = page.url();
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  expect(problems()).toEqual([]);

  const context = await browser.newContext();
  const stranger = await context.newPage();
  await signIn(stranger, okafor);
  expect((await stranger.goto(link))?.status()).toBe(404);
  await context.close();
});

test("a bad filter in the address is explained, not ignored", async ({ page }) => {
  await signIn(page, owner);
  await page.goto(`${baseUrl()}/settings/audit-logs?since=yesterday`);
  await expect(page.getByText(/since takes a time/)).toBeVisible();
});

test("a page that the browser makes ahead has rows once somebody looks at it, with its filters", async ({
  page,
}) => {
  const problems = watchProblems(page);
  await signIn(page, owner);
  const address = `${baseUrl()}/settings/audit-logs?outcome=success`;
  await page.addInitScript(() =>
    Object.defineProperty(document, "prerendering", { configurable: true, value: true }),
  );
  await page.route(
    address,
    (route) => route.continue({ headers: { ...route.request().headers(), purpose: "prefetch" } }),
    { times: 1 },
  );
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/settings/audit-logs") && request.headers().rsc) asked.push(request.url());
  });
  await page.goto(address, { waitUntil: "networkidle" });
  await expect(page.getByRole("status").filter({ hasText: "Opening" })).toBeVisible();
  expect(asked).toEqual([]);

  await page.evaluate(() => {
    Object.defineProperty(document, "prerendering", { configurable: true, value: false });
    document.dispatchEvent(new Event("prerenderingchange"));
  });
  await expect(page.locator("tbody tr").first()).toBeVisible();
  await expect(page.getByRole("list", { name: "Applied filters" })).toContainText("Success");
  expect(asked).toHaveLength(1);
  expect(problems()).toEqual([]);
});
