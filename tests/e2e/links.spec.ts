import { type Browser, expect, type Page, test } from "@playwright/test";
import { type MailReceiver, startMailReceiver } from "../integration/alarms/receivers";
import { linkTo } from "./support/mail-links";
import { newDataDir, type Product, removeDataDir, startProduct } from "./support/start-product";
import { watchProblems } from "./support/watch-problems";

test.describe.configure({ mode: "serial" });

const email = "i.berg@halden.example";
const newEmail = "ingrid.berg@halden.example";
const password = "four quiet herons fishing";
const newPassword = "seven loud magpies nesting";

let product: Product;
let mail: MailReceiver;
const dataDir = newDataDir();

test.beforeAll(async () => {
  mail = await startMailReceiver();
  const env = { GURULOG_OWNER_EMAIL: email, GURULOG_OWNER_PASSWORD: password, SMTP_URL: mail.url };
  product = await startProduct({ dataDir, env });
});
test.afterAll(async () => {
  await product?.stop();
  await mail?.close();
  removeDataDir(dataDir);
});

async function signIn(page: Page, address: string, word: string): Promise<void> {
  await page.goto(`${product.url}/sign-in`);
  await page.getByLabel("Email").fill(address);
  await page.getByLabel("Password", { exact: true }).fill(word);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/gurus$/);
}

async function signedIn(browser: Browser, address: string): Promise<Page> {
  const page = await (await browser.newContext({ colorScheme: "light" })).newPage();
  await signIn(page, address, newPassword);
  return page;
}

test("who forgot the password is mailed a link, chooses another, and signs in with it", async ({ page }) => {
  const problems = watchProblems(page);
  await page.goto(`${product.url}/sign-in`);
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await expect(page.getByRole("heading", { name: "Forgot your password?" })).toBeVisible();
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await expect(page.getByRole("status")).toContainText("a mail with a link is on its way");
  const link = await linkTo(mail, email, "/reset-password");

  await page.goto(`${product.url}${link}`);
  await page.getByLabel("New password", { exact: true }).fill("123456789012");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByLabel("New password", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("New password", { exact: true }).fill(newPassword);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
  await expect(page.getByText("Password changed. Sign in with the new one.")).toBeVisible();
  await signIn(page, email, newPassword);

  await page.goto(`${product.url}${link}`);
  await expect(page.getByRole("heading", { name: "This link leads nowhere" })).toBeVisible();
  expect(problems()).toEqual([]);
});

test("name, theme and time zone are kept in the profile, in every browser", async ({ browser }) => {
  const page = await signedIn(browser, email);
  await page.goto(`${product.url}/settings/profile`);
  await page.getByLabel("Name", { exact: true }).fill("Ingrid Berg");
  await page.getByLabel("Theme", { exact: true }).selectOption("Dark");
  await page.getByLabel("Time zone", { exact: true }).selectOption("Pacific/Auckland");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("Profile saved.")).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.goto(`${product.url}/settings/activity`);
  await expect(page.getByText(/GMT\+1[23]/).first()).toBeVisible();

  const other = await signedIn(browser, email);
  await expect(other.locator("html")).toHaveAttribute("data-theme", "dark");
  // The switch is for this browser alone, and stays.
  await other.getByRole("button", { name: "Switch theme" }).first().click();
  await expect(other.locator("html")).not.toHaveAttribute("data-theme", "dark");
  await other.reload();
  await expect(other.locator("html")).not.toHaveAttribute("data-theme", "dark");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.context().close();
  await other.context().close();
});

test("another e-mail address counts once the link that is mailed there was opened, and the former one is told", async ({
  browser,
}) => {
  const page = await signedIn(browser, email);
  await page.goto(`${product.url}/settings/profile`);
  await page.getByLabel("New e-mail address").fill(newEmail);
  await page.getByLabel("Your password").fill(newPassword);
  await page.getByRole("button", { name: "Mail a link" }).click();
  await expect(page.getByText(`A link was mailed to ${newEmail}. Open it there`)).toBeVisible();
  const link = await linkTo(mail, newEmail, "/confirm-email");

  // A browser that is not signed in is led to the sign-in page, and back to the link.
  const other = await (await browser.newContext()).newPage();
  await other.goto(`${product.url}${link}`);
  await expect(other).toHaveURL(/\/sign-in/);
  await other.getByLabel("Email").fill(email);
  await other.getByLabel("Password", { exact: true }).fill(newPassword);
  await other.getByRole("button", { name: "Sign in" }).click();
  await expect(other.getByRole("heading", { name: "Confirm your e-mail address" })).toBeVisible();
  await other.getByRole("button", { name: "Change the address" }).click();
  await expect(other).toHaveURL(/\/settings\/profile$/);
  await expect(other.getByText(`Your address is ${newEmail}.`)).toBeVisible();
  await expect.poll(() => mail.mails.some(({ to }) => to.includes(email)), { timeout: 20_000 }).toBe(true);
  await page.context().close();
  await other.context().close();
});

test("everybody sees their own part of the log, with its details and a range of time", async ({
  browser,
}) => {
  const page = await signedIn(browser, newEmail);
  await page.getByRole("link", { name: "My activity" }).click();
  await expect(page.getByRole("heading", { name: "My activity", level: 1 })).toBeVisible();
  const table = page.getByRole("table");
  for (const operation of ["LOGIN_SUCCESS", "UPDATE_USER", "PASSWORD_CHANGED"])
    await expect(table.getByRole("row").filter({ hasText: operation }).first()).toBeVisible();
  await table.getByRole("row").filter({ hasText: "UPDATE_USER" }).first().getByRole("button").click();
  const sheet = page.getByRole("dialog");
  await expect(sheet.getByRole("heading", { name: "Field changes" })).toBeVisible();
  await expect(sheet.getByText(newEmail).first()).toBeVisible();
  await expect(sheet.getByRole("button", { name: "Download proof" })).toHaveCount(0);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Date range/ }).click();
  await page.getByRole("button", { name: "Last 7 days" }).click();
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/since=/);
  await expect(table.getByRole("row").filter({ hasText: "UPDATE_USER" }).first()).toBeVisible();
  await page.getByRole("button", { name: "Reset" }).click();
  await expect(page).not.toHaveURL(/since=/);
  await page.context().close();
});
