import { expect, type Locator, type Page } from "@playwright/test";

/**
 * Takes a page in both themes and on a phone, where nothing may be wider than the window.
 * @param shown what stands in the picture; else the top of the page
 */
export async function pictures(
  page: Page,
  name: string,
  shown: Locator = page.getByRole("heading", { level: 1 }).first(),
): Promise<void> {
  const size = page.viewportSize() ?? { width: 1280, height: 720 };
  for (const [kind, colorScheme, width] of [
    ["light", "light", size.width],
    ["dark", "dark", size.width],
    ["phone", "dark", 390],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: size.height });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(over, `${name}-${kind} is wider than its window`).toBeLessThanOrEqual(0);
    await shown.scrollIntoViewIfNeeded();
    const path = `test-results/images/${name}-${kind}.png`;
    await page.screenshot({ path, animations: "disabled" });
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(size);
}
