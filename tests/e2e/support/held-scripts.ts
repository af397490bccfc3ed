import type { Page, Route } from "@playwright/test";

/**
 * Opens a page whose scripts do not come: what a slow line looks like to somebody who types already.
 * @returns lets them come
 */
export async function openWithoutScripts(page: Page, address: string): Promise<() => Promise<void>> {
  const held: Route[] = [];
  const scripts = /\/_next\/static\/.*\.js/;
  await page.route(scripts, (route) => void held.push(route));
  await page.goto(address, { waitUntil: "domcontentloaded" });
  return async () => {
    await page.unroute(scripts);
    await Promise.all(held.map((route) => route.continue()));
  };
}

/** Whether React has taken over the code search's field. */
export const isHydrated = (page: Page): Promise<boolean> =>
  page
    .getByRole("combobox", { name: "Search code" })
    .evaluate((field) => Object.keys(field).some((key) => key.startsWith("__reactProps")));
