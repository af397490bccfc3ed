import { type Browser, expect, type Page, test } from "@playwright/test";
import { blobAddress, treeAddress } from "@/components/code/code-address";
import { type CodeShop, startCodeShop } from "./support/code-shop";
import { openBrowser, rowsOfLog, signInAt, soleOwner } from "./support/own-product";
import { pictures } from "./support/pictures";
import type { Product } from "./support/start-product";
import { wordPlace } from "./support/word-place";

let shop: CodeShop;
let product: Product;
let repository: string;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(180_000);
  shop = await startCodeShop(browser);
  ({ product, repository } = shop);
});
test.afterAll(async () => {
  await shop?.stop();
});

const at = (place: Omit<Parameters<typeof blobAddress>[0], "repository">) =>
  product.url + blobAddress({ repository, ...place });

async function opened(browser: Browser) {
  const { page, problems } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  return { page, problems };
}

async function count(page: Page, operation: string): Promise<number> {
  const rows = await rowsOfLog(page, product, `?operation=${operation}`);
  return rows.filter((row) => row.includes(operation)).length;
}

const code = (page: Page) => page.getByRole("group", { name: "Code" });
const popup = (page: Page) => page.getByRole("dialog", { name: /^Symbol / });

/** The pointer on an identifier of a line. */
async function pointAt(page: Page, line: number, name: string): Promise<{ x: number; y: number }> {
  const at = await wordPlace(page, line, name);
  await page.mouse.move(at.x, at.y);
  return at;
}

async function clickOn(page: Page, line: number, name: string): Promise<void> {
  const { x, y } = await pointAt(page, line, name);
  await page.mouse.click(x, y);
}

