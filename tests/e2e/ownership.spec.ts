import { expect, test } from "@playwright/test";
import { openBrowser, rowsOfLog, signInAt, soleOwner, soleOwnerEnv } from "./support/own-product";
import { newDataDir, type Product, removeDataDir, startProduct } from "./support/start-product";

test.describe.configure({ mode: "serial" });

const heir = {
  name: "Marit Solberg",
  email: "m.solberg@halden.example",
  password: "a quiet fjord in winter",
};

let product: Product;
const dataDir = newDataDir();

test.beforeAll(async () => {
  test.setTimeout(120_000);
  product = await startProduct({ dataDir, env: { ...soleOwnerEnv, GURULOG_SEATS: "2" } });
});
test.afterAll(async () => {
  await product?.stop();
  removeDataDir(dataDir);
});

test("somebody joins by the invite link, both without JavaScript, until the seats are taken", async ({
  browser,
}) => {
  const withoutScript = { javaScriptEnabled: false };
  const { page: owner } = await openBrowser(browser, product, withoutScript);
  await signInAt(owner, product, soleOwner);
  await owner.goto(`${product.url}/settings/organization`);
  await expect(owner.getByText("1 of 2 seats are taken.")).toBeVisible();
  await owner.getByLabel("People can join by an invite link").check();
  await owner.getByRole("button", { name: "Save settings" }).click();
  const link = await owner.getByLabel("Invite link", { exact: true }).inputValue();
  expect(link.startsWith(`${product.url}/join/`)).toBe(true);

  const { page } = await openBrowser(browser, product, withoutScript);
  await page.goto(link);
  await page.getByLabel("Name", { exact: true }).fill(heir.name);
  await page.getByLabel("Email").fill(heir.email);
  await page.getByLabel("Password", { exact: true }).fill(heir.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL(/\/gurus$/);

  const { page: late } = await openBrowser(browser, product, withoutScript);
  await late.goto(link);
  await late.getByLabel("Name", { exact: true }).fill("David Okafor");
  await late.getByLabel("Email").fill("d.okafor@halden.example");
  await late.getByLabel("Password", { exact: true }).fill("seven lamps on the quay");
  await late.getByRole("button", { name: "Create account" }).click();
  await expect(late.getByText("All seats of this organization are taken").first()).toBeVisible();
  expect((await rowsOfLog(owner, product, "?outcome=failure")).join("\n")).toContain(
    "d.okafor@halden.example",
  );
  for (const each of [owner, page, late]) await each.context().close();
});

test("the owner gives the organization away: one is the owner, before and after", async ({ browser }) => {
  const { page: owner, problems } = await openBrowser(browser, product);
  await signInAt(owner, product, soleOwner);
  const { page: next } = await openBrowser(browser, product);
  await signInAt(next, product, heir);
  await next.goto(`${product.url}/settings/organization`);
  await expect(next.getByText("You are a member.")).toBeVisible();
  await expect(next.getByRole("button", { name: "Transfer ownership" })).toHaveCount(0);

  await owner.goto(`${product.url}/settings/organization`);
  await expect(owner.getByRole("button", { name: "Leave organization" })).toHaveCount(0);
  await owner.getByRole("button", { name: "Transfer ownership" }).click();
  const dialog = owner.getByRole("dialog");
  // A refusal is said in the dialog, which stays open.
  await dialog.getByLabel("E-mail address of the new owner").fill("nobody@halden.example");
  await dialog.getByRole("button", { name: "Transfer ownership" }).click();
  await expect(dialog.getByText("No member has this e-mail address.").first()).toBeVisible();
  await dialog.getByLabel("E-mail address of the new owner").fill(heir.email);
  await dialog.getByRole("button", { name: "Transfer ownership" }).click();
  await expect(owner.getByText(`${heir.email} is the owner now. You are a member.`)).toBeVisible();
  await expect(owner.getByText("You are a member.", { exact: false }).first()).toBeVisible();
  expect((await owner.goto(`${product.url}/settings/members`))?.status()).toBe(404);

  await next.goto(`${product.url}/settings/members`);
  const members = next.getByRole("table", { name: "Members" });
  await expect(members.getByRole("row").filter({ hasText: heir.email })).toContainText("Owner");
  await expect(members.getByRole("row").filter({ hasText: soleOwner.email })).toContainText("Member");
  const told = await rowsOfLog(next, product, "?operation=OWNERSHIP_TRANSFERRED");
  expect(told).toHaveLength(1);
  expect(told[0]).toContain(soleOwner.email);
  // The members' page, which is no longer theirs to see.
  expect(problems().filter((problem) => !problem.includes("status of 404"))).toEqual([]);
  await owner.context().close();
  await next.context().close();
});

test("who was removed asks to come back, whatever door is open, and is rejected", async ({ browser }) => {
  const { page: owner, problems } = await openBrowser(browser, product);
  await signInAt(owner, product, heir);
  await owner.goto(`${product.url}/settings/members`);
  await owner.getByRole("button", { name: `Remove ${soleOwner.email}` }).click();
  await owner.getByRole("dialog").getByRole("button", { name: "Remove member" }).click();
  await expect(owner.getByText(`${soleOwner.email} is no member any more.`)).toBeVisible();

  const { page } = await openBrowser(browser, product);
  await page.goto(`${product.url}/sign-in`);
  await page.getByLabel("Email").fill(soleOwner.email);
  await page.getByLabel("Password", { exact: true }).fill(soleOwner.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { name: "You are not a member" })).toBeVisible();
  await page.getByRole("button", { name: "Ask to join" }).click();
  await expect(page.getByRole("heading", { name: "Waiting for approval" })).toBeVisible();

  await owner.goto(`${product.url}/settings/members?tab=requests`);
  await owner.getByRole("button", { name: `Reject ${soleOwner.email}` }).click();
  await owner.getByRole("dialog").getByRole("button", { name: "Reject request" }).click();
  await expect(owner.getByText(`The request of ${soleOwner.email} is rejected.`)).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "You are not a member" })).toBeVisible();
  const told = (await rowsOfLog(owner, product)).join("\n");
  for (const operation of ["MEMBER_REMOVED", "REVOKE_SESSION", "JOIN_REQUESTED", "JOIN_REQUEST_REJECTED"])
    expect(told).toContain(operation);
  expect(problems()).toEqual([]);
  await owner.context().close();
  await page.context().close();
});

test("an invite that was sent is cancelled, and its link leads nowhere", async ({ browser }) => {
  const { page: owner, problems } = await openBrowser(browser, product);
  await owner.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await signInAt(owner, product, heir);
  await owner.goto(`${product.url}/settings/members?tab=invites`);
  const invitee = "i.duarte@halden.example";
  await owner.getByLabel("E-mail addresses").fill(invitee);
  await owner.getByRole("button", { name: "Invite", exact: true }).click();
  await owner.getByRole("button", { name: `Copy the link for ${invitee}` }).click();
  const link = await owner.evaluate(() => navigator.clipboard.readText());
  await owner.getByRole("button", { name: `Cancel the invite for ${invitee}` }).click();
  await owner.getByRole("dialog").getByRole("button", { name: "Cancel invite" }).click();
  await expect(owner.getByText(`The invite for ${invitee} is cancelled.`)).toBeVisible();
  const { page } = await openBrowser(browser, product);
  await page.goto(link);
  await expect(page.getByText("This invite does not exist, or was cancelled")).toBeVisible();
  expect(problems()).toEqual([]);
  await owner.context().close();
  await page.context().close();
});
