import { type Browser, expect, type Page, test } from "@playwright/test";
import { setUpFactor } from "./support/authenticator";
import {
  giveFirstStep,
  openBrowser,
  rowsOfLog,
  signInAt,
  signOut,
  soleOwner,
  soleOwnerEnv,
} from "./support/own-product";
import { newDataDir, type Product, removeDataDir, startProduct } from "./support/start-product";

test.describe.configure({ mode: "serial", timeout: 120_000 });

const email = "i.duarte@halden.example";
const password = "nine slow rivers bending";
const dataDir = newDataDir();
let product: Product;

test.beforeAll(async () => {
  product = await startProduct({ dataDir, env: soleOwnerEnv });
});
test.afterAll(async () => {
  await product?.stop();
  removeDataDir(dataDir);
});

/** The owner makes the account; its person chooses a password. */
async function newPerson(owner: Page, browser: Browser): Promise<Page> {
  await owner.goto(`${product.url}/settings/users`);
  const form = owner.getByRole("form", { name: "Create a user" });
  await form.getByLabel("Email", { exact: true }).fill(email);
  await form.getByLabel("Full name").fill("Ines Duarte");
  await form.getByRole("button", { name: "Create user" }).click();
  const given = await form.getByLabel(`Password of ${email}`).inputValue();
  const { page } = await openBrowser(browser, product);
  await giveFirstStep(page, product, { email, password: given });
  await expect(page).toHaveURL(/\/change-password/);
  await page.getByLabel("Current password").fill(given);
  await page.getByLabel("New password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page).toHaveURL(/\/gurus$/);
  return page;
}

test("recovery codes are made anew, the factor is switched off, and the owner takes one away", async ({
  browser,
}) => {
  const { page: owner, problems } = await openBrowser(browser, product);
  await signInAt(owner, product, soleOwner);
  const page = await newPerson(owner, browser);
  await page.goto(`${product.url}/settings/security`);
  const { app, recoveryCodes: old } = await setUpFactor(page, password);

  await page.reload();
  await page.getByText("Make new recovery codes").first().click();
  const renew = page.getByRole("form", { name: "Make new recovery codes" });
  await renew.getByLabel("Code").fill(old[0] ?? "");
  await renew.getByRole("button", { name: "Make new codes" }).click();
  const shown = page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
  await expect(shown).toHaveCount(10);
  const fresh = await shown.allInnerTexts();
  expect(fresh.filter((code) => old.includes(code))).toEqual([]);

  await page.reload();
  await page.getByText("Switch off", { exact: true }).first().click();
  const off = page.getByRole("form", { name: "Switch two-factor sign-in off" });
  await off.getByLabel("Code").fill(old[1] ?? "");
  await off.getByRole("button", { name: "Switch off" }).click();
  await expect(off.getByText(/wrong or was used before/).first()).toBeVisible();
  await off.getByLabel("Code").fill(app.code());
  await off.getByRole("button", { name: "Switch off" }).click();
  await expect(page.getByText("Off. With it a sign-in takes a code")).toBeVisible();
  await signOut(page);
  await signInAt(page, product, { email, password });

  await page.goto(`${product.url}/settings/security`);
  await setUpFactor(page, password);
  await signOut(page);
  await owner.goto(`${product.url}/settings/users?search=${encodeURIComponent(email)}`);
  await owner.getByRole("link", { name: `Manage ${email}` }).click();
  await owner.getByRole("button", { name: "Reset second factor" }).click();
  await owner.getByRole("dialog").getByRole("button", { name: "Reset second factor" }).click();
  await expect(owner.getByRole("button", { name: "Reset second factor" })).toHaveCount(0);
  await signInAt(page, product, { email, password });

  const told = await rowsOfLog(owner, product);
  const count = (operation: string) => told.filter((row) => row.includes(operation)).length;
  // Two set-ups and the new codes; by its person, and by the owner.
  expect([count("FACTOR_ENABLED"), count("FACTOR_DISABLED")]).toEqual([3, 2]);
  expect(problems()).toEqual([]);
  await page.context().close();
  await owner.context().close();
});

test("where only the owner may have API keys, a member's stops working at once and the page says why", async ({
  browser,
}) => {
  const { page } = await openBrowser(browser, product);
  await signInAt(page, product, { email, password });
  await page.goto(`${product.url}/settings/api-keys`);
  await page.getByLabel("Name").fill("reader");
  await page.getByRole("button", { name: "Create API key" }).click();
  const key = await page.getByLabel("API key", { exact: true }).inputValue();
  const ask = async () => {
    const headers = { "x-sourcebot-api-key": key, "x-org-domain": "~" };
    const answer = await fetch(`${product.url}/api/ee/audit`, { headers });
    await answer.text();
    return answer.status;
  };
  expect(await ask()).toBe(403);
  await product.stop();
  product = await startProduct({ dataDir, env: { ...soleOwnerEnv, GURULOG_API_KEYS_OWNER_ONLY: "true" } });
  expect(await ask()).toBe(401);
  // The session has outlived the restart.
  await page.goto(`${product.url}/settings/api-keys`);
  await expect(page.getByText(/[Oo]nly the owner/).first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Create API key" })).toHaveCount(0);
  await page.context().close();
});