test("a file is looked at, by pointer: hover, definition, references, each use recorded", async ({
  browser,
}) => {
  const { page, problems } = await opened(browser);
  await page.goto(at({ path: "src/total.ts" }));
  await expect(code(page)).toContainText("export function totalOf");
  await expect(page.getByRole("list", { name: "Outline" })).toContainText("totalOf");
  await pictures(page, "code-viewer");
  await page.getByRole("searchbox", { name: "Filter symbols" }).fill("bask");
  await expect(page.getByRole("list", { name: "Outline" }).getByRole("listitem")).toHaveText([/Basket/]);

  await pointAt(page, 5, "rounded");
  await expect(popup(page)).toContainText("src/item.ts:6");
  await expect(popup(page)).toContainText("export function rounded(value: number): number");
  await expect(popup(page)).not.toContainText("Math.round");
  // A picture may close it.
  await page.screenshot({ path: "test-results/images/code-hover-light.png", animations: "disabled" });
  await page.mouse.move(5, 5);
  await pointAt(page, 5, "rounded");
  await popup(page).getByRole("button", { name: "Find references" }).click();
  const references = page.getByRole("region", { name: "References" });
  await expect(references).toContainText("src/item.ts");
  await expect(references).toContainText(/\d+ results in 3 files/);
  await pictures(page, "code-references");
  await references.press("Escape");
  await expect(references).toBeHidden();

  // One definition: straight to it.
  await clickOn(page, 4, "totalOf");
  await popup(page).getByRole("button", { name: "Go to definition" }).click();
  await expect(page).toHaveURL(/#L4$/);
  await clickOn(page, 4, "Item");
  await popup(page).getByRole("button", { name: "Go to definition" }).click();
  await expect(page).toHaveURL(/src\/item\.ts\?line=1#L1$/);
  await expect(page.locator("#L1")).toHaveClass(/marked/);
  await expect(code(page).locator(".tok-keyword").first()).toBeVisible();

  expect([await count(page, "FILE_READ"), await count(page, "FIND_REFERENCES")]).toEqual([2, 1]);
  expect(await count(page, "GOTO_DEFINITION")).toBe(2);
  expect(problems()).toEqual([]);
});

test("everything by keyboard: tree, identifiers, definitions in a list, panel", async ({ browser }) => {
  const { page, problems } = await opened(browser);
  await page.goto(product.url + treeAddress({ repository }));
  const tree = page.getByRole("tree", { name: "Files" });
  await tree.getByRole("treeitem", { name: "docs" }).focus();
  await page.keyboard.press("End");
  await expect(tree.getByRole("treeitem", { name: "long-line.js" })).toBeFocused();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowDown");
  await expect(tree.getByRole("treeitem", { name: "src" })).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(tree.getByRole("treeitem", { name: "total.ts" })).toBeVisible();
  await page.keyboard.press("t");
  await expect(tree.getByRole("treeitem", { name: "two" })).toBeVisible();
  await tree.getByRole("treeitem", { name: "two" }).focus();
  await page.keyboard.press("ArrowRight");
  await tree.getByRole("treeitem", { name: "b.ts" }).focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/src\/two\/b\.ts$/);

  await code(page).focus();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => page.evaluate(() => String(getSelection()))).toBe("shared");
  await expect(popup(page)).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(popup(page).getByRole("button", { name: "Go to definition" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(code(page)).toBeFocused();
  await page.keyboard.press("F12");
  const definitions = page.getByRole("region", { name: "Definitions" });
  await expect(definitions).toContainText("2 results in 2 files");
  await expect(definitions).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Escape");
  await expect(code(page)).toBeFocused();
  await page.keyboard.press("Shift+F12");
  await expect(page.getByRole("region", { name: "References" })).toContainText("3 results in 2 files");
  expect(problems()).toEqual([]);
});

test("branches, odd names, hidden characters, long lines and large files", async ({ browser }) => {
  const { page, problems } = await opened(browser);
  await page.goto(at({ path: "src/total.ts" }));
  await page.getByRole("button", { name: "Branch: main" }).click();
  await page.getByRole("menuitem", { name: "release/2" }).click();
  await expect(code(page)).toContainText("// Of release 2.");
  await expect(page).toHaveURL(/@release\/2\/-\/blob\/src\/total\.ts$/);
  // A tag is the branch at whose commit it stands, under its own name.
  await page.getByRole("button", { name: "Branch: release/2" }).click();
  await page.getByRole("menuitem", { name: "v2.0 tag" }).click();
  await expect(page).toHaveURL(/@v2\.0\/-\/blob\/src\/total\.ts$/);
  await expect(code(page)).toContainText("// Of release 2.");
  await expect(page.getByRole("button", { name: "Tag: v2.0" })).toBeVisible();

  await page.goto(product.url + treeAddress({ repository, path: "docs/a b/50%#1 @x/-/blob" }));
  await page
    .getByRole("list", { name: "Entries of the folder" })
    .getByRole("link", { name: "naïve.md" })
    .click();
  await expect(code(page)).toContainText("An odd name.");

  await page.goto(at({ path: "hostile.ts" }));
  await expect(code(page)).toContainText("<script>document.title = 1</script>");
  await expect(code(page).getByTitle("Right-to-left override, U+202E")).toBeVisible();
  await page.goto(at({ path: "long-line.js" }));
  await expect(code(page)).toContainText(/more characters are not shown/);
  await page.getByRole("button", { name: "Wrap long lines" }).click();
  await expect(code(page)).toHaveClass(/wrapped/);
  await pictures(page, "code-wrapped");

  // Never more than so many lines, and each of them can be come to.
  await page.goto(at({ path: "large.ts" }));
  await expect(page.locator("[data-line]")).toHaveCount(2_000);
  // An outline says what it leaves out.
  const symbols = page.getByRole("complementary", { name: "Symbols" });
  await expect(symbols.getByRole("listitem")).toHaveCount(500);
  await expect(symbols).toContainText("The first 500 symbols of this file.");
  await page.goto(at({ path: "generated.ts" }));
  await expect(symbols).toContainText("No symbols: they are found in files of up to 512 kB.");
  await page.goto(at({ path: "large.ts" }));
  await page.getByRole("link", { name: "Show more lines after" }).click();
  await expect(page.locator("#L2001")).toHaveClass(/marked/);
  await expect(page.locator("[data-line]")).toHaveCount(2_000);
  await page.goto(at({ path: "large.ts", line: 11_000, lastLine: 11_003 }));
  await expect(page.locator(".marked")).toHaveCount(4);
  await expect(page.locator("#L11000")).toBeInViewport();
  await page
    .locator("#L11005")
    .getByRole("link", { name: "Line 11005" })
    .click({ modifiers: ["Shift"] });
  await expect(page).toHaveURL(/#L11000-L11005$/);
  expect(problems()).toEqual([]);
});

test("a view is one record, and what nobody reads is none", async ({ browser }) => {
  const { page } = await opened(browser);
  const before = await count(page, "FILE_READ");
  const address = at({ path: "README.md" });
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const head = await fetch(address, { method: "HEAD", headers: { cookie } });
  const ahead = await fetch(address, { headers: { cookie, "sec-purpose": "prefetch" } });
  expect([head.status, ahead.status]).toEqual([200, 200]);
  expect(await ahead.text()).not.toContain("A shop.");
  expect(await count(page, "FILE_READ")).toBe(before);

  // Once somebody looks at a page that was fetched ahead, it fetches the file, and that is a view.
  await page.route(
    address,
    (route) => route.continue({ headers: { ...route.request().headers(), purpose: "prefetch" } }),
    { times: 1 },
  );
  await page.goto(address);
  await expect(code(page)).toContainText("A shop.");
  expect(await count(page, "FILE_READ")).toBe(before + 1);

  // From the folder's page by a link within the app, with the tree in view all the while.
  await page.goto(product.url + treeAddress({ repository }));
  await page
    .getByRole("list", { name: "Entries of the folder" })
    .getByRole("link", { name: "README.md" })
    .click();
  await expect(code(page)).toContainText("A shop.");
  await page.locator("#L3").getByRole("link", { name: "Line 3" }).click();
  await expect(page).toHaveURL(/#L3$/);
  await page.getByRole("treeitem", { name: "src" }).click();
  await expect(page.getByRole("treeitem", { name: "item.ts" })).toBeVisible();
  expect(await count(page, "FILE_READ")).toBe(before + 2);
});

test("what is not there and what is another's look alike", async ({ browser }) => {
  const { page: owner } = await opened(browser);
  await owner.goto(`${product.url}/settings/users`);
  const form = owner.getByRole("form", { name: "Create a user" });
  await form.getByLabel("Email", { exact: true }).fill("p.nyqvist@halden.example");
  await form.getByLabel("Full name").fill("Paula Nyqvist");
  await form.getByRole("button", { name: "Create user" }).click();
  const given = await form.getByLabel("Password of p.nyqvist@halden.example").inputValue();

  const { page } = await openBrowser(browser, product);
  await page.goto(`${product.url}/sign-in`);
  await page.getByLabel("Email").fill("p.nyqvist@halden.example");
  await page.getByLabel("Password", { exact: true }).fill(given);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByLabel("Current password").fill(given);
  await page.getByLabel("New password", { exact: true }).fill("nine barges under rain");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page).toHaveURL(/\/gurus/);

  const words: string[] = [];
  for (const [who, address] of [
    [page, at({ path: "README.md" })],
    [page, product.url + treeAddress({ repository })],
    [page, at({ path: "none.md" })],
    [owner, at({ path: "none.md" })],
    [owner, at({ path: "README.md", revision: "none" })],
    [owner, product.url + blobAddress({ repository: "github.com/a/b", path: "README.md" })],
    [owner, product.url + treeAddress({ repository, path: "none" })],
  ] as const) {
    const answer = await who.goto(address);
    expect(answer?.status(), address).toBe(404);
    words.push(await who.getByRole("main").innerText());
    await expect(who.getByRole("link", { name: "Back to code search" })).toBeVisible();
  }
  expect(new Set(words).size).toBe(1);
  const params = new URLSearchParams({ repository, symbol: "rounded", folder: "" });
  for (const route of ["folder", "preview"]) {
    const answer = await page.request.get(`${product.url}/code/${route}?${params}`);
    expect(await answer.text(), route).not.toContain("item.ts");
  }
});
