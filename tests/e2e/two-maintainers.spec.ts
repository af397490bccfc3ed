import { type Browser, expect, type Page, test } from "@playwright/test";
import { baseUrl, createGuru, okafor, owner, type Person, register, signIn, solberg } from "./support/people";

async function newcomer(browser: Browser, person: Person, guru: string, slug: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await register(page, person);
  await createGuru(page, guru, slug);
  return page;
}

async function choices(page: Page, filter: string): Promise<string[]> {
  await page.getByRole("button", { name: filter, exact: true }).click();
  const options = page.getByRole("option");
  await expect(options.first()).toBeVisible();
  const texts = await options.allInnerTexts();
  await page.keyboard.press("Escape");
  return texts;
}

test("two maintainers see only their own guru's log and dropdowns", async ({ browser }) => {
  const marit = await newcomer(browser, solberg, "Billing runbook", "billing-runbook");
  const david = await newcomer(browser, okafor, "Mobile SDK", "mobile-sdk");

  await marit.goto(`${baseUrl()}/gurus/billing-runbook/audit-logs`);
  await expect(marit.getByRole("heading", { name: "Audit Logs" })).toBeVisible();
  await expect(marit.getByRole("columnheader", { name: "Guru" })).toHaveCount(0);
  const users = await choices(marit, "User");
  expect(users.join()).toContain("m.solberg");
  expect(users.join()).not.toContain("d.okafor");
  await expect(marit.getByRole("table", { name: "Audit Logs" })).not.toContainText("Mobile SDK");
  await expect(marit.getByRole("table", { name: "Audit Logs" })).not.toContainText("LOGIN_SUCCESS");

  for (const path of ["/gurus/mobile-sdk/audit-logs", "/gurus/mobile-sdk", "/gurus/no-such-guru"]) {
    const answer = await marit.goto(`${baseUrl()}${path}`);
    expect([path, answer?.status()]).toEqual([path, 404]);
  }
  const global = await marit.goto(`${baseUrl()}/settings/audit-logs`);
  expect(global?.status()).not.toBe(200);
  await expect(marit.getByRole("table", { name: "Audit Logs" })).toHaveCount(0);

  await david.goto(`${baseUrl()}/gurus/mobile-sdk/audit-logs`);
  await expect(
    david.getByRole("table", { name: "Audit Logs" }).getByText("CREATE_GURU", { exact: true }),
  ).toBeVisible();
});

test("a maintainer who leaves is told so on a page of theirs, and is denied nothing by it", async ({
  page,
  browser,
}) => {
  await signIn(page, okafor);
  await createGuru(page, "Short stay", "short-stay");
  await page.goto(`${baseUrl()}/gurus/short-stay/team`);
  await page.getByRole("button", { name: `Leave ${okafor.email}` }).click();
  await page.getByRole("button", { name: "Remove maintainer" }).click();
  await expect(page).toHaveURL(`${baseUrl()}/gurus`);
  await expect(page.getByText("You are no maintainer of “Short stay” any more.")).toBeVisible();
  await expect(page.getByRole("link", { name: "Short stay" })).toHaveCount(0);

  const reader = await (await browser.newContext()).newPage();
  await signIn(reader, owner);
  await reader.goto(`${baseUrl()}/settings/audit-logs?q=short-stay`);
  const operations = await reader.locator("tbody tr").allInnerTexts();
  expect(operations.filter((row) => row.includes("REMOVE_MAINTAINER"))).toHaveLength(1);
  expect(operations.filter((row) => row.includes("ACCESS_DENIED"))).toEqual([]);
  await reader.context().close();
});
