import { expect, type Page, test } from "@playwright/test";
import { axe } from "./support/axe";
import { baseUrl, owner, signIn } from "./support/people";
import { places } from "./support/places";
import { pressFor } from "./support/press-for";
import { watchProblems } from "./support/watch-problems";

const log = () => `${baseUrl()}/settings/audit-logs`;

const wide = { width: 1440, height: 900 };
const narrow = { width: 390, height: 844 };

for (const theme of ["light", "dark"] as const) {
  test(`no page breaks WCAG 2.2 AA, ${theme}`, async ({ page }) => {
    test.setTimeout(600_000);
    page.setDefaultTimeout(10_000);
    // The dark theme is the same pages in other colours.
    const only = theme === "dark" ? ["color-contrast"] : undefined;
    const problems: string[] = [];
    const look = async () => {
      const { violations, looked } = await axe(page, only);
      expect(looked).toBeGreaterThan(only ? 0 : 10);
      problems.push(...violations);
    };
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    for (const path of [
      "/sign-in",
      "/sign-in?sso=forbidden",
      "/register",
      "/forgot-password",
      "/reset-password/none",
      "/invite/none",
      "/join/none",
    ]) {
      await page.goto(`${baseUrl()}${path}`);
      await look();
    }
    await signIn(page, owner);
    for (const { path, act, phone } of places) {
      await page.setViewportSize(phone ? narrow : wide);
      await page.goto(`${baseUrl()}${path}`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await act?.(page);
      await look();
    }
    expect(problems).toEqual([]);
  });
}

test("the look for barriers finds one that is put there", async ({ page }) => {
  await page.goto(`${baseUrl()}/sign-in`);
  await page.evaluate(() => {
    document.querySelector("h1")?.after(document.createElement("button"));
    document.querySelector("h1")?.style.setProperty("color", "#ccc");
  });
  const { violations } = await axe(page);
  expect(violations.join("\n")).toMatch(/button-name/);
  expect((await axe(page, ["color-contrast"])).violations).toHaveLength(1);
});

/** Presses Tab until the element of that role and name has the focus, and a visible ring. */
async function tabTo(page: Page, role: "button" | "link", name: string): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: true }).first();
  const hasFocus = () => wanted.evaluate((element) => element === document.activeElement);
  for (let presses = 0; presses < 60; presses++) {
    if (await hasFocus()) break;
    await page.keyboard.press("Tab");
  }
  await expect(wanted).toBeFocused();
  expect(await wanted.evaluate((element) => getComputedStyle(element).outlineStyle)).not.toBe("none");
}

const focusedRow = (page: Page) =>
  page.evaluate(() => document.activeElement?.closest("tr")?.getAttribute("data-event-id") ?? null);

test("the log is filtered and read with the keyboard alone", async ({ page }) => {
  const problems = watchProblems(page);
  await signIn(page, owner);
  await page.goto(log());
  await tabTo(page, "button", "Action type");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("combobox", { name: "Search action types" })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("option", { selected: true })).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Action type", exact: true })).toBeFocused();
  await tabTo(page, "button", "Apply");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/actionType=/);

  await tabTo(page, "button", "Details");
  const first = await focusedRow(page);
  await page.keyboard.press("Enter");
  const sheet = page.getByRole("dialog", { name: "Audit log details" });
  await expect(sheet).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`event=${first}`));
  await page.keyboard.press("j");
  await expect(page).not.toHaveURL(new RegExp(`event=${first}`));
  const second = new URL(page.url()).searchParams.get("event");
  expect(second).toMatch(/^[0-9a-f-]{36}$/);
  await page.keyboard.press("k");
  await expect(page).toHaveURL(new RegExp(`event=${first}`));
  await page.keyboard.press("j");
  await expect(page).toHaveURL(new RegExp(`event=${second}`));
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  await expect.poll(() => focusedRow(page)).toBe(second);

  // The same keys walk through the table.
  await page.keyboard.press("k");
  await expect.poll(() => focusedRow(page)).toBe(first);
  expect(problems()).toEqual([]);
});

test("Tab stays inside an open sheet", async ({ page }) => {
  await signIn(page, owner);
  await page.goto(log());
  await page.getByRole("button", { name: "Details" }).first().click();
  await expect(page.getByRole("heading", { name: "Raw JSON" })).toBeVisible();
  for (let presses = 0; presses < 20; presses++) {
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.closest("dialog") !== null)).toBe(true);
  }
});

test("? lists the shortcuts and ⌘K goes to a page; both give the focus back", async ({ page }) => {
  const problems = watchProblems(page);
  await signIn(page, owner);
  await page.goto(`${baseUrl()}/gurus`);
  const link = page.getByRole("link", { name: "API keys" });
  await link.focus();
  const shortcuts = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await pressFor(page, "?", shortcuts);
  await page.keyboard.press("Escape");
  await expect(shortcuts).toBeHidden();
  await expect(link).toBeFocused();

  await page.keyboard.press("Meta+k");
  const goTo = page.getByRole("dialog", { name: "Go to" });
  await expect(goTo).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(link).toBeFocused();

  await page.keyboard.press("Control+k");
  await page.keyboard.type("audit");
  await expect(goTo.getByRole("option", { selected: true })).toContainText("Audit Logs");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/settings\/audit-logs$/);
  expect(problems()).toEqual([]);
});

test("nothing moves for those who asked for less motion", async ({ page }) => {
  await signIn(page, owner);
  const openingSeconds = async () => {
    await page.goto(log());
    await page.getByRole("button", { name: "Details" }).first().click();
    const sheet = page.getByRole("dialog", { name: "Audit log details" });
    return sheet.evaluate((element) => Number.parseFloat(getComputedStyle(element).animationDuration));
  };
  expect(await openingSeconds()).toBeGreaterThan(0.1);
  await page.emulateMedia({ reducedMotion: "reduce" });
  expect(await openingSeconds()).toBeLessThan(0.001);
});
