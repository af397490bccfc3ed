import { readFileSync } from "node:fs";
import { type Download, expect, type Page, test } from "@playwright/test";
import { unzipSync } from "fflate";
import { read, utils } from "xlsx";
import { axe } from "./support/axe";
import { baseUrl, createGuru, owner, signIn } from "./support/people";
import { pictures } from "./support/pictures";
import { watchProblems } from "./support/watch-problems";

test.describe.configure({ mode: "serial" });

const base = () => `${baseUrl()}/gurus/harbour-guide`;
const analytics = () => `${base()}/analytics`;

async function ask(page: Page, question: string): Promise<void> {
  await page.goto(base());
  await page.getByLabel("Question").fill(question);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByRole("region", { name: "Answer" })).toContainText(question);
}

const card = (page: Page, name: string) =>
  page.getByRole("region", { name: "Figures of the range" }).locator(".analytics-card", {
    has: page.getByText(name, { exact: true }),
  });

async function exported(page: Page, format: string): Promise<{ name: string; bytes: Buffer }> {
  const form = page.getByRole("form", { name: "Export the analytics" });
  await form.getByLabel("Format").selectOption(format);
  const coming = page.waitForEvent("download");
  await form.getByRole("button", { name: "Export" }).click();
  const download: Download = await coming;
  // A second click right after the first is not taken.
  await expect(form.getByRole("button", { name: "Export" })).not.toHaveAttribute("aria-disabled");
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

test("a guru that nobody asked says so", async ({ page }) => {
  const problems = watchProblems(page);
  await signIn(page, owner);
  await createGuru(page, "Harbour guide", "harbour-guide");
  await page.getByRole("navigation", { name: "Guru" }).getByRole("link", { name: "Analytics" }).click();
  await expect(page.getByRole("heading", { name: "Analytics", level: 1 })).toBeVisible();
  await expect(card(page, "Questions")).toContainText("0");
  await expect(page.getByText("No question was asked in this range")).toBeVisible();
  await expect(page.getByRole("form", { name: "Export the analytics" })).toHaveCount(0);
  await pictures(page, "analytics-empty");
  expect(problems()).toEqual([]);
});

test("what was asked is counted, drawn and listed", async ({ page }) => {
  const problems = watchProblems(page);
  await signIn(page, owner);
  await page.goto(`${base()}/data-sources`);
  await page.getByLabel("Title").fill("Berths");
  await page.getByLabel("Content").fill("The ferry berths at pier seven. =Cranes stand at pier two.");
  await page.getByRole("button", { name: "Add data source" }).click();
  await expect(page.getByRole("row", { name: /Berths/ })).toContainText("Indexed", { timeout: 20_000 });
  for (const question of ["Where does the ferry berth?", "=Which pier has cranes?", "zzqx vvkw"])
    await ask(page, question);

  await page.goto(analytics());
  await expect(card(page, "Questions")).toContainText("3");
  await expect(card(page, "Unanswered")).toContainText("1");
  await expect(card(page, "Answer ratio")).toContainText("66.7%");
  await expect(card(page, "Referenced sources")).toContainText("1");
  await expect(card(page, "Response time")).toContainText(/\d+ m?s/);
  const chart = page.getByRole("region", { name: "Questions by day", exact: true });
  await expect(chart).toContainText("3 in all: 3 by Ask page.");
  await chart.getByText("Questions by day as a table").click();
  const rows = chart.getByRole("table").getByRole("row");
  await expect(rows).toHaveCount(31);
  await expect(rows.nth(1)).toContainText(/2\s*1$/);
  expect((await axe(page)).violations).toEqual([]);
  await pictures(page, "analytics");

  const list = page.getByRole("table", { name: "Questions", exact: true });
  await expect(list.getByRole("row")).toHaveCount(4);
  await expect(list.getByRole("row").nth(1)).toContainText("zzqx vvkw");
  await expect(list.getByRole("row").nth(1)).toContainText("Nothing found");
  await page.getByLabel("Text of the question").fill("FERRY");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(list.getByRole("row")).toHaveCount(2);
  await page.getByLabel("Text of the question").fill("nobody asked this");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("link", { name: "Show all" }).click();
  await expect(list.getByRole("row")).toHaveCount(4);

  const tabs = page.getByRole("navigation", { name: "Lists" });
  await tabs.getByRole("link", { name: /Unanswered/ }).click();
  await expect(page.getByRole("table", { name: "Unanswered questions" }).getByRole("row")).toHaveCount(2);
  await tabs.getByRole("link", { name: /Referenced sources/ }).click();
  await page.getByRole("table", { name: "Referenced sources" }).getByRole("link", { name: "Berths" }).click();
  await expect(page).toHaveURL(/\/data-sources\/[0-9a-f-]{36}$/);
  expect(problems()).toEqual([]);
});

test("range and door narrow all of it, by the address", async ({ page }) => {
  const problems = watchProblems(page);
  await signIn(page, owner);
  await page.goto(analytics());
  const form = page.getByRole("form", { name: "Range of the analytics" });
  await expect(form.getByLabel("First day")).toBeHidden();
  await form.getByLabel("Range").selectOption("today");
  await form.getByLabel("Asked through").selectOption("widget");
  await form.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/interval=today.*door=widget/);
  await expect(card(page, "Questions")).toContainText("0");
  await form.getByRole("link", { name: "Reset" }).click();
  await expect(card(page, "Questions")).toContainText("3");

  await form.getByLabel("Range").selectOption("custom");
  await form.getByLabel("First day").fill("2024-02-01");
  await form.getByLabel("Last day").fill("2024-02-29");
  await form.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByText(/^Custom range: 1 Feb 2024, 00:00 .* to 1 Mar 2024, 00:00/)).toBeVisible();
  await expect(page.getByText("No question was asked in this range")).toBeVisible();
  await form.getByLabel("First day").fill("2024-03-01");
  await form.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "must not be after the last day" })).toBeVisible();
  await expect(card(page, "Questions")).toContainText("3");
  await pictures(page, "analytics-range-refused");
  expect(problems()).toEqual([]);
});

