import { type Browser, expect, type Page } from "@playwright/test";
import type { Product } from "./start-product";
import { watchProblems } from "./watch-problems";

/** The owner of a product that one file of tests has for itself. */
export const soleOwner = { email: "i.berg@halden.example", password: "four quiet herons fishing" };
export const soleOwnerEnv = {
  GURULOG_OWNER_EMAIL: soleOwner.email,
  GURULOG_OWNER_PASSWORD: soleOwner.password,
};

export interface Login {
  email: string;
  password: string;
}

/** The first step of a sign-in: address and password. */
export async function giveFirstStep(page: Page, product: Product, { email, password }: Login): Promise<void> {
  await page.goto(`${product.url}/sign-in`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

export async function signInAt(page: Page, product: Product, login: Login): Promise<void> {
  await giveFirstStep(page, product, login);
  await expect(page).toHaveURL(/\/gurus$/);
}

export async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Account menu" }).click();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
}

/** A browser of its own. `problems` are those of the product's pages: another site's are not ours. */
export async function openBrowser(
  browser: Browser,
  product: Product,
  options: { javaScriptEnabled?: boolean; userAgent?: string } = {},
): Promise<{ page: Page; problems: () => string[] }> {
  const page = await (await browser.newContext({ colorScheme: "light", ...options })).newPage();
  const problems = watchProblems(page);
  return { page, problems: () => problems().filter((problem) => problem.startsWith(product.url)) };
}

/** What the log tells, newest first: the rows of its page. */
export async function rowsOfLog(page: Page, product: Product, query = ""): Promise<string[]> {
  await page.goto(`${product.url}/settings/audit-logs${query}`);
  await expect(page.getByRole("table", { name: "Audit Logs" })).toBeVisible();
  return page.locator("tbody tr").allInnerTexts();
}
