import { type Browser, expect, type Page, test } from "@playwright/test";
import { baseUrl, createGuru, owner, type Person, register, signIn } from "./support/people";
import { watchProblems } from "./support/watch-problems";

const address = () => `${baseUrl()}/settings/erasure`;

async function newcomer(browser: Browser, person: Person): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await register(page, person);
  return page;
}

const lindqvist = {
  name: "Frida Lindqvist",
  email: "f.lindqvist@halden.example",
  password: "nine herons over the marsh",
};
const virtanen = {
  name: "Aino Virtanen",
  email: "a.virtanen@halden.example",
  password: "the last tram of the night",
};

test("the owner erases a person: found by name, confirmed by address, shown as erased everywhere", async ({
  page,
  browser,
}) => {
  const frida = await newcomer(browser, lindqvist);
  await createGuru(frida, "Field notes", "field-notes");
  const problems = watchProblems(page);
  await signIn(page, owner);
  await page.goto(`${baseUrl()}/settings/profile`);
  await page.getByRole("link", { name: "Erase a person" }).click();
  await expect(page.getByRole("heading", { name: "Erase a person", level: 1 })).toBeVisible();

  await page.getByRole("searchbox").fill("nobody of this name");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Nobody was found" })).toBeVisible();
  await page.getByRole("searchbox").fill("lindqvist");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await page.getByRole("link", { name: `Choose ${lindqvist.email}` }).click();
  await expect(page.getByRole("heading", { name: /Frida Lindqvist/ })).toBeVisible();
  await expect(page.getByText(/from \d+ events: e-mail address/)).toBeVisible();

  await page.getByRole("button", { name: "Erase this person" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Erase for good" })).toBeDisabled();
  await dialog.getByRole("textbox").fill(lindqvist.email);
  await dialog.getByRole("button", { name: "Erase for good" }).click();
  await expect(page.getByText(/The person was erased from \d+ events\./)).toBeVisible();
  await expect(page).toHaveURL(/\/settings\/erasure\?done=/);
  await expect(page.getByText(lindqvist.email)).toHaveCount(0);

  await page.getByRole("link", { name: "See the record" }).click();
  const sheet = page.getByRole("dialog");
  await expect(sheet.getByText("ERASE_PERSON").first()).toBeVisible();
  await expect(sheet).not.toContainText("lindqvist");
  await page.goto(`${baseUrl()}/settings/audit-logs?guru=field-notes`);
  const table = page.getByRole("table", { name: "Audit Logs" });
  await expect(table.getByText("CREATE_GURU", { exact: true })).toBeVisible();
  await expect(table.getByText(/^Erased person [0-9a-f]{6}$/).first()).toBeVisible();
  await table.getByText("CREATE_GURU", { exact: true }).click();
  await expect(page.getByRole("dialog").getByText("Who acted, and what it was about")).toBeVisible();

  // Whoever was erased is signed out at once, and their address is free.
  await frida.goto(`${baseUrl()}/gurus`);
  await expect(frida).toHaveURL(/\/sign-in/);
  expect(problems()).toEqual([]);
  await frida.context().close();
});

test("the owner is not erased, and says so", async ({ page }) => {
  await signIn(page, owner);
  await page.goto(`${address()}?q=${encodeURIComponent(owner.email)}`);
  await page.getByRole("link", { name: `Choose ${owner.email}` }).click();
  await expect(page.getByText("The owner cannot be erased.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Erase this person" })).toHaveCount(0);
  await page.goto(`${address()}?person=00000000-0000-7000-8000-000000000000`);
  await expect(page.getByRole("heading", { name: "There is nobody of this kind" })).toBeVisible();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a person is found, a wrong address refused, the right one erased", async ({ page, browser }) => {
    const aino = await (await browser.newContext({ javaScriptEnabled: true })).newPage();
    await register(aino, virtanen);
    await aino.context().close();
    await signIn(page, owner);
    await page.goto(address());
    await page.getByRole("searchbox").fill("Aino");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.getByRole("link", { name: `Choose ${virtanen.email}` }).click();
    await expect(page.getByRole("button", { name: "Erase this person" })).toBeHidden();
    await page.getByLabel(`Type ${virtanen.email} to confirm`).fill("a.virtanen@halden.exampl");
    await page.getByRole("button", { name: "Erase for good" }).click();
    await expect(page.getByText("This is not the address shown.").first()).toBeVisible();
    await page.getByLabel(`Type ${virtanen.email} to confirm`).fill(virtanen.email);
    await page.getByRole("button", { name: "Erase for good" }).click();
    await expect(page.getByText(/The person was erased from \d+ events\./)).toBeVisible();
  });
});
