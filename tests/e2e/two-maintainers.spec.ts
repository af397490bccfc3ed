import { type Browser, expect, type Page, test } from "@playwright/test";
import { baseUrl, createGuru, okafor, type Person, register, solberg } from "./support/people";

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
