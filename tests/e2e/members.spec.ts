import { type Browser, expect, type Page, test } from "@playwright/test";
import { axe } from "./support/axe";
import { baseUrl, owner, signIn } from "./support/people";
import { watchProblems } from "./support/watch-problems";

const invitee = {
  name: "Ines Duarte",
  email: "i.duarte@halden.example",
  password: "nine slow rivers bending",
};
const applicant = { name: "Petra Lang", email: "p.lang@halden.example", password: "three old maps unfolded" };

const problemsOf = new Map<Page, () => string[]>();

async function fresh(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  problemsOf.set(page, watchProblems(page));
  return page;
}

/** Closes pages none of which complained of anything. */
async function leave(...pages: Page[]): Promise<void> {
  for (const page of pages) {
    expect(problemsOf.get(page)?.()).toEqual([]);
    await page.context().close();
  }
}

async function asOwner(browser: Browser, path: string): Promise<Page> {
  const page = await fresh(browser);
  await signIn(page, owner);
  await page.goto(`${baseUrl()}${path}`);
  return page;
}

async function setApproval(page: Page, required: boolean): Promise<void> {
  await page.goto(`${baseUrl()}/settings/organization`);
  await page.getByLabel("New members need my approval").setChecked(required);
  await page.getByRole("button", { name: "Save settings" }).click();
  await expect(page.getByText("Settings saved.").last()).toBeVisible();
}

async function fillAccount(page: Page, person: typeof invitee): Promise<void> {
  await page.getByLabel("Name", { exact: true }).fill(person.name);
  const email = page.getByLabel("Email");
  if (await email.isEditable()) await email.fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Create account" }).click();
}

test("an invite is made, its link copied, and taken once by registering", async ({ browser }) => {
  const page = await asOwner(browser, "/settings/members?tab=invites");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByLabel("E-mail addresses").fill(`${invitee.email}, not-an-address`);
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(page.getByText("“not-an-address” is not an e-mail address.")).toBeVisible();
  await page.getByLabel("E-mail addresses").fill(invitee.email);
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await expect(page.getByText(`${invitee.email} is invited.`)).toBeVisible();
  await page.getByRole("button", { name: `Copy the link for ${invitee.email}` }).click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  // There is no mail server: the link can be read as well.
  await expect(page.getByRole("table", { name: "Invites" }).getByText(link, { exact: true })).toBeVisible();

  const guest = await fresh(browser);
  await guest.goto(link);
  await expect(guest.getByRole("heading", { name: "You are invited" })).toBeVisible();
  await expect(guest.getByLabel("Email")).toHaveValue(invitee.email);
  expect((await axe(guest)).violations).toEqual([]);
  await fillAccount(guest, invitee);
  await expect(guest).toHaveURL(/\/gurus/);

  const late = await fresh(browser);
  await late.goto(link);
  await expect(late.getByText("This invite was used already.")).toBeVisible();
  await page.goto(`${baseUrl()}/settings/members`);
  await expect(page.getByRole("table", { name: "Members" })).toContainText(invitee.email);
  await leave(page, guest, late);
});

test("who registers while members need approval waits, is let in, leaves, and is told so", async ({
  browser,
}) => {
  const page = await asOwner(browser, "/settings/organization");
  await setApproval(page, true);
  const guest = await fresh(browser);
  await guest.goto(`${baseUrl()}/register`);
  await expect(guest.getByText("the owner of this organization decides")).toBeVisible();
  await fillAccount(guest, applicant);
  await expect(guest.getByRole("heading", { name: "Waiting for approval" })).toBeVisible();
  expect((await axe(guest)).violations).toEqual([]);

  await page.goto(`${baseUrl()}/settings/members?tab=requests`);
  expect((await axe(page)).violations).toEqual([]);
  await page.getByRole("button", { name: `Approve ${applicant.email}` }).click();
  await expect(page.getByText(`${applicant.email} is a member now.`)).toBeVisible();
  await expect(page.getByText("Nobody waits for an answer")).toBeVisible();
  // The row went with its button: its keyboard is on the page's content, not at the beginning of the page.
  await expect(page.locator("#content")).toBeFocused();
  await guest.getByRole("link", { name: "Look again" }).click();
  await expect(guest).toHaveURL(/\/gurus/);

  await guest.goto(`${baseUrl()}/settings/organization`);
  await guest.getByRole("button", { name: "Leave organization" }).click();
  await guest.getByLabel("Type your e-mail address").fill(applicant.email);
  await guest.getByRole("dialog").getByRole("button", { name: "Leave organization" }).click();
  await expect(guest).toHaveURL(/\/sign-in/);
  await expect(guest.getByText("You have left the organization")).toBeVisible();
  await setApproval(page, false);
  await leave(page, guest);
});

test("a removed member is out by the next click, and the owner is told", async ({ browser }) => {
  const guest = await fresh(browser);
  await signIn(guest, invitee);
  const page = await asOwner(browser, "/settings/members");
  await page.getByRole("button", { name: `Remove ${invitee.email}` }).click();
  await page.getByRole("button", { name: "Remove member" }).click();
  await expect(page.getByText(`${invitee.email} is no member any more.`)).toBeVisible();
  await expect(page.locator("#content")).toBeFocused();
  await guest.goto(`${baseUrl()}/gurus`);
  await expect(guest).toHaveURL(/\/sign-in/);
  await leave(page, guest);
});

test("the invite link lets in while it stands, and renewing it ends the earlier one", async ({ browser }) => {
  const page = await asOwner(browser, "/settings/organization");
  await page.getByLabel("People can join by an invite link").check();
  await page.getByRole("button", { name: "Save settings" }).click();
  const field = page.getByLabel("Invite link", { exact: true });
  const link = await field.inputValue();
  const guest = await fresh(browser);
  await guest.goto(link);
  await expect(guest.getByRole("heading", { name: "Join" })).toBeVisible();
  await page.getByRole("button", { name: "Renew the invite link" }).click();
  await page.getByRole("button", { name: "Make a new link" }).click();
  await expect(field).not.toHaveValue(link);
  await guest.reload();
  await expect(guest.getByText("This invite link does not work")).toBeVisible();
  await page.getByLabel("People can join by an invite link").uncheck();
  await page.getByRole("button", { name: "Save settings" }).click();
  await expect(page.getByText("Settings saved.").last()).toBeVisible();
  await leave(page, guest);
});
