import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { answerByGit } from "../support/git-backend";
import { openBrowser, rowsOfLog, signInAt, soleOwner, soleOwnerEnv } from "./support/own-product";
import { pictures } from "./support/pictures";
import { type Product, startProduct } from "./support/start-product";

let product: Product;
let site: Server;
let origin: string;
const repository = mkdtempSync(path.join(tmpdir(), "gurulog-repository-"));

const pages: Record<string, string> = {
  "/": `<main><h1>Handbook</h1><p>Start here, and read on at <a href="/rollback">rolling back</a>.</p></main>`,
  "/rollback": `<main><h1>Rolling back</h1><p>The gateway is rolled back with one command of the deploy tool.</p>
    <a href="/gone">an old page</a></main>`,
};

/** A repository of one commit, which the site serves at `/team/runbooks`. */
function makeRepository(): void {
  const git = (...args: string[]) => execFileSync("git", ["-C", repository, ...args], { stdio: "ignore" });
  git("init", "--quiet", "--initial-branch=main");
  writeFileSync(
    path.join(repository, "drain.md"),
    "# Drain\n\nDrain the queue with the purple lever first.\n",
  );
  writeFileSync(path.join(repository, "lever.ts"), "export const lever = 'purple';\n");
  git("add", "--all");
  git("-c", "user.name=A", "-c", "user.email=a@halden.example", "commit", "--quiet", "--message=one");
}

test.beforeAll(async () => {
  makeRepository();
  site = createServer((req, res) => {
    const [, inRepository] = /^\/team\/runbooks(?:\.git)?(\/[^?]*)/.exec(req.url ?? "") ?? [];
    if (inRepository) {
      answerByGit(req, res, { root: path.join(repository, ".git"), path: inRepository });
      return;
    }
    const body = pages[req.url ?? ""];
    res.setHeader("content-type", "text/html");
    if (body === undefined) res.statusCode = 404;
    res.end(body === undefined ? "" : `<!doctype html><html><body>${body}</body></html>`);
  });
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  product = await startProduct({ env: { ...soleOwnerEnv, GURULOG_ALLOW_PRIVATE_CIDRS: "127.0.0.0/8" } });
});
test.afterAll(async () => {
  await product?.stop();
  site?.close();
  rmSync(repository, { recursive: true, force: true });
});

/** @returns the address of its data sources */
async function newGuru(page: Page, name: string): Promise<string> {
  await page.goto(`${product.url}/gurus/new`);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Create guru" }).click();
  const address = `${product.url}/gurus/${name.toLowerCase()}`;
  await expect(page).toHaveURL(new RegExp(`${address}($|[/?])`));
  return `${address}/data-sources`;
}

/** Nothing of the table is cut off on a phone, so that each reason can be read. */
async function expectTableFits(page: Page): Promise<void> {
  const size = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  const beyond = await page
    .locator("div:has(> table)")
    .evaluateAll((all) => all.map((one) => one.scrollWidth - one.clientWidth));
  expect(beyond.length).toBeGreaterThan(0);
  expect(Math.max(...beyond)).toBeLessThanOrEqual(0);
  if (size) await page.setViewportSize(size);
}

