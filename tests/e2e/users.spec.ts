import { type Browser, expect, type Page, test } from "@playwright/test";
import { baseUrl, okafor, owner, type Person, signIn, solberg } from "./support/people";
import { watchProblems } from "./support/watch-problems";

const users = () => `${baseUrl()}/settings/users`;

async function apart(browser: Browser): Promise<Page> {
  return (await browser.newContext()).newPage();
}

/** Makes an account on the page. @returns the password as it is shown, once */
async function createUser(page: Page, { email, name }: { email: string; name: string }): Promise<string> {
  await page.goto(users());
  const form = page.getByRole("form", { name: "Create a user" });
  await form.getByLabel("Email", { exact: true }).fill(email);
  await form.getByLabel("Full name").fill(name);
  await form.getByRole("button", { name: "Create user" }).click();
  const shown = form.getByLabel(`Password of ${email}`);
  await expect(shown).toBeVisible();
  return shown.inputValue();
}

async function enterFirst(page: Page, email: string, given: string, chosen: string): Promise<void> {
  await page.goto(`${baseUrl()}/sign-in`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(given);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/change-password/);
  // Nothing else opens before.
  await page.goto(`${baseUrl()}/gurus`);
  await expect(page).toHaveURL(/\/change-password/);
  await page.getByLabel("Current password").fill(given);
  await page.getByLabel("New password", { exact: true }).fill(chosen);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page).toHaveURL(/\/gurus/);
}

async function manage(page: Page, email: string): Promise<void> {
  await page.goto(`${users()}?search=${encodeURIComponent(email)}`);
  await page.getByRole("link", { name: `Manage ${email}` }).click();
  await expect(page.getByText(email).first()).toBeVisible();
}

/** Operations on the person, as the whole log's page shows them, newest first. */
async function operationsOn(page: Page, email: string): Promise<string[]> {
  await page.goto(`${baseUrl()}/settings/audit-logs?q=${encodeURIComponent(email)}`);
  await expect(page.getByRole("table", { name: "Audit Logs" })).toBeVisible();
  return page.locator("tbody tr").allInnerTexts();
}

