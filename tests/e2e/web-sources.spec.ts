import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@playwright/test";
import { openBrowser, rowsOfLog, signInAt, soleOwner, soleOwnerEnv } from "./support/own-product";
import { type Product, startProduct } from "./support/start-product";

let product: Product;
let site: Server;
let origin: string;

const pages: Record<string, string> = {
  "/": `<main><h1>Handbook</h1><p>Start here, and read on at <a href="/rollback">rolling back</a>.</p></main>`,
  "/rollback": `<main><h1>Rolling back</h1><p>The gateway is rolled back with one command of the deploy tool.</p>
    <a href="/gone">an old page</a></main>`,
};

test.beforeAll(async () => {
  site = createServer((req, res) => {
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
});

test("pages of a site are looked for, chosen, read and asked; what cannot be read says why", async ({
  browser,
}) => {
  const { page, problems } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  await page.goto(`${product.url}/gurus/new`);
  await page.getByLabel("Name", { exact: true }).fill("Handbook");
  await page.getByRole("button", { name: "Create guru" }).click();
  await expect(page).toHaveURL(/\/gurus\/handbook/);
  const sources = `${product.url}/gurus/handbook/data-sources`;

  // A search, watched to its end, and all that it found added.
  await page.goto(sources);
  await page.getByLabel("First page or sitemap").fill(`${origin}/`);
  await page.getByRole("button", { name: "Find pages" }).click();
  await expect(page).toHaveURL(/\/searches\//);
  await expect(page.getByText("2 found of at most 200")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText("Done", { exact: true })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("row", { name: /gone/ })).toContainText("nothing at this address");
  await expect(page.getByText("2 chosen")).toBeVisible();
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
  await expect(page.getByText("Only addresses that begin with https://")).toBeVisible();
  await page.getByLabel("Repository", { exact: true }).fill(`${origin}/team/handbook`);
  await page.getByRole("button", { name: "Add repository" }).click();
  await expect(page.getByRole("row", { name: /team\/handbook/ })).toContainText(
    "no repository at this address",
    {
      timeout: 30_000,
    },
  );

  await page.goto(`${product.url}/gurus/handbook`);
  await page.getByLabel("Question").fill("How is the gateway rolled back?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByRole("region", { name: "Answer" })).toContainText("one command of the deploy tool");

  const rows = await rowsOfLog(page, product, "?guru=handbook");
  const of = (operation: string) => rows.filter((row) => row.includes(operation)).length;
  expect([of("ADD_DATASOURCE"), of("INDEX_DATASOURCE_FAILED")]).toEqual([4, 2]);
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
  await page.goto(`${product.url}/gurus/handbook/data-sources`);
  await page
    .getByLabel("First page or sitemap")
    .fill(`http://127.0.0.1:${(endless.address() as AddressInfo).port}/1`);
  await page.getByLabel("Pages to find at most").fill("2000");
  await page.getByRole("button", { name: "Find pages" }).click();
  await expect(page.getByRole("row", { name: /Page 2/ })).toBeVisible({ timeout: 30_000 });
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByText("Stopped", { exact: true })).toBeVisible({ timeout: 30_000 });
  endless.close();
});
