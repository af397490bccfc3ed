import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { expect, type Page, test } from "@playwright/test";
import { baseUrl, createGuru, owner, signIn } from "./support/people";
import { pictures } from "./support/pictures";
import { watchProblems } from "./support/watch-problems";

test.describe.configure({ mode: "serial" });

const address = () => `${baseUrl()}/gurus/help-desk`;
let site: Server;
let siteUrl: string;
let snippet = "";

/** What a site may say of its own elements, with all the force that a sheet has. */
const siteStyle = `h1, h2, button, textarea, label { color: rgb(1, 2, 3) !important; font-size: 40px !important; }`;

/** A page of somebody else's site, whose policy allows our script and calls to us, and no inline style. */
test.beforeAll(async () => {
  site = createServer((request, response) => {
    if (request.url === "/site.css")
      return void response.setHeader("content-type", "text/css").end(siteStyle);
    const policy = `default-src 'none'; script-src ${baseUrl()}; connect-src ${baseUrl()}; img-src ${baseUrl()} data:; style-src 'self'`;
    response.writeHead(200, {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
    });
    response.end(
      `<!doctype html><html lang="en"><head><title>Help</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/site.css"></head><body><h1>Help</h1><a href="#x">A link</a>${snippet}</body></html>`,
    );
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  siteUrl = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
});
test.afterAll(() => {
  site?.closeAllConnections();
  site?.close();
});

async function addWidget(page: Page, domain: string) {
  const form = page.getByRole("form", { name: "Add a site" });
  await form.getByLabel("Domain").fill(domain);
  await form.getByRole("button", { name: "Add widget" }).click();
}

test("a maintainer adds a site, and gets its snippet", async ({ page }) => {
  const problems = watchProblems(page);
  await signIn(page, owner);
  await createGuru(page, "Help desk", "help-desk");
  await page.goto(`${address()}/settings`);
  await page.getByLabel("Example question 1").fill("How do I roll back the gateway?");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Guru “Help desk” saved.")).toBeVisible();
  await page.goto(`${address()}/data-sources`);
  await page.getByLabel("Title").fill("Rollback");
  await page.getByLabel("Content").fill("To roll back the gateway, run fleet rollback gateway.");
  await page.getByRole("button", { name: "Add data source" }).click();
  await expect(page.getByRole("row", { name: /Rollback/ })).toContainText("Indexed", { timeout: 20_000 });

  await page.getByRole("navigation", { name: "Guru" }).getByRole("link", { name: "Widgets" }).click();
  await expect(page.getByText("No site has a widget yet")).toBeVisible();
  await addWidget(page, "https://*.com");
  await expect(page.getByText("A star must not stand for the end")).toBeVisible();
  await addWidget(page, siteUrl);
  await expect(page.getByText(`Widget for ${siteUrl} made.`)).toBeVisible();
  await addWidget(page, "https://*.docs.example.com");
  await expect(page.getByText("Widget for https://*.docs.example.com made.")).toBeVisible();
  const item = page.getByRole("list", { name: "Widgets" }).getByRole("listitem").filter({ hasText: siteUrl });
  snippet = await item.locator("code").innerText();
  expect(snippet).toContain(`src="${baseUrl()}/widget.js"`);
  await pictures(page, "widgets");
  expect(problems()).toEqual([]);
});

test("a visitor of the site asks there by keyboard alone, and is nobody in the log", async ({ browser }) => {
  const visitor = await (await browser.newContext()).newPage();
  const problems = watchProblems(visitor);
  await visitor.goto(siteUrl);
  const button = visitor.getByRole("button", { name: "Ask", exact: true }).first();
  await expect(button).toBeVisible();
  await visitor.getByRole("link", { name: "A link" }).focus();
  await visitor.keyboard.press("Tab");
  await expect(button).toBeFocused();
  await visitor.keyboard.press("Enter");
  const panel = visitor.getByRole("dialog", { name: "Help desk" });
  await expect(panel.getByLabel("Your question")).toBeFocused();
  await expect(panel.getByRole("button", { name: "How do I roll back the gateway?" })).toBeVisible();
  await visitor.keyboard.type("roll back the gateway");
  await visitor.keyboard.press("Enter");
  await expect(panel.getByRole("status")).toContainText("run fleet rollback gateway");
  await expect(panel.getByRole("listitem")).toContainText("Rollback");
  await pictures(visitor, "widget-on-a-site", panel);
  await visitor.keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await expect(button).toBeFocused();
  expect(problems()).toEqual([]);

  const page = await (await browser.newContext()).newPage();
  await signIn(page, owner);
  await page.goto(`${address()}/audit-logs`);
  const log = page.getByRole("table", { name: "Audit Logs" });
  await expect(log.getByText("CREATE_WIDGET_ID", { exact: true })).toHaveCount(2);
  const asked = log.getByRole("row", { name: /ASK_GURU/ });
  await expect(asked).toHaveCount(1);
  await expect(asked).toContainText("Anonymous");
});

test("keeps to a shadow root: nothing of it stands in the site's page, and the site's look does not reach it", async ({
  browser,
}) => {
  const visitor = await (await browser.newContext()).newPage();
  await visitor.goto(siteUrl);
  await visitor.getByRole("button", { name: "Ask", exact: true }).first().click();
  await expect(visitor.getByRole("dialog", { name: "Help desk" })).toBeVisible();
  const seen = await visitor.evaluate(() => {
    const host = document.querySelector("[data-guru-widget]");
    const root = host?.shadowRoot;
    const look = (element: Element | null | undefined) => {
      if (!element) return null;
      const { color, fontSize } = getComputedStyle(element);
      return { color, fontSize };
    };
    return {
      hosts: document.querySelectorAll("[data-guru-widget]").length,
      childrenOfHost: host?.childNodes.length,
      inPage: document.querySelectorAll("button, textarea, [role=dialog], style, body *[style]").length,
      inRoot: ["button.open", "[role=dialog]", "textarea"].map((one) => root?.querySelectorAll(one).length),
      globals: Object.keys(window).filter((name) => /guru|widget/i.test(name)),
      heading: look(document.querySelector("h1")),
      title: look(root?.querySelector("h2")),
      field: look(root?.querySelector("textarea")),
    };
  });
  const sites = { color: "rgb(1, 2, 3)", fontSize: "40px" };
  expect(seen).toMatchObject({ hosts: 1, childrenOfHost: 0, inPage: 0, inRoot: [1, 1, 1], globals: [] });
  // The site's own heading has its look: the sheet is there.
  expect(seen.heading).toEqual(sites);
  expect(seen.title).toMatchObject({ fontSize: "16px" });
  expect(seen.field).toMatchObject({ fontSize: "14px" });
  for (const inside of [seen.title, seen.field]) expect(inside?.color).not.toBe(sites.color);
});

test("every part of the panel is reached and used from the keyboard", async ({ browser }) => {
  const visitor = await (await browser.newContext()).newPage();
  await visitor.goto(siteUrl);
  const { keyboard } = visitor;
  const button = visitor.getByRole("button", { name: "Ask", exact: true }).first();
  const panel = visitor.getByRole("dialog", { name: "Help desk" });
  const field = panel.getByLabel("Your question");
  const send = panel.getByRole("button", { name: "Ask", exact: true });
  const example = panel.getByRole("button", { name: "How do I roll back the gateway?" });
  await button.focus();
  await expect(button).toHaveAttribute("aria-expanded", "false");
  await keyboard.press("Space");
  await expect(field).toBeFocused();
  await expect(button).toHaveAttribute("aria-expanded", "true");
  await expect(example).toBeVisible();

  // A line's end is no question's end, and an empty question is none.
  await keyboard.press("Enter");
  await keyboard.type("roll");
  await keyboard.press("Shift+Enter");
  await keyboard.type("back");
  await expect(field).toHaveValue("roll\nback");
  await expect(panel.getByRole("status")).toBeHidden();

  await keyboard.press("Shift+Tab");
  await expect(panel.getByRole("button", { name: "Close" })).toBeFocused();
  await keyboard.press("Enter");
  await expect(panel).toBeHidden();
  await expect(button).toBeFocused();
  await keyboard.press("Enter");
  await expect(field).toBeFocused();
  await expect(field).toHaveValue("roll\nback");
  await keyboard.press("Tab");
  await expect(send).toBeFocused();
  await keyboard.press("Tab");
  await expect(example).toBeFocused();
  await keyboard.press("Enter");
  await expect(field).toHaveValue("How do I roll back the gateway?");
  await expect(field).toBeFocused();
  await expect(panel.getByRole("status")).toContainText("run fleet rollback gateway");
  await expect(panel.getByRole("listitem")).toContainText("Rollback");
  await keyboard.press("Tab");
  await expect(send).toBeFocused();
  // What scrolls is a stop of its own.
  await keyboard.press("Tab");
  await expect(panel.getByRole("status")).toBeFocused();
  await keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await expect(button).toBeFocused();
});

test("the script is one small file, and a body that is too large is refused in words", async ({
  request,
}) => {
  const script = await (await request.get(`${baseUrl()}/widget.js`)).body();
  expect(script.length).toBeGreaterThan(1_000);
  expect(gzipSync(script).length).toBeLessThan(15_000);
  expect(script.toString()).not.toMatch(/\bimport\b|\brequire\(/);

  const widgetId = /data-widget-id="([^"]+)"/.exec(snippet)?.[1] ?? "";
  expect(widgetId).not.toBe("");
  const send = (bytes: number) =>
    request.post(`${baseUrl()}/widget/ask/`, {
      headers: { authorization: widgetId, origin: siteUrl, "content-type": "application/json" },
      data: Buffer.from(JSON.stringify({ question: "x".repeat(bytes) })),
    });
  const large = await send(100_000);
  expect(large.status()).toBe(413);
  expect(large.headers()["access-control-allow-origin"]).toBe(siteUrl);
  expect(await large.json()).toEqual({ msg: expect.stringContaining("1,000 characters at most") });
  const huge = await send(2_000_000);
  expect(huge.status()).toBe(413);
  expect(await huge.json()).toEqual({ msg: expect.stringContaining("Send less at a time.") });
});

test("another site, and the same after the widget was deleted, get no answer and are told so", async ({
  browser,
}) => {
  const visitor = await (await browser.newContext()).newPage();
  // The same server by another name is another origin.
  await visitor.goto(siteUrl.replace("127.0.0.1", "localhost"));
  await visitor.getByRole("button", { name: "Ask", exact: true }).first().click();
  await expect(visitor.getByRole("alert")).toContainText(/could not be fetched|may not ask/);

  const page = await (await browser.newContext()).newPage();
  await signIn(page, owner);
  await page.goto(`${address()}/widgets`);
  await page.getByRole("button", { name: `Delete the widget for ${siteUrl}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete widget" }).click();
  await expect(page.getByText(`Widget for ${siteUrl} deleted.`)).toBeVisible();
  await visitor.goto(siteUrl);
  await visitor.getByRole("button", { name: "Ask", exact: true }).first().click();
  await expect(visitor.getByRole("alert")).toContainText(/could not be fetched|may not ask/);
});

test("the addresses of widgets answer with and without a slash at the end, and never lead elsewhere", async ({
  request,
}) => {
  for (const path of ["/widget/guru", "/widget/guru/"]) {
    const answer = await request.get(baseUrl() + path, {
      headers: { authorization: "x".repeat(43), origin: siteUrl },
      maxRedirects: 0,
    });
    expect([path, answer.status()]).toEqual([path, 401]);
  }
  for (const path of ["/widget/ask", "/widget/ask/"]) {
    const preflight = await request.fetch(baseUrl() + path, {
      method: "OPTIONS",
      headers: { origin: "https://a.docs.example.com", "access-control-request-method": "POST" },
      maxRedirects: 0,
    });
    expect([path, preflight.status()]).toEqual([path, 204]);
    expect(preflight.headers()["access-control-allow-origin"]).toBe("https://a.docs.example.com");
  }
  const script = await request.get(`${baseUrl()}/widget.js`, { maxRedirects: 0 });
  expect(script.status()).toBe(200);
  expect(script.headers()["content-type"]).toContain("javascript");
});
