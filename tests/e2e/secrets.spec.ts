import { expect, test } from "@playwright/test";
import { baseUrl, createGuru, owner, register, signIn } from "./support/people";
import { pictures } from "./support/pictures";
import { watchProblems } from "./support/watch-problems";

const asker = {
  name: "Tuva Nygaard",
  email: "t.nygaard@halden.example",
  password: "a slow ferry in the rain",
};
const base = () => `${baseUrl()}/gurus/vault-guide`;

test("a secret from its writing to its deletion, with what the log says of it", async ({ page }) => {
  const problems = watchProblems(page);
  await signIn(page, owner);
  await createGuru(page, "Vault guide", "vault-guide");
  await page.getByRole("navigation", { name: "Guru" }).getByRole("link", { name: "Secrets" }).click();
  await expect(page.getByText("No secret is stored yet")).toBeVisible();

  const form = page.getByRole("form", { name: "Store a secret" });
  const store = async (name: string, value: string) => {
    await form.getByLabel("Name").fill(name);
    await form.getByLabel("Value", { exact: true }).fill(value);
    await form.getByRole("button", { name: "Store secret" }).click();
  };
  await store("MY TOKEN", "first value of the vault");
  await expect(form.getByText("A name has letters, digits and underscores alone")).toBeVisible();
  await expect(form.getByLabel("Name")).toHaveValue("MY TOKEN");
  await expect(form.getByLabel("Value", { exact: true })).toHaveValue("");
  await store("MY_TOKEN", "first value of the vault");
  await expect(page.getByText("Secret MY_TOKEN stored.")).toBeVisible();
  await store("MY_TOKEN", "second value of the vault");
  await expect(page.getByText("Secret MY_TOKEN has a new value.")).toBeVisible();

  const row = page.getByRole("table", { name: "Secrets" }).getByRole("row", { name: /MY_TOKEN/ });
  await expect(row).toContainText("Nothing");
  await page.reload();
  expect(await page.content()).not.toContain("value of the vault");
  await row.getByRole("button", { name: "Reveal MY_TOKEN" }).click();
  await expect(row.getByRole("textbox", { name: "Value of MY_TOKEN" })).toHaveValue(
    "second value of the vault",
  );
  await expect(row.getByRole("button", { name: "Hide MY_TOKEN" })).toBeFocused();
  await store("GITHUB_TOKEN_OF_THE_TEAM_THAT_BUILDS_THE_GATEWAY", "value of the other one");
  await expect(
    page.getByText("Secret GITHUB_TOKEN_OF_THE_TEAM_THAT_BUILDS_THE_GATEWAY stored."),
  ).toBeVisible();
  await pictures(page, "secrets");
  await page.getByRole("button", { name: "Delete GITHUB_TOKEN_OF" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete secret" }).click();
  await expect(
    page.getByText("Secret GITHUB_TOKEN_OF_THE_TEAM_THAT_BUILDS_THE_GATEWAY deleted."),
  ).toBeVisible();
  await row.getByRole("button", { name: "Hide MY_TOKEN" }).click();
  await expect(row.getByRole("button", { name: "Reveal MY_TOKEN" })).toBeFocused();
  expect(await page.content()).not.toContain("second value of the vault");

  await row.getByRole("button", { name: "Delete MY_TOKEN" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete secret" }).click();
  await expect(page.getByText("No secret is stored yet")).toBeVisible();

  await page.goto(`${base()}/audit-logs`);
  const log = page.getByRole("table", { name: "Audit Logs" });
  for (const [operation, times] of [
    ["SECRET_WRITE", 3],
    ["SECRET_READ", 1],
    ["SECRET_DELETE", 2],
  ] as const)
    await expect(log.getByText(operation, { exact: true })).toHaveCount(times);
  await log
    .getByRole("row", { name: /SECRET_WRITE/ })
    .first()
    .getByRole("button", { name: "Details" })
    .click();
  const details = page.getByRole("dialog", { name: "Audit log details" });
  await expect(details.getByText("[redacted]").first()).toBeVisible();
  expect(await page.content()).not.toContain("value of the vault");
  expect(problems()).toEqual([]);
});

test("who may only ask sees Ask in the sidebar and nothing else of the guru", async ({ page, browser }) => {
  await signIn(page, owner);
  await page.goto(`${base()}/settings`);
  await page.getByLabel("Who may ask").selectOption("organization");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Guru “Vault guide” saved.")).toBeVisible();
  const viewer = await (await browser.newContext()).newPage();
  await register(viewer, asker);
  await page.goto(`${base()}/team`);
  await page.getByRole("form", { name: "Add a viewer" }).getByLabel("Email").fill(asker.email);
  await page.getByRole("button", { name: "Add viewer" }).click();
  await expect(page.getByText(`${asker.email} is a viewer now.`)).toBeVisible();
  await viewer.goto(base());
  const sidebar = viewer.getByRole("navigation", { name: "Guru" }).getByRole("link");
  await expect(sidebar).toHaveText(["All gurus", "Ask"]);
  for (const path of ["/data-sources", "/secrets", "/team", "/audit-logs", "/settings"])
    expect([path, (await viewer.goto(base() + path))?.status()]).toEqual([path, 403]);
});
