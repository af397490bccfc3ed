import { readFile } from "node:fs/promises";
import { expect, type Page, test } from "@playwright/test";
import { read, utils } from "xlsx";
import { makeWorkbook } from "../support/documents/office";
import { begin, type StandInModel, send, startStandInModel } from "../support/stand-in-model";
import { openBrowser, rowsOfLog, signInAt, soleOwner, soleOwnerEnv } from "./support/own-product";
import { baseUrl, createGuru, owner, signIn } from "./support/people";
import { pictures } from "./support/pictures";
import { connectAdmin } from "./support/roles-database";
import { newDataDir, type Product, removeDataDir, startProduct } from "./support/start-product";
import { turnstile } from "./support/turnstile";
import { watchProblems } from "./support/watch-problems";

const base = () => `${baseUrl()}/gurus/vendor-desk`;
const mimeType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const questionnaire = {
  name: "Vendor questionnaire.xlsx",
  mimeType,
  buffer: makeWorkbook({
    Cover: [["To be returned by Friday"]],
    Security: [
      ["No.", "Question", "Answer", "Reviewer"],
      [1, "How often are backups of the harbour register made?", null, "Ada"],
      [2, "Who signs the register?", "The harbour master", null],
      [3, "How long are copies of the register kept?", null, null],
      [4, "Zyzzyva quixotry?", null, null],
    ],
  }),
};
const knowledge = `# Backups
Backups of the harbour register are made each night at two.

# Copies
Copies of the harbour register are kept for ninety days.
`;

/** Gives a guru what it is asked about. @param guru its address */
async function teach(page: Page, guru: string) {
  await page.goto(`${guru}/data-sources`);
  const text = page.getByRole("form", { name: "Add a text" });
  await text.getByLabel("Title").fill("Operations");
  await text.getByLabel("Content").fill(knowledge);
  await text.getByRole("button", { name: "Add data source" }).click();
  await expect(page.getByRole("row", { name: /Operations/ })).toContainText("Indexed", { timeout: 30_000 });
}

/** The rows of a sheet, as a spreadsheet library shows them. */
function rowsOf(workbook: Buffer, sheetName: string): unknown[][] {
  const sheet = read(workbook, { type: "buffer" }).Sheets[sheetName];
  if (!sheet) throw new Error("the sheet is gone");
  return utils.sheet_to_json<unknown[]>(sheet, { header: 1, defval: null });
}

async function upload(page: Page, file: { name: string; mimeType: string; buffer: Buffer }) {
  await page.getByLabel("Workbook", { exact: true }).setInputFiles(file);
  await page.getByRole("button", { name: "Upload workbook" }).click();
}

