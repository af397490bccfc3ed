import { type Browser, expect, type Page, test } from "@playwright/test";
import { blobAddress } from "@/components/code/code-address";
import { TIME_ZONE_COOKIE } from "@/components/ui/cookie-names";
import { axe } from "./support/axe";
import { addRepository, box, results, search, summary } from "./support/code-search-page";
import { type GitSite, startGitSite } from "./support/git-site";
import { isHydrated, openWithoutScripts } from "./support/held-scripts";
import { keyHolder } from "./support/key-holder";
import { loseNextAnswer } from "./support/lost-answer";
import { openBrowser, rowsOfLog, signInAt, soleOwner, soleOwnerEnv } from "./support/own-product";
import { pictures } from "./support/pictures";
import { type Product, startProduct } from "./support/start-product";
import { wordPlace } from "./support/word-place";

const everywhere = "3 matches in 3 files";
let product: Product;
let gateway: GitSite;
let lamps: GitSite;
test.beforeAll(async ({ browser }) => {
  test.setTimeout(180_000);
  gateway = await startGitSite();
  gateway.commit({
    "src/gate.ts": "export function openGate(who: string) {\n  return who.length > 0;\n}\n",
    "src/guard.ts": 'import { wick } from "lamps";\n\nopenGate("a");\nwick();\n',
  });
  lamps = await startGitSite("lamps");
  lamps.commit({ "lamp.ts": "export function wick() {}\nexport const lamp = openGate;\n" });
  product = await startProduct({ env: { ...soleOwnerEnv, GURULOG_ALLOW_PRIVATE_CIDRS: "127.0.0.0/8" } });
  const { page } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  await page.goto(`${product.url}/gurus/new`);
  await page.getByLabel("Name", { exact: true }).fill("Gateway");
  await page.getByRole("button", { name: "Create guru" }).click();
  await expect(page).toHaveURL(/\/gurus\/gateway/);
  for (const site of [gateway, lamps]) await addRepository(page, { product, guru: "gateway" }, site);
  // The first search waits for its process to start, and has a deadline all the same.
  await expect(async () => {
    await page.goto(`${product.url}/search`);
    await search(page, "openGate");
    await expect(summary(page)).toContainText(everywhere, { timeout: 5_000 });
  }).toPass({ timeout: 30_000 });
  await page.context().close();
});
test.afterAll(async () => {
  await product?.stop();
  for (const site of [gateway, lamps]) site?.close();
});

/** A browser with a second tab for the log: what is looked at stays as it is. */
async function opened(browser: Browser) {
  const { page, problems } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  const log = await page.context().newPage();
  const count = async (operation: string) =>
    (await rowsOfLog(log, product, `?operation=${operation}`)).filter((row) => row.includes(operation))
      .length;
  return { page, problems, count, searches: () => count("CODE_SEARCH") };
}

const found = (page: Page, text: string) => expect(summary(page)).toContainText(text);

test("a search is one record: loaded anew, back to it and forward, by a browser that forgot what it found", async ({
  browser,
}) => {
  const { page, problems, searches } = await opened(browser);
  const before = await searches();
  await page.goto(`${product.url}/search`);
  await search(page, "openGate");
  await found(page, everywhere);
  await page.reload();
  await found(page, everywhere);
  await results(page).getByRole("link", { name: "src/guard.ts" }).click();
  await expect(page.locator("#L3")).toContainText("openGate");
  await page.reload();
  await page.goBack();
  await found(page, everywhere);
  await page.goForward();
  await expect(page.locator("#L3")).toContainText("openGate");
  await page.goBack();
  await found(page, everywhere);
  expect(await searches()).toBe(before + 1);

  await search(page, "wick");
  await found(page, "3 matches in 2 files");
  expect(await searches()).toBe(before + 2);
  await page.goBack();
  await found(page, everywhere);
  await page.reload();
  await found(page, everywhere);
  await page.goForward();
  await found(page, "3 matches in 2 files");
  expect(await searches()).toBe(before + 2);

  // What is asked anew is another, though it is the same query.
  await box(page).press("Enter");
  await expect.poll(searches).toBe(before + 3);
  await page.getByRole("group", { name: "Repository" }).getByLabel("team/lamps").check();
  await found(page, "1 match in 1 file");
  await page.reload();
  await found(page, "1 match in 1 file");
  await page.goBack();
  await found(page, "3 matches in 2 files");
  expect(await searches()).toBe(before + 4);
  expect(problems()).toEqual([]);
  await page.context().close();
});

