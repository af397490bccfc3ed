import { expect, type Page, test } from "@playwright/test";
import { axe } from "./support/axe";
import { addRepository, box, results, search, summary } from "./support/code-search-page";
import { type GitSite, startGitSite } from "./support/git-site";
import { openBrowser, rowsOfLog, signInAt, soleOwner, soleOwnerEnv } from "./support/own-product";
import { pictures } from "./support/pictures";
import { type Product, startProduct } from "./support/start-product";
import { wordPlace } from "./support/word-place";

// The first adds the repository in which the others search.
test.describe.configure({ mode: "serial" });

let product: Product;
let site: GitSite;
let second: GitSite;

const lines = (count: number, line: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => line(n)).join("\n");

const files: Record<string, string> = {
  "src/gate.ts": `/** Opens the gate for whoever may pass. */
export function openGate(who: string): boolean {
  const hinge = who.length > 0;
  return hinge;
}
`,
  "src/guard.ts": `import { openGate } from "./gate";

export class Guard {
  letIn(who: string): boolean {
    return openGate(who);
  }
}
`,
  "tools/gate.py": "def open_gate(who):\n    # calls openGate of the service\n    return bool(who)\n",
  "docs/gate.md": "# Gate\n\nCall `openGate` with a name.\n",
  "src/table.ts": `${lines(150, (n) => `export const lantern${n} = ${n};`)}\n`,
};

test.beforeAll(async () => {
  test.setTimeout(180_000);
  site = await startGitSite();
  site.commit(files);
  second = await startGitSite("lamps");
  second.commit({ "lamp.ts": "export const lamp = openGate;\n" });
  product = await startProduct({ env: { ...soleOwnerEnv, GURULOG_ALLOW_PRIVATE_CIDRS: "127.0.0.0/8" } });
});
test.afterAll(async () => {
  await product?.stop();
  site?.close();
  second?.close();
});

const searched = (rows: string[]) => rows.filter((row) => row.includes("CODE_SEARCH"));

/** Clicks on a word of a line of the file that is shown. */
async function clickWord(page: Page, line: number, word: string): Promise<void> {
  const { x, y } = await wordPlace(page, line, word);
  await page.mouse.click(x, y);
}

