import { expect, test } from "@playwright/test";
import { baseUrl, createGuru, onboard } from "./support/people";

test("from the first start to the first export", async ({ page }) => {
  const problems: string[] = [];
  page.on("console", (m) => {
    if (m.type() === "error") problems.push(m.text());
  });
  page.on("pageerror", (e) => problems.push(String(e)));

  await onboard(page);
  await createGuru(page, "Platform docs", "platform-docs");
  await page.goto(`${baseUrl()}/gurus/platform-docs/data-sources`);
  await page.getByLabel("Title").fill("Deploys");
  await page.getByLabel("Content").fill("A deploy goes out on Tuesday at nine. The rollback takes two minutes.");
  await page.getByRole("button", { name: "Add data source" }).click();
  await expect(page.getByText("SUCCESS").or(page.getByText("Indexed"))).toBeVisible();
  expect(problems).toEqual([]);
});
