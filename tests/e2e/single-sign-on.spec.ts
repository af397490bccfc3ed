import { type Browser, expect, type Page, test } from "@playwright/test";
import type { OidcProcess } from "../support/oidc-process";
import { openBrowser, rowsOfLog, signInAt, signOut, soleOwner, soleOwnerEnv } from "./support/own-product";
import {
  newDataDir,
  type Product,
  removeDataDir,
  type StartOptions,
  startProduct,
} from "./support/start-product";
import { providerFor } from "./support/with-provider";

test.describe.configure({ mode: "serial" });

let provider: OidcProcess;
let start: StartOptions;
let product: Product;
const dataDir = newDataDir();

const signe = { sub: "1001", email: "s.lund@halden.example", email_verified: true, name: "Signe Lund" };
const omar = { sub: "1002", email: "o.haddad@halden.example", email_verified: true, name: "Omar Haddad" };

test.beforeAll(async () => {
  test.setTimeout(120_000);
  ({ provider, start } = await providerFor());
  product = await startProduct({ ...start, dataDir, env: { ...start.env, ...soleOwnerEnv } });
});
test.afterAll(async () => {
  await product?.stop();
  await provider?.stop();
  removeDataDir(dataDir);
});

/** Leaves the sign-in page for the provider's, and says there who it is. */
async function goThrough(page: Page, who: object | "cancel"): Promise<void> {
  // The provider has a session of its own, and would not ask again.
  await page.context().clearCookies({ domain: new URL(provider.issuer).hostname });
  await page.getByRole("button", { name: "Continue with single sign-on" }).click();
  await expect(page).toHaveURL((url) => url.origin === provider.issuer);
  await page.getByLabel("Login").fill(typeof who === "string" ? who : JSON.stringify(who));
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page).toHaveURL((url) => url.origin === product.url);
}

async function asOwner(browser: Browser): Promise<Page> {
  const { page } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  return page;
}

test("who comes by the provider for the first time asks to join, is let in, and then signs in with it", async ({
  browser,
}) => {
  const { page, problems } = await openBrowser(browser, product);
  await page.goto(`${product.url}/sign-in`);
  await goThrough(page, signe);
  await expect(page.getByRole("heading", { name: "Waiting for approval" })).toBeVisible();
  await expect(page.getByText(signe.email)).toBeVisible();

  const owner = await asOwner(browser);
  await owner.goto(`${product.url}/settings/members?tab=requests`);
  await owner.getByRole("button", { name: `Approve ${signe.email}` }).click();
  await expect(owner.getByText(`${signe.email} is a member now.`)).toBeVisible();
  await page.getByRole("link", { name: "Look again" }).click();
  await expect(page).toHaveURL(/\/gurus$/);
  await signOut(page);

  // The way back leads to the page that was asked for first.
  await page.goto(`${product.url}/settings/profile`);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await goThrough(page, signe);
  await expect(page).toHaveURL(/\/settings\/profile$/);
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue(signe.name);
  const told = (await rowsOfLog(owner, product, `?q=${encodeURIComponent(signe.email)}`)).join("\n");
  for (const operation of ["REGISTER", "LOGIN_SUCCESS", "JOIN_REQUESTED", "JOIN_REQUEST_APPROVED"])
    expect(told).toContain(operation);
  expect(problems()).toEqual([]);
  await page.context().close();
  await owner.context().close();
});

test("one that is cancelled, and an address that the provider has not verified, are told so and recorded", async ({
  browser,
}) => {
  const { page, problems } = await openBrowser(browser, product);
  await page.goto(`${product.url}/sign-in`);
  await goThrough(page, "cancel");
  await expect(page.getByText("The single sign-on was not completed")).toBeVisible();
  await goThrough(page, { ...soleOwner, sub: "1003", email_verified: false, password: undefined });
  await expect(page.getByText("has not verified your e-mail address")).toBeVisible();
  await page.goto(`${product.url}/gurus`);
  await expect(page).toHaveURL(/\/sign-in/);

  const owner = await asOwner(browser);
  const failed = await rowsOfLog(owner, product, "?operation=LOGIN_FAILED");
  expect(failed.filter((row) => row.includes("LOGIN_FAILED"))).toHaveLength(2);
  expect(problems()).toEqual([]);
  await page.context().close();
  await owner.context().close();
});

test("without JavaScript too the way leads to the provider and back", async ({ browser }) => {
  const { page } = await openBrowser(browser, product, { javaScriptEnabled: false });
  await page.goto(`${product.url}/settings/security`);
  await goThrough(page, signe);
  await expect(page).toHaveURL(/\/settings\/security$/);
  await expect(page.getByRole("heading", { name: "Security", level: 1 })).toBeVisible();
  await page.context().close();
});

test("an account with a password is linked by its verified address, once, and keeps its password", async ({
  browser,
}) => {
  const { page } = await openBrowser(browser, product);
  const claims = { sub: "1000", email: soleOwner.email, email_verified: true };
  await page.goto(`${product.url}/sign-in`);
  await goThrough(page, claims);
  await expect(page).toHaveURL(/\/gurus$/);
  await signOut(page);
  // Another person of the provider, who was given the address later, is not let into it.
  await goThrough(page, { ...claims, sub: "2000" });
  await expect(page.getByText("belongs to another person of your identity provider")).toBeVisible();
  await signInAt(page, product, soleOwner);
  const [linked, ...more] = (await rowsOfLog(page, product, "?operation=UPDATE_USER")).filter((row) =>
    row.includes("UPDATE_USER"),
  );
  expect(linked).toContain(soleOwner.email);
  expect(more).toEqual([]);
  await page.context().close();
});

test("with JIT provisioning whoever the provider lets in is a member at once", async ({ browser }) => {
  test.setTimeout(120_000);
  await product.stop();
  const env = { ...start.env, AUTH_OIDC_JIT_PROVISIONING: "true" };
  product = await startProduct({ ...start, dataDir, env });
  const { page, problems } = await openBrowser(browser, product);
  await page.goto(`${product.url}/sign-in`);
  await goThrough(page, omar);
  await expect(page).toHaveURL(/\/gurus$/);
  const owner = await asOwner(browser);
  const told = (await rowsOfLog(owner, product, `?q=${encodeURIComponent(omar.email)}`)).join("\n");
  expect(told).toContain("JIT_PROVISIONED");
  expect(told).not.toContain("JOIN_REQUESTED");
  expect(problems()).toEqual([]);
  await page.context().close();
  await owner.context().close();
});