test("a repository is added, searched, read, its definitions and references found, and each use is in the log", async ({
  browser,
}) => {
  test.setTimeout(180_000);
  const { page, problems } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  await page.getByRole("link", { name: "Code search" }).click();
  await expect(page.getByText("No repository to search yet")).toBeVisible();
  expect((await axe(page)).violations).toEqual([]);

  await page.goto(`${product.url}/gurus/new`);
  await page.getByLabel("Name", { exact: true }).fill("Gateway");
  await page.getByRole("button", { name: "Create guru" }).click();
  await expect(page).toHaveURL(/\/gurus\/gateway/);
  await addRepository(page, { product, guru: "gateway" }, site);
  await pictures(page, "code-search-start");

  // The slash leads to the field; the results stand by repository, with the matches marked.
  await page.keyboard.press("/");
  await expect(box(page)).toBeFocused();
  await search(page, "openGate");
  await expect(summary(page)).toContainText("5 matches in 4 files");
  await expect(results(page).getByRole("link", { name: "src/guard.ts" })).toBeVisible();
  await expect(results(page).locator("mark", { hasText: "openGate" })).toHaveCount(5);
  expect((await axe(page)).violations).toEqual([]);
  await pictures(page, "code-search-results");

  // J goes to the first file, Enter opens it.
  await page.locator("h1").click();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await expect(results(page).getByRole("link", { name: "src/guard.ts" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/browse\/.*\/-\/blob\/src\/guard\.ts/);
  await expect(page.locator("#L5")).toContainText("return openGate(who);");

  // One definition is gone to; references open a panel.
  await clickWord(page, 5, "openGate");
  await page.getByRole("button", { name: "Go to definition" }).click();
  await expect(page).toHaveURL(/blob\/src\/gate\.ts/);
  await expect(page.locator("#L2")).toContainText("openGate");
  await clickWord(page, 2, "openGate");
  await page.getByRole("button", { name: "Find references" }).click();
  const references = page.getByRole("region", { name: "References" });
  await expect(references.getByRole("link")).toHaveCount(3);
  await pictures(page, "code-viewer", page.locator("#L2"));

  // Back to the results without asking again.
  await page.goBack();
  await page.goBack();
  await expect(summary(page)).toContainText("5 matches in 4 files");

  const rows = await rowsOfLog(page, product);
  const operations = rows.map(
    (row) => /CODE_SEARCH|FIND_REFERENCES|GOTO_DEFINITION|FILE_READ/.exec(row)?.[0],
  );
  expect(operations.filter(Boolean)).toEqual([
    "FIND_REFERENCES",
    "FILE_READ",
    "GOTO_DEFINITION",
    "FILE_READ",
    "CODE_SEARCH",
  ]);
  await page.goto(`${product.url}/settings/audit-logs?operation=CODE_SEARCH`);
  await page.getByRole("button", { name: "Details" }).first().click();
  const details = page.getByRole("dialog", { name: "Audit log details" });
  await expect(details).toContainText("openGate");
  await expect(details).toContainText("ui");
  expect(problems()).toEqual([]);
  await page.context().close();
});

test("filters narrow on the server and stand in the address; more is loaded; an address is searched once", async ({
  browser,
}) => {
  const { page, problems } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  const before = searched(await rowsOfLog(page, product)).length;
  await page.goto(`${product.url}/search?query=openGate`);
  await expect(box(page)).toHaveValue("openGate");
  await expect(summary(page)).toContainText("5 matches in 4 files");
  await expect(results(page).locator(".tok-keyword").first()).toBeVisible();
  await page.getByRole("group", { name: "Language" }).getByLabel("TypeScript").check();
  await expect(summary(page)).toContainText("3 matches in 2 files");
  await expect(page).toHaveURL(/query=openGate&lang=TypeScript/);
  await expect(page.getByRole("group", { name: "Language" }).getByLabel("Python")).toBeVisible();
  await page.goBack();
  await expect(summary(page)).toContainText("5 matches in 4 files");
  expect(searched(await rowsOfLog(page, product)).length).toBe(before + 2);

  await page.goto(`${product.url}/search?query=lantern`);
  await expect(summary(page)).toContainText("at least 100 matches");
  await expect(page.getByText("The search stopped at its limit of matches.", { exact: false })).toBeVisible();
  await page.getByRole("button", { name: "Load more" }).click();
  await expect(summary(page)).toContainText("150 matches in 1 file");
  await expect(page).toHaveURL(/matches=500/);
  const more = page.getByRole("button", { name: /^Show .* more matches$/ });
  await more.click();
  await expect(results(page).locator("mark")).toHaveCount(150);
  await page.getByRole("button", { name: "Hide lines of src/table.ts" }).click();
  await expect(results(page).locator("mark")).toHaveCount(0);

  await search(page, "no_such_word_anywhere");
  await expect(page.getByText("Nothing matches")).toBeVisible();
  expect(problems()).toEqual([]);
  await page.context().close();
});

test("an error is told with its place, and completions are taken by keyboard", async ({ browser }) => {
  const { page, problems } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  await page.goto(`${product.url}/search`);
  const before = searched(await rowsOfLog(page, product)).length;
  await page.goto(`${product.url}/search`);
  await search(page, "gate (a");
  await expect(page.getByRole("alert").filter({ hasText: "Position 6:" })).toBeVisible();
  await expect(box(page)).toHaveAttribute("aria-invalid", "true");
  await pictures(page, "code-search-error");
  await search(page, "x[z-a]");
  await expect(page.getByRole("alert").filter({ hasText: "Position" })).toBeVisible();
  expect(searched(await rowsOfLog(page, product)).length).toBe(before);

  await page.goto(`${product.url}/search`);
  await box(page).fill("openGate ");
  await box(page).pressSequentially("lan");
  const list = page.getByRole("listbox", { name: "Completions" });
  await expect(list).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  await expect(box(page)).toHaveValue("openGate lang:");
  await box(page).pressSequentially("pyth");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("option", { selected: true })).toContainText("Python");
  expect((await axe(page)).violations).toEqual([]);
  await page.keyboard.press("Enter");
  await expect(box(page)).toHaveValue(/^openGate lang:Python ?$/);
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
  await expect(summary(page)).toContainText("1 match in 1 file");
  await page.getByRole("button", { name: "Query syntax" }).click();
  await expect(page.getByRole("dialog", { name: "Query syntax" })).toBeVisible();
  expect((await axe(page)).violations).toEqual([]);
  expect(problems()).toEqual([]);
  await page.context().close();
});

test("a form posted before the scripts run is one search whose results stay", async ({ browser }) => {
  const { page } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  const before = searched(await rowsOfLog(page, product)).length;
  const scripts = /\/_next\/static\/.*\.js/;
  await page.route(scripts, (route) => route.abort());
  await page.goto(`${product.url}/search?query=lantern`);
  await box(page).fill("openGate");
  await page.unroute(scripts);
  await page.getByRole("button", { name: "Search", exact: true }).click();
  // The address is the scripts' work: from here on nothing is searched that was not before.
  await expect(page).toHaveURL(/query=openGate$/);
  await expect(summary(page)).toContainText("5 matches in 4 files");
  expect(searched(await rowsOfLog(page, product)).length).toBe(before + 1);
  await page.context().close();
});

test("a page that the browser makes ahead searches once it is shown", async ({ browser }) => {
  const { page, problems } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  const before = searched(await rowsOfLog(page, product)).length;
  await page.addInitScript(() =>
    Object.defineProperty(document, "prerendering", { configurable: true, value: true }),
  );
  await page.goto(`${product.url}/search?query=openGate`);
  await expect(box(page)).toHaveValue("openGate");
  const log = await page.context().newPage();
  expect(searched(await rowsOfLog(log, product)).length).toBe(before);
  await page.evaluate(() => {
    Object.defineProperty(document, "prerendering", { configurable: true, value: false });
    document.dispatchEvent(new Event("prerenderingchange"));
  });
  await expect(summary(page)).toContainText("5 matches in 4 files");
  expect(searched(await rowsOfLog(log, product)).length).toBe(before + 1);
  expect(problems()).toEqual([]);
  await page.context().close();
});

test("without JavaScript the form posts, filters with it, and says what is wrong", async ({ browser }) => {
  const { page } = await openBrowser(browser, product, { javaScriptEnabled: false });
  await signInAt(page, product, soleOwner);
  const before = searched(await rowsOfLog(page, product)).length;
  await page.goto(`${product.url}/search?query=openGate`);
  await expect(box(page)).toHaveValue("openGate");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await expect(summary(page)).toContainText("5 matches in 4 files");
  await page.getByRole("group", { name: "Language" }).getByLabel("TypeScript").check();
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await expect(summary(page)).toContainText("3 matches in 2 files");
  await box(page).fill('"openGate');
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Position 1:" })).toBeVisible();
  await expect(box(page)).toHaveValue('"openGate');
  expect(searched(await rowsOfLog(page, product)).length).toBe(before + 2);
  await page.context().close();
});

test("a repository is chosen among the filters, and completed by keys and by click", async ({ browser }) => {
  test.setTimeout(180_000);
  const { page, problems } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  await addRepository(page, { product, guru: "gateway" }, second);
  await search(page, "openGate");
  await expect(summary(page)).toContainText("6 matches in 5 files");
  const lamps = page.getByRole("group", { name: "Repository" }).getByLabel("team/lamps");
  await lamps.click();
  await expect(summary(page)).toContainText("1 match in 1 file");
  await expect(results(page).getByRole("link", { name: "lamp.ts" })).toBeVisible();
  await expect(page).toHaveURL((url) => url.searchParams.get("repo") === second.name);
  await expect(lamps).toBeChecked();
  await lamps.click();
  await expect(summary(page)).toContainText("6 matches in 5 files");

  for (const [typed, { name }, isByKeys, told] of [
    ["repo:lam", second, true, "1 match in 1 file"],
    ["repo:gatew", site, false, "5 matches in 4 files"],
  ] as const) {
    await box(page).fill("openGate ");
    await box(page).pressSequentially(typed);
    const option = page.getByRole("option");
    await expect(option).toHaveText([new RegExp(name)]);
    if (!isByKeys) await option.click();
    else for (const key of ["ArrowDown", "Enter"]) await page.keyboard.press(key);
    await expect(box(page)).toHaveValue(`openGate repo:^${name.replaceAll(".", "\\.")}$ `);
    await expect(box(page)).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(summary(page)).toContainText(told);
  }
  expect(problems()).toEqual([]);
  await page.context().close();
});