test("an export is a file with its filters, three times another one, each recorded with them", async ({
  page,
}) => {
  const problems = watchProblems(page);
  await signIn(page, owner);
  await page.goto(`${analytics()}?interval=7d`);
  const workbook = await exported(page, "xlsx");
  expect(workbook.name).toMatch(/^analytics_harbour-guide_7d_\d+\.xlsx$/);
  const book = read(workbook.bytes);
  const sheet = utils.sheet_to_json<unknown[]>(book.Sheets.Questions ?? {}, { header: 1 });
  expect(sheet.map((row) => row[2])).toContain("=Which pier has cranes?");
  const about = utils.sheet_to_json<unknown[]>(book.Sheets.About ?? {}, { header: 1 });
  expect(about).toContainEqual(["Range", "Last 7 days"]);
  expect(about).toContainEqual(["Days are those of", "Europe/Oslo"]);

  const tables = await exported(page, "csv");
  const csv = Buffer.from(unzipSync(tables.bytes)["questions.csv"] ?? []).toString();
  expect(csv).toContain(",'=Which pier has cranes?,");
  await page.goto(`${analytics()}?interval=7d&search=ferry`);
  const json = JSON.parse((await exported(page, "json")).bytes.toString()) as {
    export: Record<string, unknown>;
    questions: unknown[];
  };
  expect(json.export).toMatchObject({ filter_search: "ferry", total_questions: 3 });
  expect(json.questions).toHaveLength(1);

  await page.goto(`${base()}/audit-logs`);
  const log = page.getByRole("table", { name: "Audit Logs" });
  await expect(log.getByText("EXPORT_ANALYTICS", { exact: true })).toHaveCount(3);
  await log
    .getByRole("row", { name: /EXPORT_ANALYTICS/ })
    .first()
    .getByRole("button", { name: "Details" })
    .click();
  const details = page.getByRole("dialog", { name: "Audit log details" });
  for (const text of ["ferry", "7d", "json", "Europe/Oslo"])
    await expect(details.getByText(text).first()).toBeVisible();
  expect(problems()).toEqual([]);
});

test("without JavaScript the range is chosen and the file comes, and an empty one is explained", async ({
  browser,
}) => {
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await signIn(page, owner);
  await page.goto(analytics());
  const form = page.getByRole("form", { name: "Range of the analytics" });
  await form.getByLabel("Range").selectOption("30d");
  await form.getByRole("button", { name: "Apply" }).click();
  await expect(card(page, "Questions")).toContainText("3");
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  expect((await coming).suggestedFilename()).toMatch(/\.xlsx$/);
  expect(await (await coming).path()).not.toBe("");
  // The same form once more is the same attempt.
  await page.getByRole("button", { name: "Export" }).click();
  await expect(page.getByText("This export was sent already.")).toBeVisible();
  await page.goto(`${analytics()}?search=nobody-asked-this`);
  await page.getByRole("button", { name: "Export" }).click();
  await expect(page.getByText("There is nothing to export in this range.")).toBeVisible();
});
