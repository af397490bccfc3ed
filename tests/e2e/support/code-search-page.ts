import { expect, type Page } from "@playwright/test";
import type { GitSite } from "./git-site";
import type { Product } from "./start-product";

export const box = (page: Page) => page.getByRole("combobox", { name: "Search code" });
export const results = (page: Page) => page.getByRole("region", { name: "Results" });
export const summary = (page: Page) => page.getByTestId("search-summary");

export async function search(page: Page, query: string): Promise<void> {
  await box(page).fill(query);
  await page.keyboard.press("Escape");
  await box(page).press("Enter");
}

/** Adds a repository to a guru; at its end the search page is open, and has the repository as indexed. */
export async function addRepository(
  page: Page,
  { product, guru }: { product: Product; guru: string },
  { url, name }: GitSite,
): Promise<void> {
  await page.goto(`${product.url}/gurus/${guru}/data-sources`);
  await page.getByLabel("Repository", { exact: true }).fill(url);
  await page.getByRole("button", { name: "Add repository" }).click();
  const row = page.getByRole("row").filter({ hasText: name.replace(/^[^/]+\//, "") });
  await expect(row).toContainText("Indexed", { timeout: 60_000 });
  await expect(async () => {
    await page.goto(`${product.url}/search`);
    const known = page.getByRole("listitem").filter({ hasText: name });
    await expect(known).toContainText("Indexed", { timeout: 500 });
  }).toPass({ timeout: 60_000 });
}
