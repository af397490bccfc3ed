import path from "node:path";
import { expect, type Page } from "@playwright/test";
import { axe } from "./axe";

/** The pictures of the README change only when somebody wants them to: they would differ with every run. */
export const isForReadme = process.env.UPDATE_IMAGES === "1";
export const folder = isForReadme ? "docs/images" : "test-results/images";
export const themes = ["light", "dark"] as const;
export type Theme = (typeof themes)[number];
const backgrounds: Record<Theme, string> = { light: "rgb(255, 255, 255)", dark: "rgb(18, 18, 22)" };

/** Takes the picture, in the fonts of the design where they are installed, and none of whatever Linux calls its own. */
export async function picture(page: Page, name: string, theme: Theme): Promise<void> {
  await expect(page.locator("body")).toHaveCSS("background-color", backgrounds[theme]);
  await page.evaluate(async () => {
    const { style } = document.documentElement;
    style.setProperty("--sans", "Inter, system-ui, sans-serif");
    style.setProperty("--mono", '"JetBrains Mono", ui-monospace, monospace');
    await document.fonts.ready;
  });
  // Nothing of a page may be wider than the window.
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await page.screenshot({ path: path.join(folder, `${name}-${theme}.png`), animations: "disabled" });
}

/** Of pages that only a demo fills: what keeps people out who cannot see or use a mouse is looked for, too. */
export async function lookAt(page: Page, name: string, theme: Theme): Promise<void> {
  await picture(page, name, theme);
  expect((await axe(page)).violations).toEqual([]);
}
