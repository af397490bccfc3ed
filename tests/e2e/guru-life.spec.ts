import { expect, type Page, test } from "@playwright/test";
import { baseUrl, createGuru, owner, register, signIn } from "./support/people";
import { watchProblems } from "./support/watch-problems";

const visitor = {
  name: "Vigdis Lund",
  email: "v.lund@halden.example",
  password: "a lantern on the long pier",
};
const base = () => `${baseUrl()}/gurus/payout-guide`;

async function ask(page: Page, question: string) {
  await page.goto(base());
  await page.getByLabel("Question").fill(question);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  const answer = page.getByRole("region", { name: "Answer" });
  await expect(answer).toContainText(question);
  return answer;
}

/** Operation and object of each row, newest first. */
async function logged(page: Page, query: string): Promise<string[]> {
  await page.goto(`${baseUrl()}/settings/audit-logs?guru=payout-guide${query}`);
  await expect(page.getByRole("heading", { name: "Audit Logs" })).toBeVisible();
  return page
    .locator("tbody tr")
    .evaluateAll((rows) =>
      rows.map((row) =>
        [row.querySelector(".c-op"), row.querySelector(".c-obj")].map((c) => c?.textContent).join(" "),
      ),
    );
}

test("a guru from its making to the log that outlives it", async ({ page, browser }) => {
  const problems = watchProblems(page);
  await signIn(page, owner);
  await createGuru(page, "Payout guide", "payout-guide");

  // A text and a file; both indexed by System while the page looks on.
  await page.goto(`${base()}/data-sources`);
  await page.getByLabel("Title").fill("Dates");
  await page.getByLabel("Content").fill("The payout day is the 25th of each month.");
  await page.getByRole("button", { name: "Add data source" }).click();
  await expect(page.getByRole("row", { name: /Dates/ })).toContainText("Indexed", { timeout: 20_000 });
  await page.getByLabel("File", { exact: true }).setInputFiles({
    name: "exceptions.md",
    mimeType: "text/markdown",
    buffer: Buffer.from("# Exceptions\n\nA payout on a holiday moves to the working day before it.\n"),
  });
  await page.getByRole("button", { name: "Upload file" }).click();
  await expect(page.getByRole("row", { name: /exceptions\.md/ })).toContainText("Indexed", {
    timeout: 20_000,
  });

  // A member without a role: nothing while it is private; asks, and follows the quote, once it is for everybody.
  const other = await (await browser.newContext()).newPage();
  await register(other, visitor);
  expect((await other.goto(base()))?.status()).toBe(404);
  await page.goto(`${base()}/settings`);
  await page.getByLabel("Who may ask").selectOption("organization");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Guru “Payout guide” saved.")).toBeVisible();
  const answer = await ask(other, "What happens to a payout on a holiday?");
  await expect(answer.getByRole("listitem").first()).toContainText("moves to the working day before it");
  await answer.getByRole("link", { name: "exceptions.md" }).first().click();
  await expect(other.getByRole("list", { name: "Passages" })).toContainText("moves to the working day");
  await expect(await ask(other, "zyx qqq?")).toContainText("Nothing in the sources answers this");
  for (const path of ["/data-sources", "/team", "/audit-logs", "/settings"])
    expect([path, (await other.goto(base() + path))?.status()]).toEqual([path, 403]);

  // Several at once: one event each.
  await page.goto(`${base()}/data-sources`);
  await page.getByLabel("Select all").check();
  for (const act of ["Reindex", "Delete"]) {
    await page.getByRole("toolbar").getByRole("button", { name: act }).click();
    await page.getByRole("dialog").getByRole("button", { name: act }).click();
    await expect(page.getByRole("dialog")).toHaveCount(0);
  }
  await expect(page.getByText("There is no source yet")).toBeVisible();
  for (const operation of ["REINDEX_DATASOURCE", "DELETE_DATASOURCE"])
    expect((await logged(page, `&operation=${operation}`)).sort()).toEqual([
      `${operation} MARKDOWN - exceptions.md`,
      `${operation} TEXT - Dates`,
    ]);

  // It goes when its slug is typed, and only then.
  await page.goto(`${base()}/settings`);
  await page.getByRole("button", { name: "Delete guru" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox").fill("payout");
  await expect(dialog.getByRole("button", { name: "Delete guru" })).toBeDisabled();
  await dialog.getByRole("textbox").fill("payout-guide");
  await dialog.getByRole("button", { name: "Delete guru" }).click();
  await expect(page).toHaveURL(`${baseUrl()}/gurus`);
  expect(problems()).toEqual([]);

  // Its log stays, under a name that says so; its slug is not to be had.
  const operations = (await logged(page, "")).map((row) => row.split(" ")[0]);
  expect(operations.slice(0, 2).sort()).toEqual(["DELETE_GURU", "REMOVE_MAINTAINER"]);
  expect(operations.at(-1)).toBe("CREATE_GURU");
  const gurus = await page.locator("tbody tr .c-guru").allInnerTexts();
  expect(new Set(gurus)).toEqual(new Set(["Payout guide (deleted)"]));
  const system = page
    .locator("tbody tr")
    .filter({ has: page.getByText("INDEX_DATASOURCE", { exact: true }) })
    .first();
  await expect(system).toContainText("System");
  await expect(system.locator(".c-ip")).toHaveText("-");
  await page.goto(`${baseUrl()}/gurus/new`);
  await page.getByLabel("Name", { exact: true }).fill("Heir");
  await page.getByLabel("Slug").fill("payout-guide");
  await page.getByRole("button", { name: "Create guru" }).click();
  await expect(
    page.getByText(/belonged to a deleted guru whose audit log is still kept/).first(),
  ).toBeVisible();
});
