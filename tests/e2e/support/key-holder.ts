import { expect, type Page } from "@playwright/test";

/** Holds a key down, as long as a few repeats take: what a press asks for is answered before the next one. */
export function keyHolder(page: Page): (key: string) => Promise<void> {
  let unanswered = 0;
  const answered = () => unanswered--;
  page
    .on("request", () => unanswered++)
    .on("requestfinished", answered)
    .on("requestfailed", answered);
  return async (key) => {
    for (let n = 0; n < 4; n++) {
      await page.keyboard.down(key);
      await page.evaluate(() => new Promise(requestAnimationFrame));
      await expect.poll(() => unanswered, { timeout: 15_000 }).toBeLessThanOrEqual(0);
    }
    await page.keyboard.up(key);
  };
}
