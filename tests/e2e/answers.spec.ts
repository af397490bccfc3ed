import { expect, type Page, test } from "@playwright/test";
import {
  begin,
  refuses,
  type StandInModel,
  send,
  startStandInModel,
  writes,
} from "../support/stand-in-model";
import { openBrowser, rowsOfLog, signInAt, soleOwner, soleOwnerEnv } from "./support/own-product";
import { pictures } from "./support/pictures";
import { newDataDir, type Product, removeDataDir, startProduct } from "./support/start-product";

test.describe.configure({ mode: "serial" });

const key = "sk-canary-of-the-answers-spec";
let model: StandInModel;
let product: Product;
const dataDir = newDataDir();
const address = () => `${product.url}/gurus/fleet`;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  model = await startStandInModel();
  product = await startProduct({
    dataDir,
    env: { ...soleOwnerEnv, LLM_BASE_URL: model.url, LLM_MODEL: "stand-in", LLM_API_KEY: key },
  });
});
test.afterAll(async () => {
  await product?.stop();
  await model?.close();
  removeDataDir(dataDir);
});

async function ask(page: Page, question: string) {
  await page.goto(address());
  await page.getByLabel("Question").fill(question);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  const answer = page.getByRole("region", { name: "Answer" });
  await expect(answer).toContainText(question);
  return answer;
}

test("an answer is read while it is written, leads to its passages, and gets a vote", async ({ browser }) => {
  const { page, problems } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  await page.goto(`${product.url}/gurus/new`);
  await page.getByLabel("Name", { exact: true }).fill("Fleet");
  await page.getByLabel("Slug").fill("fleet");
  await page.getByRole("button", { name: "Create guru" }).click();
  await expect(page).toHaveURL(/\/gurus\/fleet/);
  await page.goto(`${address()}/data-sources`);
  await page.getByLabel("Title").fill("Rollback");
  await page.getByLabel("Content").fill("To roll back the gateway, run fleet rollback gateway.");
  await page.getByRole("button", { name: "Add data source" }).click();
  await expect(page.getByRole("row", { name: /Rollback/ })).toContainText("Indexed", { timeout: 20_000 });

  let goOn = () => {};
  const waiting = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  model.answers(async (response) => {
    begin(response);
    send(response, "Run fleet ");
    await waiting;
    send(response, "rollback gateway [1]. See [7].");
    send(response, "", "stop");
    response.end("data: [DONE]\n\n");
  });
  const answer = await ask(page, "How do I roll back the gateway?");
  await expect(answer).toContainText("Run fleet");
  await expect(page.getByRole("button", { name: "Stop" })).toBeVisible();
  await expect(answer).not.toContainText("[1].");
  goOn();
  await expect(answer).toContainText("Run fleet rollback gateway [1]. See [7].");
  await expect(page.getByRole("button", { name: "Stop" })).toHaveCount(0);
  await answer.getByRole("link", { name: "Passage 1" }).click();
  await expect(page).toHaveURL(/#passage-1$/);
  await expect(answer.getByRole("link", { name: "Passage 7" })).toHaveCount(0);
  await page.getByRole("button", { name: "It helped" }).click();
  await expect(page.getByText("Thank you, your vote is kept.")).toBeVisible();
  await expect(page.getByRole("button", { name: "It helped" })).toHaveAttribute("aria-pressed", "true");
  await pictures(page, "answer-written");
  const rows = await rowsOfLog(page, product);
  expect(rows.filter((row) => row.includes("ASK_GURU"))).toHaveLength(1);
  expect(rows.filter((row) => row.includes("RATE_ANSWER"))).toHaveLength(1);
  expect(problems()).toEqual([]);
});

test("Stop ends it, keeps what has come, and is recorded", async ({ browser }) => {
  const { page } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  model.answers((response) => {
    begin(response);
    send(response, "Run fleet and ");
  });
  const answer = await ask(page, "How do I stop the gateway?");
  await expect(answer).toContainText("Run fleet and");
  await page.getByRole("button", { name: "Stop" }).click();
  await expect(answer).toContainText("Stopped. The question is kept.");
  await expect(answer).toContainText("Run fleet and");
  await pictures(page, "answer-stopped");
  await model.left();
  await expect
    .poll(async () => (await rowsOfLog(page, product)).filter((row) => row.includes("ASK_GURU")).length)
    .toBe(2);
});

test("trouble is told in words, and what a model writes is text", async ({ browser }) => {
  const { page, problems } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  model.answers(refuses(429, { "retry-after": "30" }));
  const busy = await ask(page, "Is the gateway busy?");
  await expect(busy.getByRole("alert")).toContainText("Ask again in 30 seconds.");
  await expect(busy.getByRole("listitem")).toContainText("fleet rollback gateway");
  await pictures(page, "answer-trouble");
  model.answers(
    writes(
      "<img src=x onerror=alert(1)> [go](javascript:alert(1)) https://evil.example ![p](//evil.example)",
    ),
  );
  const evil = await ask(page, "What does the gateway say?");
  await expect(evil).toContainText("<img src=x onerror=alert(1)> [go](javascript:alert(1))");
  await expect(evil.locator("img")).toHaveCount(0);
  await expect(evil.locator('a[href*="evil"], a[href^="javascript"]')).toHaveCount(0);
  expect(await page.content()).not.toContain(key);
  expect(product.output()).not.toContain(key);
  expect(problems()).toEqual([]);
});

test("without JavaScript the form waits for the whole answer", async ({ browser }) => {
  const { page } = await openBrowser(browser, product, { javaScriptEnabled: false });
  await signInAt(page, product, soleOwner);
  model.answers(writes("Run fleet ", "rollback [1]."));
  const answer = await ask(page, "How do I roll back the gateway without a script?");
  await expect(answer).toContainText("Run fleet rollback [1].");
  model.answers(refuses(500));
  await expect(await ask(page, "And the gateway now?")).toContainText("has a fault of its own");
});
