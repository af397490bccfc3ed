import type { Page } from "@playwright/test";

/** The server does what the next POST asks for, and the browser never hears of it. */
export async function loseNextAnswer(page: Page): Promise<void> {
  let isLost = false;
  await page.route(/./, async (route) => {
    if (isLost || route.request().method() !== "POST") return route.fallback();
    isLost = true;
    await route.fetch();
    await route.abort();
  });
}