test("a query that was typed before the page's scripts ran is searched", async ({ browser }) => {
  const { page, problems, searches } = await opened(browser);
  const before = await searches();
  const release = await openWithoutScripts(page, `${product.url}/search`);
  await box(page).fill("openGate");
  release();
  await expect.poll(() => isHydrated(page)).toBe(true);
  await expect(box(page)).toHaveValue("openGate");
  await box(page).press("Enter");
  await found(page, everywhere);
  expect(await searches()).toBe(before + 1);
  expect(problems()).toEqual([]);
  await page.context().close();
});

test("an address that somebody was given is searched once in each browser", async ({ browser }) => {
  const { page, problems, searches } = await opened(browser);
  const before = await searches();
  // A browser that is new here learns its time zone, and the page is made anew for it.
  await page.context().clearCookies({ name: TIME_ZONE_COOKIE });
  await page.goto(`${product.url}/search?lang=TypeScript&query=openGate`);
  await found(page, everywhere);
  await page.reload();
  await found(page, everywhere);
  expect(await searches()).toBe(before + 1);
  await page.goto("about:blank");
  await page.goBack();
  await found(page, everywhere);
  expect(await searches()).toBe(before + 1);

  const other = await opened(browser);
  await other.page.goto(`${product.url}/search?lang=TypeScript&query=openGate`);
  await found(other.page, everywhere);
  expect(await searches()).toBe(before + 2);
  expect(problems()).toEqual([]);
  for (const each of [page, other.page]) await each.context().close();
});

test("a search whose answer was lost is asked for again as the same one", async ({ browser }) => {
  const { page, searches } = await opened(browser);
  await page.goto(`${product.url}/search`);
  const before = await searches();
  await loseNextAnswer(page);
  await search(page, "openGate");
  await expect(page.getByRole("alert").filter({ hasText: "The server did not answer" })).toBeVisible();
  expect(await searches()).toBe(before + 1);
  await page.getByRole("button", { name: "Try again" }).click();
  await found(page, everywhere);
  await page.reload();
  await found(page, everywhere);
  expect(await searches()).toBe(before + 1);
  await page.context().close();
});

test("references whose answer was lost are asked for again as the same", async ({ browser }) => {
  const { page, count } = await opened(browser);
  const before = await count("FIND_REFERENCES");
  await page.goto(product.url + blobAddress({ repository: gateway.name, path: "src/guard.ts" }));
  await loseNextAnswer(page);
  const { x, y } = await wordPlace(page, 3, "openGate");
  await page.mouse.click(x, y);
  await page.getByRole("button", { name: "Find references" }).click();
  const references = page.getByRole("region", { name: "References" });
  await expect(references).toContainText("The server did not answer");
  expect(await count("FIND_REFERENCES")).toBe(before + 1);
  await references.getByRole("button", { name: "Try again" }).click();
  await expect(references).toContainText("2 results in 2 files");
  await expect(references).toBeFocused();
  expect(await count("FIND_REFERENCES")).toBe(before + 1);
  await page.context().close();
});

test("a form posted before the scripts run, and loaded anew with them, is one search", async ({
  browser,
}) => {
  const { page, searches } = await opened(browser);
  const before = await searches();
  const scripts = /\/_next\/static\/.*\.js/;
  await page.route(scripts, (route) => route.abort());
  await page.goto(`${product.url}/search`);
  await box(page).fill("openGate");
  await page.unroute(scripts);
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await expect(page).toHaveURL(/query=openGate$/);
  await found(page, everywhere);
  await page.reload();
  await found(page, everywhere);
  expect(await searches()).toBe(before + 1);
  await page.context().close();
});

