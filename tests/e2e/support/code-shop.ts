import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Browser, expect } from "@playwright/test";
import { treeAddress } from "@/components/code/code-address";
import { answerByGit } from "../../support/git-backend";
import { openBrowser, signInAt, soleOwner, soleOwnerEnv } from "./own-product";
import { type Product, startProduct } from "./start-product";

const total = `import { type Item, rounded } from "./item";

/** What a basket costs. */
export function totalOf(items: Item[]): number {
  return rounded(items.reduce((sum, item) => sum + item.price, 0));
}

export class Basket {
  items: Item[] = [];
  add(item: Item): void {
    this.items.push(item);
  }
}
`;
const item = `export interface Item {
  name: string;
  price: number;
}

export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
`;
const files: Record<string, string> = {
  "README.md": "# Shop\n\nA shop.\n",
  "src/total.ts": total,
  "src/item.ts": item,
  "src/other/twice.ts":
    "export function rounded(n: number) {\n  return n;\n}\nexport const price = rounded(1);\n",
  "src/two/a.ts": "export function shared() {}\n",
  "src/two/b.ts": "export function shared() {}\nshared();\n",
  "docs/a b/50%#1 @x/-/blob/naïve.md": "An odd name.\n",
  "hostile.ts":
    'const shown = "<script>document.title = 1</script>";\nconst access = "\u202euser"; // \u2066\n',
  "long-line.js": `const data = "${"x".repeat(5_000)}";\n`,
  "generated.ts": `export const made = 1;\n${`// ${"x".repeat(997)}\n`.repeat(600)}`,
  "large.ts": Array.from({ length: 12_000 }, (_, n) => `export const value${n + 1} = ${n + 1};`).join("\n"),
};

function makeRepository(folder: string): void {
  const git = (...args: string[]) => execFileSync("git", ["-C", folder, ...args], { stdio: "ignore" });
  const commit = (message: string) => {
    git("add", "--all");
    git(
      "-c",
      "user.name=A",
      "-c",
      "user.email=a@halden.example",
      "commit",
      "--quiet",
      `--message=${message}`,
    );
  };
  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  };
  git("init", "--quiet", "--initial-branch=main");
  for (const [name, text] of Object.entries(files)) write(name, text);
  commit("one");
  git("checkout", "--quiet", "-b", "release/2");
  write("src/total.ts", `// Of release 2.\n${total}`);
  commit("two");
  git("tag", "v2.0");
  git("checkout", "--quiet", "main");
}

/** A product with one searched repository of two branches, which a host of its own serves. */
export interface CodeShop {
  product: Product;
  /** Its name in the viewer's addresses. */
  repository: string;
  stop: () => Promise<void>;
}

export async function startCodeShop(browser: Browser): Promise<CodeShop> {
  const folder = mkdtempSync(path.join(tmpdir(), "gurulog-repository-"));
  makeRepository(folder);
  const host = createServer((req, res) => {
    const [, inRepository] = /^\/team\/shop(?:\.git)?(\/[^?]*)/.exec(req.url ?? "") ?? [];
    if (inRepository) answerByGit(req, res, { root: path.join(folder, ".git"), path: inRepository });
    else res.writeHead(404).end();
  });
  await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  const repository = `${new URL(origin).host}/team/shop`;
  const product = await startProduct({
    env: { ...soleOwnerEnv, GURULOG_ALLOW_PRIVATE_CIDRS: "127.0.0.0/8" },
  });
  const stop = async () => {
    await product.stop();
    host.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await addRepository(browser, product, origin, repository);
  } catch (error) {
    await stop();
    throw error;
  }
  return { product, repository, stop };
}

async function addRepository(
  browser: Browser,
  product: Product,
  origin: string,
  repository: string,
): Promise<void> {
  const { page } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  await page.goto(`${product.url}/gurus/new`);
  await page.getByLabel("Name", { exact: true }).fill("Shop");
  await page.getByRole("button", { name: "Create guru" }).click();
  await expect(page).toHaveURL(/\/gurus\/shop($|[/?])/);
  await page.goto(`${product.url}/gurus/shop/data-sources`);
  const form = page.getByRole("form", { name: "Add a git repository" });
  await form.getByLabel("Repository", { exact: true }).fill(`${origin}/team/shop`);
  await form.getByLabel("Branches").fill("main\nrelease/2");
  await form.getByRole("button", { name: "Add repository" }).click();
  await expect(page.getByRole("row", { name: /team\/shop/ })).toContainText("Indexed", { timeout: 60_000 });
  // Its code is written down by a job of its own.
  await expect(async () => {
    await page.goto(product.url + treeAddress({ repository }));
    await expect(page.getByRole("tree", { name: "Files" })).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 60_000 });
  await page.context().close();
}
