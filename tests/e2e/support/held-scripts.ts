import type { Page } from "@playwright/test";

/**
 * Opens a page whose scripts do not come: what a slow line looks like to somebody who types already.
 * @returns lets them come
 */
export async function openWithoutScripts(page: Page, address: string): Promise<() => void> {
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  await page.route(/\/_next\/static\/.*\.js/, async (route) => {
    await gate;
    await route.continue();
  });
  await page.goto(address, { waitUntil: "domcontentloaded" });
  return open;
}

/** Whether React has taken over the code search's field. */
export const isHydrated = (page: Page): Promise<boolean> =>
  page
    .getByRole("combobox", { name: "Search code" })
    .evaluate((field) => Object.keys(field).some((key) => key.startsWith("__reactProps")));
