import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { baseUrl, createGuru, onboard } from "./support/people";
import { watchProblems } from "./support/watch-problems";

test("from the first start to the first export", async ({ page }) => {
  const problems = watchProblems(page);
  await onboard(page);
  await createGuru(page, "Platform docs", "platform-docs");

  await page.goto(`${baseUrl()}/gurus/platform-docs/data-sources`);
  await page.getByLabel("Title").fill("Deploys");
  await page
    .getByLabel("Content")
    .fill("A deploy goes out on Tuesday at nine. The rollback takes two minutes.");
  await page.getByRole("button", { name: "Add data source" }).click();
  await expect(page.getByRole("table").getByText(/ready|indexed|success/i)).toBeVisible({ timeout: 20_000 });

  await page.goto(`${baseUrl()}/gurus/platform-docs`);
  await page.getByLabel(/question/i).fill("How long does a rollback take?");
  await page.getByRole("button", { name: "Ask" }).click();
  await expect(page.getByText(/rollback takes two minutes/)).toBeVisible();

  await page.goto(`${baseUrl()}/settings/audit-logs`);
  const log = page.getByRole("table", { name: "Audit Logs" });
  for (const operation of [
    "REGISTER",
    "LOGIN_SUCCESS",
    "OWNER_CREATED",
    "CREATE_GURU",
    "ADD_DATASOURCE",
    "INDEX_DATASOURCE",
    "ASK_GURU",
  ]) {
    await expect(log.getByText(operation, { exact: true })).toBeVisible();
  }
  const system = log.getByRole("row").filter({ hasText: "INDEX_DATASOURCE" });
  await expect(system).toContainText("System");

  const shown = Number((await page.getByTestId("audit-total").innerText()).replace(/\D/g, ""));
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: "CSV" }).click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^audit_logs_\d{10}\.csv$/);
  const text = readFileSync(await file.path(), "utf8").replace(/^\uFEFF/, "");
  expect(text.split(/\r?\n/)[0]).toBe(
    "Time (UTC),User,IP Address,Guru,Model,Action,Operation,Object,Outcome,Details",
  );
  expect(text.trim().split(/\r?\n/).length - 1).toBeGreaterThanOrEqual(shown);
  await page.reload();
  await expect(log.getByText("EXPORT_AUDIT_LOGS", { exact: true })).toBeVisible();
  expect(problems()).toEqual([]);
});
