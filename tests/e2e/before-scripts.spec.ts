import { expect, test } from "@playwright/test";
import { openWithoutScripts } from "./support/held-scripts";
import { baseUrl, createGuru, owner, signIn } from "./support/people";
import { watchProblems } from "./support/watch-problems";

test.beforeEach(({ page }) => signIn(page, owner));

test("a guru's slug follows a name that was typed before the page's scripts ran", async ({ page }) => {
  const problems = watchProblems(page);
  const release = await openWithoutScripts(page, `${baseUrl()}/gurus/new`);
  await page.getByLabel("Name", { exact: true }).fill("Early guide");
  await expect(page.getByLabel("Slug")).toHaveValue("");
  release();
  await expect(page.getByLabel("Slug")).toHaveValue("early-guide");
  await page.getByRole("button", { name: "Create guru" }).click();
  await expect(page).toHaveURL(/\/gurus\/early-guide$/);

  // Sent before they ran.
  const releaseLate = await openWithoutScripts(page, `${baseUrl()}/gurus/new`);
  await page.getByLabel("Name", { exact: true }).fill("Earlier guide");
  await page.getByRole("button", { name: "Create guru" }).click({ noWaitAfter: true });
  releaseLate();
  await expect(page).toHaveURL(/\/gurus\/earlier-guide$/);
  expect(problems()).toEqual([]);
});

test("a search of the log keeps what was typed before the page's scripts ran", async ({ page }) => {
  const problems = watchProblems(page);
  const release = await openWithoutScripts(page, `${baseUrl()}/settings/audit-logs`);
  const search = page.getByRole("searchbox", { name: "Search events" });
  await search.fill(owner.email);
  release();
  const apply = page.getByRole("button", { name: "Apply", exact: true });
  await expect(apply).toHaveAttribute("data-pending", "true");
  await expect(search).toHaveValue(owner.email);
  await apply.click();
  await expect(page).toHaveURL(/[?&]q=/);
  await expect(search).toHaveValue(owner.email);
  expect(problems()).toEqual([]);
});

test("files are sent only by the page's scripts, and its button waits for them", async ({ page }) => {
  await createGuru(page, "Waiting guide", "waiting-guide");
  for (const [part, button] of [
    ["data-sources", "Upload file"],
    ["excel-jobs", "Upload workbook"],
  ] as const) {
    const release = await openWithoutScripts(page, `${baseUrl()}/gurus/waiting-guide/${part}`);
    await expect(page.getByRole("button", { name: button })).toBeDisabled();
    release();
    await expect(page.getByRole("button", { name: button })).toBeEnabled();
  }
});