test("an Excel job from its upload to its deletion, with what the log says of it", async ({ page }) => {
  test.setTimeout(120_000);
  const problems = watchProblems(page);
  await signIn(page, owner);
  await createGuru(page, "Vendor desk", "vendor-desk");
  await teach(page, base());

  await page.getByRole("navigation", { name: "Guru" }).getByRole("link", { name: "Excel jobs" }).click();
  await expect(page.getByText("There is no Excel job yet")).toBeVisible();
  await pictures(page, "excel-jobs-none");

  // What is no such workbook is refused before it is sent, and what only looks like one when it arrives.
  const alert = page.getByRole("form", { name: "Answer a workbook" }).getByRole("alert");
  await page.getByRole("button", { name: "Upload workbook" }).click();
  await expect(alert).toContainText("Choose a workbook.");
  await upload(page, { name: "macros.xlsm", mimeType, buffer: questionnaire.buffer });
  await expect(alert).toContainText("An Excel job takes .xlsx workbooks alone");
  await upload(page, { name: "text.xlsx", mimeType, buffer: Buffer.from("Question\nWhy?\n") });
  await expect(alert).toContainText("what is in it is plain text");

  // The columns are found by their headers; another sheet is one choice away.
  await upload(page, questionnaire);
  const form = page.getByRole("form", { name: "Choose columns" });
  await expect(form.getByLabel("Sheet")).toHaveValue("0", { timeout: 30_000 });
  await form.getByLabel("Sheet").selectOption({ label: "Security (5 rows)" });
  await expect(form.getByLabel("Header row")).toHaveValue("1");
  await expect(form.getByLabel("Question column")).toHaveValue("2");
  await expect(form.getByLabel("C – Answer")).toBeChecked();
  await form.getByLabel("C – Answer").uncheck();
  await form.getByRole("button", { name: "Check" }).click();
  await expect(form.getByRole("alert")).toContainText("Choose at least one column for the answers.");
  await form.getByLabel("C – Answer").check();
  await form.getByRole("button", { name: "Check" }).click();
  const counts = page.getByRole("status", { name: "What will be asked" });
  await expect(counts).toContainText(/Questions found\s*4/, { timeout: 30_000 });
  await expect(counts).toContainText(/Answers to fill in\s*3/);
  await expect(counts).toContainText(/Rows skipped, as they are filled\s*1/);
  await pictures(page, "excel-jobs-choices", counts);
  await form.getByRole("button", { name: "Start answering" }).click();

  // The page follows by itself until the end.
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(questionnaire.name);
  await expect(page.getByText("Completed", { exact: true })).toBeVisible({ timeout: 60_000 });
  const answers = page.getByRole("table", { name: "Answers" });
  await expect(answers.getByRole("row", { name: /^C2/ })).toContainText("each night at two");
  await expect(answers.getByRole("row", { name: /^C2/ })).toContainText(/\d+ %/);
  await expect(answers.getByRole("row", { name: /^C4/ })).toContainText("ninety days");
  await expect(answers.getByRole("row", { name: /^C5/ })).toContainText("No answer");
  await expect(page.getByText("1 row was skipped")).toBeVisible();
  await pictures(page, "excel-job");
  await page
    .getByRole("list", { name: "Answers by result" })
    .getByRole("link", { name: "Without an answer" })
    .click();
  await expect(answers.getByRole("row")).toHaveCount(2);

  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download workbook" }).click();
  const download = await saving;
  expect(download.suggestedFilename()).toBe("Vendor questionnaire (answered).xlsx");
  const rows = rowsOf(await readFile(await download.path()), "Security");
  expect(rows.map((row) => row[2])).toEqual([
    "Answer",
    expect.stringContaining("each night at two"),
    "The harbour master",
    expect.stringContaining("ninety days"),
    null,
  ]);
  expect(rows.map((row) => row[3])).toEqual(["Reviewer", "Ada", null, null, null]);

  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete job" }).click();
  await expect(page.getByText("There is no Excel job yet")).toBeVisible();

  await page.goto(`${base()}/audit-logs`);
  const log = page.getByRole("table", { name: "Audit Logs" });
  for (const operation of [
    ...["CREATE_EXCEL_JOB", "COMPLETE_EXCEL_JOB"],
    ...["DOWNLOAD_EXCEL_OUTPUT", "DELETE_EXCEL_JOB"],
  ])
    await expect(log.getByText(operation, { exact: true })).toHaveCount(1);
  await expect(log.getByRole("row", { name: /COMPLETE_EXCEL_JOB/ })).toContainText("System");
  // The browser itself tells of the answers that refuse.
  const expected = /\/uploads\?|\/excel-jobs\/workbook/;
  expect(problems().filter((problem) => !expected.test(problem))).toEqual([]);
});

