import { expect, type Locator, type Page } from "@playwright/test";

/** Presses a key that the page's scripts listen to, again as long as they do not yet. */
export async function pressFor(page: Page, key: string, shown: Locator): Promise<void> {
  await expect(async () => {
    if (await shown.isVisible()) return;
    await page.keyboard.press(key);
    await expect(shown).toBeVisible({ timeout: 2_000 });
  }).toPass();
}
