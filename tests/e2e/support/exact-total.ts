import { expect, type Page } from "@playwright/test";

/** Opens a log whose events are few enough to be counted, again where a machine that stood still had no time for it. */
export async function exactTotal(page: Page, address: string): Promise<string> {
  const total = page.getByTestId("audit-total");
  await expect(async () => {
    await page.goto(address);
    await expect(total).toHaveText(/^\d{1,3}(,\d{3})?$/, { timeout: 3_000 });
  }).toPass({ timeout: 30_000 });
  return total.innerText();
}
