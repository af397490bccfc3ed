import { mkdirSync } from "node:fs";
import { type Browser, type BrowserContext, expect, type Page, test } from "@playwright/test";
import { blobAddress } from "@/components/code/code-address";
import { sampleApp } from "@/scripts/demo/gurus/sample-app";
import { results, search } from "./support/code-search-page";
import { type Demo, startDemo } from "./support/demo";
import { exactTotal } from "./support/exact-total";
import { folder, isForReadme, lookAt, picture, type Theme, themes } from "./support/readme-pictures";
import { removeDataDir } from "./support/start-product";
import { watchProblems } from "./support/watch-problems";
import { wordPlace } from "./support/word-place";

let demo: Demo;
let session: Awaited<ReturnType<BrowserContext["storageState"]>>;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(240_000);
  mkdirSync(folder, { recursive: true });
  demo = await startDemo(isForReadme ? 30 : 3);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${demo.product.url}/sign-in`);
  await page.getByLabel("Email").fill(demo.owner.email);
  await page.getByLabel("Password", { exact: true }).fill(demo.owner.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/gurus/);
  session = await context.storageState();
  await context.close();
});

test.afterAll(async () => {
  await demo?.product.stop();
  if (demo) removeDataDir(demo.product.dataDir);
});

async function open(browser: Browser, theme: Theme, phone = false): Promise<Page> {
  const size = phone
    ? { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 }
    : { viewport: { width: 1440, height: 900 } };
  const context = await browser.newContext({ ...size, colorScheme: theme, storageState: session });
  return context.newPage();
}
const rows = (page: Page) => page.getByRole("table", { name: "Audit Logs" }).locator("tbody tr");

/** The edit that shows most, as the log itself tells it. */
async function eventOfManyChanges(page: Page): Promise<string> {
  const found = await page.evaluate(async () => {
    const answer = await fetch("/api/ee/audit?view=full&action=guru.updated&perPage=100", {
      headers: { "x-org-domain": "~" },
    });
    return (await answer.json()) as { id: string; changes: unknown[] }[];
  });
  const most = found.sort((a, b) => b.changes.length - a.changes.length)[0];
  expect(most?.changes.length).toBeGreaterThanOrEqual(3);
  return most?.id ?? "";
}

// First, so that the log shows the team's life and not these tests.
for (const theme of themes) {
  test(`the whole log stands in a wide window and on a phone, ${theme}`, async ({ browser }) => {
    const log = `${demo.product.url}/settings/audit-logs`;
    const page = await open(browser, theme);
    const problems = watchProblems(page);
    await exactTotal(page, log);
    await expect(rows(page)).toHaveCount(50);
    await picture(page, "audit-global", theme);
    expect(problems()).toEqual([]);
    await page.context().close();

    const small = await open(browser, theme, true);
    const smallProblems = watchProblems(small);
    await small.goto(log);
    await expect(rows(small)).toHaveCount(50);
    await picture(small, "audit-phone", theme);
    await small.getByRole("button", { name: "Filters" }).click();
    await expect(small.getByRole("dialog", { name: "Filters" })).toBeVisible();
    expect(smallProblems()).toEqual([]);
    await small.context().close();
  });
}

for (const theme of themes) {
  test(`a guru's log, an open filter, the details and an empty answer stand, ${theme}`, async ({
    browser,
  }) => {
    const page = await open(browser, theme);
    const problems = watchProblems(page);
    const log = `${demo.product.url}/settings/audit-logs`;

    await page.goto(log);
    await page.getByRole("button", { name: "User", exact: true }).click();
    const options = page.getByRole("option");
    await options.nth(1).click();
    await options.nth(4).click();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "User", exact: true }).click();
    await expect(page.getByText("2 chosen", { exact: true })).toBeVisible();
    await expect(page.getByText("not applied yet", { exact: true })).toBeVisible();
    await picture(page, "audit-filter", theme);

    await page.goto(`${demo.product.url}/gurus/platform-docs/audit-logs`);
    await expect(rows(page).nth(10)).toBeVisible();
    await expect(page.getByRole("columnheader", { name: "Guru" })).toHaveCount(0);
    await picture(page, "audit-guru", theme);

    const id = await eventOfManyChanges(page);
    await page.goto(`${log}?guru=platform-docs&operation=UPDATE_GURU`);
    await page.locator(`tr[data-event-id="${id}"]`).getByRole("button", { name: "Details" }).click();
    const sheet = page.getByRole("dialog", { name: "Audit log details" });
    await expect(sheet.getByRole("heading", { name: "Field changes" })).toBeVisible();
    await expect(sheet.getByText("Previous Value").first()).toBeVisible();
    await picture(page, "audit-details", theme);

    // A machine that stood still meanwhile has looked at a part of the log only, and says so.
    await expect(async () => {
      await page.goto(`${log}?q=10.99.`);
      const none = page.getByRole("heading", { name: "No events match these filters" });
      await expect(none).toBeVisible({ timeout: 3_000 });
    }).toPass({ timeout: 30_000 });
    await expect(rows(page)).toHaveCount(0);
    await picture(page, "audit-empty", theme);
    expect(problems()).toEqual([]);
    await page.context().close();
  });
}

