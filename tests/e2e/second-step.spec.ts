import { type Browser, expect, type Page, test } from "@playwright/test";
import { type MailReceiver, startMailReceiver } from "../integration/alarms/receivers";
import { type Authenticator, setUpFactor } from "./support/authenticator";
import { axe } from "./support/axe";
import { linkTo } from "./support/mail-links";
import {
  giveFirstStep,
  openBrowser,
  rowsOfLog,
  signInAt,
  signOut,
  soleOwner,
  soleOwnerEnv,
} from "./support/own-product";
import { newDataDir, type Product, removeDataDir, spawnProduct, startProduct } from "./support/start-product";

test.describe.configure({ mode: "serial" });

const guest = { name: "Ines Duarte", email: "i.duarte@halden.example", password: "nine slow rivers bending" };

let product: Product;
let mail: MailReceiver;
/** The owner's, from the test that sets it up on. */
let app: Authenticator;
let recoveryCodes: string[];
const dataDir = newDataDir();

test.beforeAll(async () => {
  test.setTimeout(120_000);
  mail = await startMailReceiver();
  product = await startProduct({ dataDir, env: { ...soleOwnerEnv, SMTP_URL: mail.url } });
});
test.afterAll(async () => {
  await product?.stop();
  await mail?.close();
  removeDataDir(dataDir);
});