test.describe("with a model that takes its time", () => {
  const dataDir = newDataDir();
  const gate = turnstile();
  let model: StandInModel;
  let product: Product;

  test.beforeAll(async () => {
    test.setTimeout(120_000);
    model = await startStandInModel();
    model.answers(async (response) => {
      begin(response);
      send(response, "Backups are made ");
      await gate.pass();
      send(response, "each night at two [1].");
      send(response, "", "stop");
      response.end("data: [DONE]\n\n");
    });
    const env = { ...soleOwnerEnv, LLM_BASE_URL: model.url, LLM_MODEL: "stand-in" };
    product = await startProduct({ dataDir, env });
  });
  test.afterAll(async () => {
    await product?.stop();
    await model?.close();
    removeDataDir(dataDir);
  });

  test("the page follows a job without a reload, shows the same after one, and ends it on demand with what was found", async ({
    browser,
  }) => {
    test.setTimeout(180_000);
    const { page, problems } = await openBrowser(browser, product);
    await signInAt(page, product, soleOwner);
    await page.goto(`${product.url}/gurus/new`);
    await page.getByLabel("Name", { exact: true }).fill("Harbour desk");
    await page.getByLabel("Slug").fill("harbour-desk");
    await page.getByRole("button", { name: "Create guru" }).click();
    await expect(page).toHaveURL(/\/gurus\/harbour-desk/);
    const own = `${product.url}/gurus/harbour-desk`;
    await teach(page, own);

    const questions = Array.from(
      { length: 7 },
      (_, n) => `How are backups of the register made, berth ${n + 1}?`,
    );
    await page.goto(`${own}/excel-jobs`);
    const buffer = makeWorkbook({ Berths: [["Question", "Answer"], ...questions.map((one) => [one, null])] });
    await upload(page, { name: "Berths.xlsx", mimeType, buffer });
    const form = page.getByRole("form", { name: "Choose columns" });
    await expect(form.getByLabel("Question column")).toHaveValue("1", { timeout: 30_000 });
    await expect(form.getByLabel("B – Answer")).toBeChecked();
    await form.getByRole("button", { name: "Check" }).click();
    const counts = page.getByRole("status", { name: "What will be asked" });
    await expect(counts).toContainText(/Answers to fill in\s*7/, { timeout: 30_000 });
    await form.getByRole("button", { name: "Start answering" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Berths.xlsx");
    const jobAddress = page.url();

    // Nothing but the page itself brings these figures: what is marked here goes with the next document.
    const bar = page.getByRole("progressbar", { name: "Progress" });
    const figures = page.getByRole("list", { name: "Answers by result" });
    const isSameDocument = () => page.evaluate(() => document.documentElement.dataset.marked === "yes");
    const isAt = async (done: number) => {
      await expect(page.getByText(`${done} of 7`, { exact: true })).toBeVisible({ timeout: 30_000 });
      await expect(bar).toHaveJSProperty("value", done);
      await expect(bar).toHaveJSProperty("max", 7);
      await expect(figures.getByRole("listitem").filter({ hasText: "Remaining" })).toContainText(
        String(7 - done),
      );
    };
    await isAt(0);
    await expect(page.getByText("Running", { exact: true })).toBeVisible();
    await page.evaluate(() => {
      document.documentElement.dataset.marked = "yes";
    });
    gate.letThrough(2);
    await isAt(2);
    gate.letThrough(2);
    await isAt(4);
    expect(await isSameDocument()).toBe(true);
    await pictures(page, "excel-job-running");

    await page.reload();
    await isAt(4);
    expect(await isSameDocument()).toBe(false);
    gate.letThrough(1);
    await isAt(5);
    await page.goto(`${own}/excel-jobs`);
    await expect(page.getByRole("row", { name: /Berths\.xlsx/ })).toContainText(/Running\s*5 of 7/);

    // Three are asked for at a time: of the last two answers one is on its way, and breaks off.
    await page.goto(jobAddress);
    await isAt(5);
    await page.getByRole("button", { name: "Cancel job" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel job" }).click();
    await expect(page.getByText("Cancelled", { exact: true })).toBeVisible();
    await expect(page.getByRole("button", { name: "Cancel job" })).toHaveCount(0);
    await model.left();
    expect(model.asked).toHaveLength(6);
    gate.letThrough(7);
    await page.reload();
    await expect(page.getByText("Cancelled", { exact: true })).toBeVisible();
    await expect(page.getByText("5 of 7", { exact: true })).toBeVisible();
    await expect(bar).toHaveCount(0);
    const answers = page.getByRole("table", { name: "Answers" });
    await expect(answers.getByRole("row").filter({ hasText: "Answered" })).toHaveCount(5);
    await expect(answers.getByRole("row").filter({ hasText: "Waiting" })).toHaveCount(2);
    await pictures(page, "excel-job-cancelled");

    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download workbook" }).click();
    const rows = rowsOf(await readFile(await (await saving).path()), "Berths");
    expect(rows.map(([question]) => question)).toEqual(["Question", ...questions]);
    const filled = rows.slice(1).map(([, answer]) => answer);
    expect(filled.filter((answer) => answer === null)).toHaveLength(2);
    for (const answer of filled.filter((one) => one !== null)) expect(answer).toContain("each night at two");

    const log = await rowsOfLog(page, product, "?guru=harbour-desk");
    const of = (operation: string) => log.filter((row) => row.includes(operation)).length;
    expect(
      ["CREATE_EXCEL_JOB", "CANCEL_EXCEL_JOB", "COMPLETE_EXCEL_JOB", "DOWNLOAD_EXCEL_OUTPUT"].map(of),
    ).toEqual([1, 1, 0, 1]);
    const admin = connectAdmin(product.dataDir);
    const [cancelled] = await admin`
      select actor_type, actor_email, outcome, changes, details from audit_event where operation = 'CANCEL_EXCEL_JOB'`;
    await admin.end();
    expect(cancelled).toMatchObject({
      ...{ actor_type: "user", actor_email: soleOwner.email, outcome: "success" },
      changes: [{ field: "state", before: "running", after: "cancelled" }],
      details: { total: 7, answered: 5, remaining: 2 },
    });
    expect(model.asked).toHaveLength(6);
    expect(problems()).toEqual([]);
  });
});