for (const theme of themes) {
  test(`what a search in code finds and a file with its references stand, ${theme}`, async ({ browser }) => {
    for (const phone of isForReadme ? [false] : [false, true]) {
      const page = await open(browser, theme, phone);
      const problems = watchProblems(page);
      const kind = phone ? "-phone" : "";
      const file = { repository: sampleApp.name, path: "web/src/start.ts" };
      await page.goto(demo.product.url + blobAddress(file));
      await expect(page.locator("#L7 .tok-keyword").first()).toBeVisible();
      await page.locator("#L7").scrollIntoViewIfNeeded();
      const { x, y } = await wordPlace(page, 7, "startHalden");
      await page.mouse.click(x, y);
      await page.getByRole("button", { name: "Find references" }).click();
      await expect(page.getByRole("region", { name: "References" }).getByRole("link")).toHaveCount(3);
      await lookAt(page, `code-file${kind}`, theme);

      // Its language has been coloured once: results do not wait long for colours.
      await page.goto(`${demo.product.url}/search`);
      await search(page, "consent");
      await expect(results(page).locator("mark").nth(8)).toBeVisible();
      await expect(results(page).locator(".tok-keyword", { hasText: "import" }).first()).toBeVisible();
      await picture(page, `code-results${kind}`, theme);
      expect(problems()).toEqual([]);
      await page.context().close();
    }
  });
}

/** The pages of people and organization, and the heading of each. */
const pagesOfPeople = [
  ["members", "/settings/members", "Members"],
  ["requests", "/settings/members?tab=requests", "Members"],
  ["invites", "/settings/members?tab=invites", "Members"],
  ["organization", "/settings/organization", "Organization"],
  ["users", "/settings/users", "Users"],
  ["users-gurus", "/settings/users/gurus", "Guru assignments"],
  ["users-guru", "/settings/users/gurus/platform-docs", null],
  ["security", "/settings/security", "Security"],
  ["profile", "/settings/profile", "Profile"],
  ["activity", "/settings/activity", "My activity"],
  ["api-keys", "/settings/api-keys", "API keys"],
] as const;

/** The pages of a guru, and the heading of each; null where the guru's name is. */
const pagesOfGuru = [
  ["ask", "", null],
  ["data-sources", "/data-sources", "Data sources"],
  ["integrations", "/integrations", "Integrations"],
  ["backfill-jobs", "/backfill-jobs", "Backfill jobs"],
  ["widgets", "/widgets", "Widgets"],
  ["excel-jobs", "/excel-jobs", "Excel jobs"],
  ["secrets", "/secrets", "Secrets"],
  ["analytics", "/analytics?range=30d", "Analytics"],
  ["team", "/team", "Team"],
] as const;

for (const theme of themes) {
  test(`the pages of a guru stand in a wide window and on a phone, ${theme}`, async ({ browser }) => {
    test.skip(isForReadme, "the README shows the log");
    test.setTimeout(120_000);
    for (const phone of [false, true]) {
      const page = await open(browser, theme, phone);
      const problems = watchProblems(page);
      for (const [name, address, heading] of pagesOfGuru) {
        await page.goto(`${demo.product.url}/gurus/platform-docs${address}`);
        await expect(
          page.getByRole("heading", { level: 1, ...(heading ? { name: heading } : {}) }),
        ).toBeVisible();
        await picture(page, `guru-${name}${phone ? "-phone" : ""}`, theme);
      }
      await page.goto(`${demo.product.url}/gurus/platform-docs/excel-jobs`);
      await page.getByRole("table", { name: "Excel jobs" }).getByRole("link").first().click();
      await expect(page.getByRole("table", { name: "Answers" })).toBeVisible();
      await lookAt(page, `guru-excel-job${phone ? "-phone" : ""}`, theme);
      await page.goto(`${demo.product.url}/gurus/platform-docs/integrations/slack`);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await lookAt(page, `guru-integration${phone ? "-phone" : ""}`, theme);
      await page.goto(`${demo.product.url}/gurus/support-desk/backfill-jobs`);
      await page.getByRole("link", { name: "project = DESK AND status = Done" }).click();
      await expect(page.getByRole("form", { name: "Settings" })).toBeVisible();
      await lookAt(page, `guru-backfill-job${phone ? "-phone" : ""}`, theme);
      expect(problems()).toEqual([]);
      await page.context().close();
    }
  });
}