async function giveCode(page: Page, code: string): Promise<void> {
  await page.getByRole("form", { name: "Second step" }).getByLabel("Code").fill(code);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Signs the owner in with a recovery code, of which there are ten. */
async function ownerWithCode(browser: Browser, options = {}): Promise<Page> {
  const { page } = await openBrowser(browser, product, options);
  await giveFirstStep(page, product, soleOwner);
  await expect(page).toHaveURL(/\/sign-in\/second-step/);
  await giveCode(page, recoveryCodes.pop() ?? "");
  await expect(page).toHaveURL(/\/gurus$/);
  return page;
}

test("an invite comes by mail, and is taken by registering, both without JavaScript", async ({ browser }) => {
  const withoutScript = { javaScriptEnabled: false };
  const { page: owner } = await openBrowser(browser, product, withoutScript);
  await signInAt(owner, product, soleOwner);
  await owner.goto(`${product.url}/settings/members?tab=invites`);
  await owner.getByLabel("E-mail addresses").fill(guest.email);
  await owner.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(owner.getByRole("table", { name: "Invites" })).toContainText(guest.email);

  const { page } = await openBrowser(browser, product, withoutScript);
  await page.goto(`${product.url}${await linkTo(mail, guest.email, "/invite")}`);
  await expect(page.getByRole("heading", { name: "You are invited" })).toBeVisible();
  await page.getByLabel("Name", { exact: true }).fill(guest.name);
  await page.getByLabel("Password", { exact: true }).fill("123456789012");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByLabel("Password", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue(guest.name);
  await page.getByLabel("Password", { exact: true }).fill(guest.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL(/\/gurus$/);
  await owner.goto(`${product.url}/settings/members`);
  await expect(owner.getByRole("table", { name: "Members" })).toContainText(guest.email);
  const told = (await rowsOfLog(owner, product)).join("\n");
  for (const operation of ["INVITES_CREATED", "REGISTER", "INVITE_ACCEPTED"])
    expect(told).toContain(operation);
  await owner.context().close();
  await page.context().close();
});

test("a second step is set up under Security, asked for at the next sign-in, and its codes serve once", async ({
  browser,
}) => {
  const { page, problems } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  await page.goto(`${product.url}/settings/security`);
  await expect(page.getByText("Off. With it a sign-in takes a code")).toBeVisible();
  ({ app, recoveryCodes } = await setUpFactor(page, soleOwner.password));
  expect(new Set(recoveryCodes).size).toBe(10);
  expect((await axe(page)).violations).toEqual([]);
  await page.reload();
  await expect(page.getByText("On. 10 recovery codes are left.")).toBeVisible();
  await expect(page.getByText(recoveryCodes[0] ?? "")).toHaveCount(0);
  await signOut(page);

  await giveFirstStep(page, product, soleOwner);
  await expect(page).toHaveURL(/\/sign-in\/second-step$/);
  // The first step alone opens nothing.
  await page.goto(`${product.url}/gurus`);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.goto(`${product.url}/sign-in/second-step`);
  await giveCode(page, "not a code");
  await expect(page.getByText("This code is wrong or was used before").first()).toBeVisible();
  expect((await axe(page)).violations).toEqual([]);
  const code = app.code();
  await giveCode(page, code);
  await expect(page).toHaveURL(/\/gurus$/);
  await signOut(page);

  await giveFirstStep(page, product, soleOwner);
  await giveCode(page, code);
  await expect(page.getByText("This code is wrong or was used before").first()).toBeVisible();
  await giveCode(page, recoveryCodes.pop() ?? "");
  await expect(page).toHaveURL(/\/gurus$/);
  const told = await rowsOfLog(page, product);
  for (const operation of ["FACTOR_ENABLED", "RECOVERY_CODE_USED"])
    expect(told.filter((row) => row.includes(operation))).toHaveLength(1);
  expect(told.filter((row) => row.includes("LOGIN_FAILED"))).toHaveLength(2);
  for (const row of told) expect(row).not.toContain(code);
  expect(problems()).toEqual([]);
  await page.context().close();
});

test("the second step, and a recovery code for it, work without JavaScript", async ({ browser }) => {
  const page = await ownerWithCode(browser, { javaScriptEnabled: false });
  await page.goto(`${product.url}/settings/security`);
  await expect(page.getByText("On. 8 recovery codes are left.")).toBeVisible();
  await page.context().close();
});

test("the security page says where one is signed in, and ends one session or all others", async ({
  browser,
}) => {
  const userAgent =
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15";
  const { page, problems } = await openBrowser(browser, product);
  await signInAt(page, product, guest);
  const { page: second } = await openBrowser(browser, product, { userAgent });
  await signInAt(second, product, guest);
  await page.goto(`${product.url}/settings/security`);
  const sessions = page.getByRole("table", { name: "Sessions" }).locator("tbody tr");
  // The third is of the registration.
  await expect(sessions).toHaveCount(3);
  await expect(sessions.filter({ hasText: "This browser" })).toHaveCount(1);
  await page.getByRole("button", { name: /^End the session of Safari/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "End session" }).click();
  await expect(sessions).toHaveCount(2);
  await second.goto(`${product.url}/gurus`);
  await expect(second).toHaveURL(/\/sign-in/);
  await signInAt(second, product, guest);

  await page.reload();
  await page.getByRole("button", { name: "Sign out everywhere else" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out everywhere else" }).click();
  await expect(page.getByText("2 other sessions ended.")).toBeVisible();
  await expect(sessions).toHaveCount(1);
  await second.goto(`${product.url}/gurus`);
  await expect(second).toHaveURL(/\/sign-in/);
  await page.goto(`${product.url}/settings/activity`);
  await expect(page.getByRole("table").getByText("REVOKE_SESSION", { exact: true })).toHaveCount(2);
  expect(problems()).toEqual([]);
  await page.context().close();
  await second.context().close();
});

test("when the owner requires it, whoever has no second factor sets one up before anything else", async ({
  browser,
}) => {
  const { page, problems } = await openBrowser(browser, product);
  await signInAt(page, product, guest);
  const owner = await ownerWithCode(browser);
  await owner.goto(`${product.url}/settings/organization`);
  const form = owner.getByRole("form", { name: "Two-factor sign-in" });
  await form.getByLabel("Require it of everybody").check();
  await form.getByRole("button", { name: "Save" }).click();
  await expect(owner.getByText("Two-factor sign-in is required of everybody.")).toBeVisible();
  await expect(form.getByLabel("Require it of everybody")).toBeChecked();

  for (const path of ["/gurus", "/settings/api-keys", "/settings/profile", "/settings/activity"]) {
    await page.goto(`${product.url}${path}`);
    await expect(page).toHaveURL(/\/two-factor$/);
  }
  await expect(page.getByText("requires a second step at each sign-in")).toBeVisible();
  await setUpFactor(page, guest.password);
  await page.getByRole("link", { name: "Continue" }).click();
  await expect(page).toHaveURL(/\/gurus$/);
  await page.goto(`${product.url}/settings/security`);
  await expect(page.getByText("so it cannot be switched off")).toBeVisible();
  await owner.goto(`${product.url}/settings/organization`);
  await owner.reload();
  await expect(form.getByLabel("Require it of everybody")).toBeChecked();
  expect(problems()).toEqual([]);
  await page.context().close();
  await owner.context().close();
});

test("whoever runs the machine lets the owner in again who has lost app and codes", async ({ browser }) => {
  const resetFactor = async (email: string) => {
    const command = [process.execPath, "scripts/run.mjs", "reset-factor", email] as [string, ...string[]];
    const run = spawnProduct({ dataDir, env: soleOwnerEnv, command });
    return { code: await run.exited, said: run.output() };
  };
  const nobody = await resetFactor("nobody@halden.example");
  expect([nobody.code, nobody.said]).toEqual([
    1,
    expect.stringContaining("No account has this e-mail address"),
  ]);
  const done = await resetFactor(soleOwner.email);
  expect([done.code, done.said]).toEqual([
    0,
    expect.stringContaining(`Two-factor sign-in of ${soleOwner.email}`),
  ]);

  const { page, problems } = await openBrowser(browser, product);
  await giveFirstStep(page, product, soleOwner);
  // It is still required of everybody.
  await expect(page).toHaveURL(/\/two-factor$/);
  await setUpFactor(page, soleOwner.password);
  await page.getByRole("link", { name: "Continue" }).click();
  await expect(page).toHaveURL(/\/gurus$/);
  const [disabled, ...more] = (await rowsOfLog(page, product)).filter((row) =>
    row.includes("FACTOR_DISABLED"),
  );
  expect(more).toEqual([]);
  expect(disabled).toContain("System");
  expect(problems()).toEqual([]);
  await page.context().close();
});
