import { expect, test } from "@playwright/test";
import { baseUrl, owner } from "./support/people";

test.use({ javaScriptEnabled: false });

test("sign-in, its error, a form and sign-out work without JavaScript", async ({ page }) => {
  await page.goto(`${baseUrl()}/sign-in`);
  await page.getByLabel("Email").fill(owner.email);
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert").first()).toBeVisible();
  await expect(page.getByLabel("Email")).toHaveValue(owner.email);
  await page.getByLabel("Password", { exact: true }).fill(owner.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/gurus/);

  await page.goto(`${baseUrl()}/settings/api-keys`);
  await page.getByLabel("Name", { exact: true }).fill("without script");
  await page.getByRole("button", { name: "Create API key" }).click();
  await expect(page.getByLabel("API key", { exact: true })).toHaveValue(/^sourcebot-/);

  // The slug that a script would have filled in.
  await page.goto(`${baseUrl()}/gurus/new`);
  await page.getByLabel("Name", { exact: true }).fill("Øst & Vest: Blåbær");
  await page.getByRole("button", { name: "Create guru" }).click();
  await expect(page).toHaveURL(/\/gurus\/st-vest-blab-r$/);
  await page.goto(`${baseUrl()}/gurus/new`);
  await page.getByLabel("Name", { exact: true }).fill("北の案内");
  await page.getByRole("button", { name: "Create guru" }).click();
  await expect(page.getByText("Give the guru a slug.").first()).toBeVisible();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("北の案内");

  await page.goto(`${baseUrl()}/settings/audit-logs`);
  await expect(
    page.getByRole("table", { name: "Audit Logs" }).getByText("CREATE_API_KEY", { exact: true }).first(),
  ).toBeVisible();
  await page.getByRole("button", { name: "Account menu" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.goto(`${baseUrl()}/settings/audit-logs`);
  await expect(page).toHaveURL(/\/sign-in/);
});