for (const theme of themes) {
  test(`the pages of people and organization stand in a wide window and on a phone, ${theme}`, async ({
    browser,
  }) => {
    test.skip(isForReadme, "the README shows the log");
    test.setTimeout(120_000);
    for (const phone of [false, true]) {
      const page = await open(browser, theme, phone);
      const problems = watchProblems(page);
      for (const [name, address, heading] of pagesOfPeople) {
        await page.goto(`${demo.product.url}${address}`);
        await expect(
          page.getByRole("heading", { level: 1, ...(heading ? { name: heading } : {}) }),
        ).toBeVisible();
        await picture(page, `people-${name}${phone ? "-phone" : ""}`, theme);
      }
      await page.goto(`${demo.product.url}/settings/users`);
      await page
        .getByRole("link", { name: /^Manage/ })
        .last()
        .click();
      await expect(page.getByRole("button", { name: "Delete user" })).toBeVisible();
      await picture(page, `people-user${phone ? "-phone" : ""}`, theme);
      expect(problems()).toEqual([]);
      await page.context().close();
    }
  });

  test(`the pages before signing in stand in a wide window and on a phone, ${theme}`, async ({ browser }) => {
    test.skip(isForReadme, "the README shows the log");
    for (const viewport of [
      { width: 1440, height: 900 },
      { width: 390, height: 844 },
    ]) {
      const page = await (await browser.newContext({ colorScheme: theme, viewport })).newPage();
      for (const name of ["sign-in", "register", "forgot-password", "invite/none", "join/none"]) {
        await page.goto(`${demo.product.url}/${name}`);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await picture(page, `${name.replace("/", "-")}${viewport.width < 400 ? "-phone" : ""}`, theme);
      }
      await page.context().close();
    }
  });
}

test("every page of a demo says that it is one, whoever looks", async ({ browser }) => {
  const page = await open(browser, "light");
  const stranger = await browser.newPage();
  const says = (on: Page) => expect(on.getByText("This is a demo")).toBeVisible();
  for (const [on, address, heading] of [
    [stranger, "/sign-in", "Sign in"],
    [stranger, "/register", "Create account"],
    [stranger, "/forgot-password", "Forgot your password?"],
    [page, "/gurus", "Gurus"],
    [page, "/settings/activity", "My activity"],
    [page, "/settings/profile", "Profile"],
    [page, "/settings/security", "Security"],
    [page, "/two-factor", "Two-factor sign-in"],
    [stranger, "/invite/none", "Invitation"],
    [stranger, "/join/none", "Join"],
    [page, "/change-password", "Change password"],
    [page, "/no-such-page", "There is nothing here"],
    [page, "/gurus/no-such-guru", "There is nothing here"],
  ] as const) {
    await on.goto(`${demo.product.url}${address}`);
    await expect(on.getByRole("heading", { name: heading, level: 1 })).toBeVisible();
    await says(on);
  }
  await stranger.close();
  await page.context().close();
});

test("a demo is filled once: a second try says why not, in one line, and changes nothing", async ({
  browser,
}) => {
  const page = await open(browser, "light");
  const total = () => exactTotal(page, `${demo.product.url}/settings/audit-logs?operation=UPDATE_GURU`);
  const before = await total();
  const { code, output } = await demo.fillAgain();
  expect(code).toBe(1);
  const said = output.split("\n").filter((line) => line.startsWith("gurulog: "));
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/is filled as a demo already.*GURULOG_DATA_DIR/);
  expect(output).not.toMatch(/^\s+at /m);
  expect(await total()).toBe(before);
  await page.context().close();
});
