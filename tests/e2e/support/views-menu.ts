import { expect, type Page } from "@playwright/test";

export const views = (page: Page) => page.getByRole("button", { name: "Views", exact: true });

export async function saveView(page: Page, name: string, shared = false): Promise<void> {
  await views(page).click();
  await page.getByRole("button", { name: "Save this filter…" }).click();
  const dialog = page.getByRole("dialog", { name: "Save this filter as a view" });
  await dialog.getByLabel("Name").fill(name);
  if (shared) await dialog.getByLabel("Share it").check();
  await dialog.getByRole("button", { name: "Save view" }).click();
  await expect(dialog).toBeHidden();
  await expect(page).toHaveURL(/view=[0-9a-f-]{36}/);
}