test("a double click is one search, and a key that is held one act", async ({ browser }) => {
  const { page, problems, searches, count } = await opened(browser);
  const hold = keyHolder(page);
  await page.goto(`${product.url}/search`);
  const before = await searches();
  await box(page).fill("wick");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await found(page, "3 matches in 2 files");
  await page.mouse.down({ clickCount: 2 });
  await page.mouse.up({ clickCount: 2 });
  expect(await searches()).toBe(before + 1);
  await box(page).fill("openGate");
  await page.keyboard.press("Escape");
  await hold("Enter");
  await found(page, everywhere);
  expect(await searches()).toBe(before + 2);

  const uses = async () => [await count("GOTO_DEFINITION"), await count("FIND_REFERENCES")];
  const [definitions = 0, references = 0] = await uses();
  await page.goto(product.url + blobAddress({ repository: gateway.name, path: "src/gate.ts" }));
  const code = page.getByRole("group", { name: "Code" });
  await code.focus();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => page.evaluate(() => String(getSelection()))).toBe("openGate");
  // It is defined here, so that the code keeps the focus and gets what is held.
  await hold("F12");
  await expect(page).toHaveURL(/#L1$/);
  await expect(code).toBeFocused();
  expect(await uses()).toEqual([definitions + 1, references]);
  await page.keyboard.down("Shift");
  await hold("F12");
  await page.keyboard.up("Shift");
  await expect(page.getByRole("region", { name: "References" })).toContainText("2 results in 2 files");
  expect(await uses()).toEqual([definitions + 1, references + 1]);
  await page.keyboard.press("Escape");
  await expect(code).toBeFocused();
  await hold("Enter");
  await expect(page.getByRole("button", { name: "Go to definition" })).toBeFocused();
  expect(await uses()).toEqual([definitions + 1, references + 1]);
  expect(problems()).toEqual([]);
  await page.context().close();
});

test("references and definitions are of this repository, and of all when one asks for that", async ({
  browser,
}) => {
  const { page, problems, count } = await opened(browser);
  const before = [await count("FIND_REFERENCES"), await count("GOTO_DEFINITION")];
  const uses = async () => [await count("FIND_REFERENCES"), await count("GOTO_DEFINITION")];
  const of = (references: number, definitions: number) => [
    (before[0] ?? 0) + references,
    (before[1] ?? 0) + definitions,
  ];
  const guard = product.url + blobAddress({ repository: gateway.name, path: "src/guard.ts" });
  await page.goto(guard);
  const click = async (line: number, word: string, act: string) => {
    const { x, y } = await wordPlace(page, line, word);
    await page.mouse.click(x, y);
    await page.getByRole("button", { name: act }).click();
  };
  const widen = page.getByRole("button", { name: "Search all repositories" });

  await click(3, "openGate", "Find references");
  const references = page.getByRole("region", { name: "References" });
  await expect(references).toContainText("2 results in 2 files");
  await expect(references).toContainText("In this repository.");
  expect((await axe(page)).violations).toEqual([]);
  await pictures(page, "code-references-here");
  await widen.click();
  await expect(references).toContainText("3 results in 3 files");
  await expect(references).toBeFocused();
  await expect(references).toContainText(`${lamps.name}: lamp.ts`);
  await expect(widen).toBeHidden();
  expect((await axe(page)).violations).toEqual([]);
  await pictures(page, "code-references-everywhere");
  expect(await uses()).toEqual(of(2, 0));

  // A result leads into its repository, and the panel goes along.
  await references.getByRole("link", { name: "openGate" }).filter({ hasText: "lamp" }).click();
  await expect(page).toHaveURL(
    (url) => url.pathname === blobAddress({ repository: lamps.name, path: "lamp.ts" }),
  );
  await expect(page.locator("#L2")).toContainText("export const lamp = openGate;");
  await expect(references).toContainText("3 results in 3 files");
  await references.getByRole("link").filter({ hasText: 'openGate("a")' }).click();
  await expect(page).toHaveURL(/src\/guard\.ts/);
  expect(await uses()).toEqual(of(2, 0));

  await page.goto(guard);
  await click(4, "wick", "Go to definition");
  const definitions = page.getByRole("region", { name: "Definitions" });
  await expect(definitions).toContainText("Nothing in this repository defines it");
  await widen.focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(
    (url) => url.pathname === blobAddress({ repository: lamps.name, path: "lamp.ts" }),
  );
  await expect(page.locator("#L1")).toHaveClass(/marked/);
  expect(await uses()).toEqual(of(2, 2));
  expect(problems()).toEqual([]);
  await page.context().close();
});