test("pages of a site are looked for, chosen, read and asked; what cannot be read says why", async ({
  browser,
}) => {
  const { page, problems } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  const sources = await newGuru(page, "Handbook");

  // A search, watched to its end, and all that it found added.
  await page.goto(sources);
  await page.getByLabel("First page or sitemap").fill(`${origin}/`);
  await page.getByRole("button", { name: "Find pages" }).click();
  await expect(page).toHaveURL(/\/searches\//);
  await expect(page.getByText("2 found of at most 200")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText("Done", { exact: true })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("row", { name: /gone/ })).toContainText("nothing at this address");
  await expect(page.getByText("2 chosen")).toBeVisible();
  await pictures(page, "search-of-site");
  await expectTableFits(page);
  await page.getByRole("button", { name: "Add chosen pages" }).click();
  await expect(page.getByText("2 pages added")).toBeVisible();
  await expect(page.getByText("0 chosen")).toBeVisible();

  // By address: one exists, one is closed although the form takes it, one is none.
  await page.goto(sources);
  await page
    .getByLabel("Addresses")
    .fill(`${origin}/rollback#when\nhttp://169.254.169.254/latest/meta-data\nfile:///etc/passwd`);
  await page.getByRole("button", { name: "Add pages" }).click();
  await expect(page.getByText(/One page added and being indexed\. Not added:/)).toBeVisible();
  await expect(page.getByRole("row", { name: /169\.254/ })).toContainText("private, local or reserved", {
    timeout: 30_000,
  });
  await expect(page.getByRole("row", { name: /Rolling back/ })).toContainText("Indexed", { timeout: 30_000 });

  // A repository that is none is said to be none; what git would understand otherwise is refused beside its field.
  await page.getByLabel("Repository", { exact: true }).fill("ext::sh");
  await page.getByRole("button", { name: "Add repository" }).click();
  const repositories = page.getByRole("form", { name: "Add a git repository" });
  await expect(repositories).toContainText("Only addresses that begin with https://");
  await page.getByLabel("Repository", { exact: true }).fill(`${origin}/team/handbook`);
  await page.getByRole("button", { name: "Add repository" }).click();
  await expect(page.getByRole("row", { name: /team\/handbook/ })).toContainText(
    "no repository at this address",
    {
      timeout: 30_000,
    },
  );

  await page.getByLabel("Repository", { exact: true }).fill(`${origin}/team/runbooks`);
  await page.getByRole("button", { name: "Add repository" }).click();
  const runbooks = page.getByRole("row", { name: /team\/runbooks/ });
  await expect(runbooks).toContainText("Indexed", { timeout: 30_000 });
  await expect(runbooks).toContainText("2 passages");
  await pictures(page, "web-source-forms", page.getByRole("form", { name: "Add a git repository" }));
  await page.goto(sources);
  await pictures(page, "web-sources");
  await expectTableFits(page);
  await runbooks.getByRole("link", { name: /team\/runbooks/ }).click();
  await expect(page.getByRole("list", { name: "Passages" })).toContainText("lever.ts:1");
  await pictures(page, "repository-passages");
  // Other settings have it read anew.
  await page.getByText("Settings of this repository", { exact: true }).click();
  await page.getByLabel("Not these files").fill("lever.ts");
  await page.getByRole("button", { name: "Save and read anew" }).click();
  await expect(page.getByText(/Settings saved/)).toBeVisible();
  await expect(page.getByRole("list", { name: "Passages" })).not.toContainText("lever.ts:1", {
    timeout: 30_000,
  });

  await page.goto(`${product.url}/gurus/handbook`);
  await page.getByLabel("Question").fill("How is the gateway rolled back?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByRole("region", { name: "Answer" })).toContainText("one command of the deploy tool");
  await page.getByLabel("Question").fill("Which lever drains the queue?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByRole("region", { name: "Answer" })).toContainText("purple lever first");

  const rows = await rowsOfLog(page, product, "?guru=handbook");
  const of = (operation: string) => rows.filter((row) => row.includes(operation)).length;
  expect([of("ADD_DATASOURCE"), of("INDEX_DATASOURCE_FAILED")]).toEqual([6, 2]);
  expect(problems()).toEqual([]);
});

test("a search is stopped by whoever watches it", async ({ browser }) => {
  const endless = createServer((req, res) => {
    const n = Number(req.url?.slice(1)) || 0;
    res.setHeader("content-type", "text/html").end(`<title>Page ${n}</title><a href="/${n + 1}">on</a>`);
  });
  await new Promise<void>((resolve) => endless.listen(0, "127.0.0.1", resolve));
  const { page } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  await page.goto(await newGuru(page, "Endless"));
  await page
    .getByLabel("First page or sitemap")
    .fill(`http://127.0.0.1:${(endless.address() as AddressInfo).port}/1`);
  await page.getByLabel("Pages to find at most").fill("2000");
  await page.getByRole("button", { name: "Find pages" }).click();
  await expect(page.getByRole("row", { name: /Page 2 Page 2 http/ })).toBeVisible({ timeout: 30_000 });
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByText("Stopped", { exact: true })).toBeVisible({ timeout: 30_000 });
  endless.close();
});
