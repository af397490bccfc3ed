import { expect, type Page, test } from "@playwright/test";
import { troubles } from "../support/stand-ins/content-server";
import { jiraLogin, type StandInJira, startJira } from "../support/stand-ins/jira";
import { postForm } from "./support/actions-post";
import { axe } from "./support/axe";
import { openBrowser, rowsOfLog, signInAt, soleOwner, soleOwnerEnv } from "./support/own-product";
import { pictures } from "./support/pictures";
import { connectAdmin } from "./support/roles-database";
import { type Product, startProduct } from "./support/start-product";

let product: Product;
let jira: StandInJira;

test.beforeAll(async () => {
  jira = await startJira();
  jira.issues = [1, 2].map((n) => ({
    id: `1000${n}`,
    key: `DOCS-${n}`,
    summary: n === 1 ? "Roll back the gateway" : "Drain the queue",
    updated: "1",
    description: n === 1 ? "<p>It is rolled back with the crimson lever.</p>" : "<p>Drain it at noon.</p>",
  }));
  product = await startProduct({ env: { ...soleOwnerEnv, GURULOG_ALLOW_PRIVATE_CIDRS: "127.0.0.0/8" } });
});
test.afterAll(async () => {
  await product?.stop();
  await jira?.close();
});

/** @returns the address of its backfill jobs */
async function newGuru(page: Page): Promise<string> {
  await page.goto(`${product.url}/gurus/new`);
  await page.getByLabel("Name", { exact: true }).fill("Runbook");
  await page.getByRole("button", { name: "Create guru" }).click();
  await expect(page).toHaveURL(new RegExp(`${product.url}/gurus/runbook($|[/?])`));
  return `${product.url}/gurus/runbook/backfill-jobs`;
}

/** As the form of the integrations would send it. */
async function tieToJira(page: Page): Promise<void> {
  const cookies = await page.context().cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const form = {
    guru: "runbook",
    type: "JIRA",
    baseUrl: jira.url,
    ...jiraLogin,
    attemptId: crypto.randomUUID(),
  };
  const made = await postForm(product.url, "createIntegrationAction", form, { cookie, slug: "runbook" });
  expect(made.goTo ?? made.result?.ok, made.answer.text.slice(0, 500)).toBeTruthy();
}

test("a job is made, runs by itself, brings in what the guru answers from, and is changed, paused and deleted", async ({
  browser,
}) => {
  // The clock looks twice a minute.
  test.setTimeout(240_000);
  const { page, problems } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  const jobs = await newGuru(page);
  await page.getByRole("navigation", { name: "Guru" }).getByRole("link", { name: "Backfill jobs" }).click();
  await expect(page.getByText("There is no backfill job yet")).toBeVisible();
  await expect(page.getByText("This guru has no integration yet")).toBeVisible();
  await pictures(page, "backfill-jobs-empty");
  await tieToJira(page);
  await page.goto(jobs);

  // A query with a mistake is refused in Jira's own words, beside its field, which keeps it.
  const form = page.getByRole("form", { name: "New Jira job" });
  await form.getByLabel("JQL query").fill("project is DOCS");
  await form.getByRole("button", { name: "Create job" }).click();
  await expect(form.getByText(/Jira cannot use what was asked.*Error in the JQL Query/)).toBeVisible();
  await expect(form.getByLabel("JQL query")).toHaveValue("project is DOCS");
  await form.getByLabel("Hours between two runs").fill("0");
  await form.getByRole("button", { name: "Create job" }).click();
  await expect(form.getByText("Enter whole hours from 1 to 720")).toBeVisible();

  await form.getByLabel("JQL query").fill("project = DOCS");
  await form.getByLabel("Hours between two runs").fill("1");
  await form.getByRole("button", { name: "Create job" }).click();
  const row = page.getByRole("row", { name: /project = DOCS/ });
  await expect(row).toContainText("Completed", { timeout: 30_000 });
  await expect(row).toContainText("2 found, 2 added, 0 changed");
  await pictures(page, "backfill-jobs");
  expect((await axe(page)).violations).toEqual([]);
  expect(await page.content()).not.toContain(jiraLogin.apiToken);

  await page.goto(`${product.url}/gurus/runbook/data-sources`);
  await expect(page.getByRole("row", { name: /DOCS-1 Roll back the gateway/ })).toContainText("Indexed", {
    timeout: 30_000,
  });
  await page.goto(`${product.url}/gurus/runbook`);
  await page.getByLabel("Question").fill("How is the gateway rolled back?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  const answer = page.getByRole("region", { name: "Answer" });
  await expect(answer).toContainText("crimson lever");
  await expect(answer.locator(`a[href="${jira.url}/browse/DOCS-1"]`).first()).toBeAttached();

  // The clock's turn: what has changed is read anew.
  Object.assign(jira.issues[0] ?? {}, { updated: "2", description: "<p>With the azure lever now.</p>" });
  const admin = connectAdmin(product.dataDir);
  await admin`update backfill_job set next_run_at = now()`;
  await admin.end();
  await expect(async () => {
    await page.goto(jobs);
    await expect(row).toContainText("2 found, 0 added, 1 changed", { timeout: 1_000 });
  }).toPass({ timeout: 90_000 });

  // By hand, with trouble.
  jira.trouble.push(troubles.unauthorized);
  await row.getByRole("button", { name: "Sync project = DOCS now" }).click();
  await expect(row).toContainText("Failed", { timeout: 30_000 });
  await expect(row).toContainText("Jira refuses these credentials");
  await pictures(page, "backfill-jobs-failed");

  await row.getByRole("button", { name: "Pause project = DOCS" }).click();
  await expect(row.getByText("Paused", { exact: true })).toBeVisible();
  await row.getByRole("link", { name: "project = DOCS" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "project = DOCS" })).toBeVisible();
  const settings = page.getByRole("form", { name: "Settings" });
  await settings.getByLabel("Hours between two runs").fill("48");
  await settings.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Job “project = DOCS” saved.")).toBeVisible();
  await pictures(page, "backfill-job");
  expect((await axe(page)).violations).toEqual([]);
  await page.getByRole("link", { name: "Back to the jobs" }).click();
  await page.getByRole("button", { name: "Delete project = DOCS" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete job" }).click();
  await expect(page.getByText("There is no backfill job yet")).toBeVisible();
  await page.goto(`${product.url}/gurus/runbook/data-sources`);
  await expect(page.getByRole("row", { name: /DOCS-2/ })).toBeVisible();

  const rows = await rowsOfLog(page, product, "?guru=runbook");
  const of = (operation: string) => rows.filter((each) => each.includes(operation)).length;
  expect(
    [
      "CREATE_BACKFILL_JOB",
      "REINDEX_BACKFILL_JOB",
      "DELETE_BACKFILL_JOB",
      "UPDATE_BACKFILL_JOB",
      "ADD_DATASOURCE",
    ].map(of),
  ).toEqual([1, 1, 1, 8, 3]);
  expect(
    rows.filter((each) => each.includes("ADD_DATASOURCE")).every((each) => each.includes("System")),
  ).toBe(true);
  expect(problems()).toEqual([]);
});
