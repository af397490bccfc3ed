import { expect, type Page } from "@playwright/test";

/** Takes a page in both themes and on a phone, where nothing may be wider than the window. */
export async function pictures(page: Page, name: string): Promise<void> {
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
    const path = `test-results/images/${name}-${kind}.png`;
    await page.screenshot({ path, animations: "disabled", fullPage: true });
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(size);
}