test("an account from its making to its end: a given password, roles, the auditor's view, deletion", async ({
  page,
  browser,
}) => {
  test.setTimeout(120_000);
  const problems = watchProblems(page);
  const guest: Person = {
    name: "Paula Nyqvist",
    email: "p.nyqvist@revisor.example",
    password: "nine barges under rain",
  };
  await signIn(page, owner);
  const given = await createUser(page, guest);
  await page.reload();
  await expect(page.getByText(given)).toHaveCount(0);
  const theirs = await apart(browser);
  await enterFirst(theirs, guest.email, given, guest.password);
  expect((await theirs.goto(`${baseUrl()}/gurus/platform-docs`))?.status()).toBe(404);
  expect((await theirs.goto(users()))?.status()).toBe(404);

  await page.goto(`${users()}/gurus`);
  await page.getByRole("link", { name: "Assign users of Platform docs" }).click();
  const unassigned = page.getByRole("form", { name: "Unassigned users" });
  await unassigned.getByRole("checkbox", { name: /Paula Nyqvist/ }).check();
  await unassigned.getByLabel("Role", { exact: true }).selectOption("viewer");
  await unassigned.getByRole("button", { name: "Assign" }).click();
  const assigned = page.getByRole("form", { name: "Assigned users" });
  await expect(assigned.getByRole("listitem").filter({ hasText: guest.email })).toContainText("Viewer");
  expect((await theirs.goto(`${baseUrl()}/gurus/platform-docs`))?.status()).toBe(200);
  expect((await theirs.goto(`${baseUrl()}/gurus/platform-docs/team`))?.status()).toBe(403);

  await assigned.getByRole("checkbox", { name: /Paula Nyqvist/ }).check();
  await assigned.getByLabel("New role").selectOption("maintainer");
  await assigned.getByRole("button", { name: "Change role" }).click();
  await expect(assigned.getByRole("listitem").filter({ hasText: guest.email })).toContainText("Maintainer");

  await manage(page, guest.email);
  await page.getByRole("button", { name: "Make auditor" }).click();
  await expect(page.getByRole("dialog")).toContainText("They lose their role in 1 guru");
  await page.getByRole("dialog").getByRole("button", { name: "Make auditor" }).click();
  await expect(page.getByRole("heading", { name: "Auditor", exact: true })).toBeVisible();
  expect((await theirs.goto(`${baseUrl()}/gurus/platform-docs`))?.status()).toBe(404);
  expect((await theirs.goto(`${baseUrl()}/settings/audit-logs`))?.status()).toBe(200);

  await page.getByRole("button", { name: "Revoke auditor" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke auditor" }).click();
  await expect(page.getByRole("heading", { name: "Member", exact: true })).toBeVisible();
  expect((await theirs.goto(`${baseUrl()}/settings/audit-logs`))?.status()).toBe(404);

  await page.getByRole("button", { name: "Delete user" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete user" }).click();
  await expect(page).toHaveURL(users());
  await expect(page.getByText(`User ${guest.email} deleted.`)).toBeVisible();
  await expect(page.getByRole("table", { name: "Users" })).not.toContainText(guest.email);
  await theirs.goto(`${baseUrl()}/settings/audit-logs`);
  await expect(theirs).toHaveURL(/\/sign-in/);

  const rows = (await operationsOn(page, guest.email)).join("\n");
  for (const operation of [
    "USER_CREATED",
    "PASSWORD_CHANGED",
    "ROLE_ASSIGNED",
    "GRANT_AUDITOR",
    "REVOKE_AUDITOR",
    "ROLE_REVOKED",
    "USER_DELETED",
    "REVOKE_SESSION",
  ])
    expect(rows).toContain(operation);
  expect(problems()).toEqual([]);
  await theirs.context().close();
});

test("a reset password is shown once and ends the sessions of its account", async ({ page, browser }) => {
  await signIn(page, owner);
  const email = "j.lindqvist@reset.example";
  const given = await createUser(page, { email, name: "Johan Lindqvist" });
  const theirs = await apart(browser);
  await enterFirst(theirs, email, given, "three lanterns by a pier");
  await manage(page, email);
  await page.getByRole("button", { name: "Reset password" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Reset password" }).click();
  const shown = dialog.getByLabel(`New password of ${email}`);
  await expect(shown).toBeVisible();
  const fresh = await shown.inputValue();
  expect(fresh).not.toBe(given);
  await dialog.getByRole("button", { name: "Done" }).click();
  await theirs.goto(`${baseUrl()}/gurus`);
  await expect(theirs).toHaveURL(/\/sign-in/);
  await enterFirst(theirs, email, fresh, "five ladders in the barn");
  await theirs.context().close();
});

test("roles are taken on the person's page, by keyboard", async ({ page }) => {
  await signIn(page, owner);
  await manage(page, okafor.email);
  const without = page.getByRole("form", { name: "Gurus without a role" });
  const box = without.getByRole("checkbox", { name: /Billing runbook/ });
  await box.focus();
  await page.keyboard.press("Space");
  await without.getByRole("button", { name: "Assign" }).focus();
  await page.keyboard.press("Enter");
  const held = page.getByRole("form", { name: "Gurus with a role" });
  await expect(held.getByRole("listitem").filter({ hasText: "Billing runbook" })).toContainText("Viewer");
  await held.getByRole("checkbox", { name: /Billing runbook/ }).focus();
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Revoke roles" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(without.getByRole("checkbox", { name: /Billing runbook/ })).toBeVisible();
});

test("a maintainer adds and removes a viewer on the Team page", async ({ page }) => {
  await signIn(page, solberg);
  await page.goto(`${baseUrl()}/gurus/billing-runbook/team`);
  const form = page.getByRole("form", { name: "Add a viewer" });
  await form.getByLabel("Email").fill(owner.email);
  await form.getByRole("button", { name: "Add viewer" }).click();
  const people = page.getByRole("table", { name: "People" });
  await expect(people.getByRole("row").filter({ hasText: owner.email })).toContainText("Viewer");
  await page.getByRole("button", { name: `Remove ${owner.email}` }).click();
  await page.getByRole("button", { name: "Remove viewer" }).click();
  await expect(people.getByRole("row").filter({ hasText: owner.email })).toHaveCount(0);
});

test("the owner revokes somebody's key, which is refused from then on", async ({ page, browser }) => {
  const theirs = await apart(browser);
  await signIn(theirs, solberg);
  await theirs.goto(`${baseUrl()}/settings/api-keys`);
  await expect(theirs.getByRole("table", { name: "Keys of other people" })).toHaveCount(0);
  await theirs.getByLabel("Name").fill("left-behind");
  await theirs.getByRole("button", { name: "Create API key" }).click();
  const key = await theirs.getByLabel("API key", { exact: true }).inputValue();
  const ask = async () =>
    (
      await fetch(`${baseUrl()}/api/ee/audit`, {
        headers: { "x-sourcebot-api-key": key, "x-org-domain": "~" },
      })
    ).status;
  // A member's key is known, but may not read the whole log.
  expect(await ask()).toBe(403);
  await signIn(page, owner);
  await page.goto(`${baseUrl()}/settings/api-keys`);
  await page.getByRole("button", { name: `Revoke left-behind of ${solberg.email}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByRole("button", { name: /Revoke left-behind/ })).toHaveCount(0);
  expect(await ask()).toBe(401);
  await theirs.context().close();
});
