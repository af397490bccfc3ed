import { readFileSync } from "node:fs";
import http from "node:http";
import { expect, type Page, test } from "@playwright/test";
import type postgres from "postgres";
import { connectAdmin } from "./support/roles-database";
import { newDataDir, type Product, removeDataDir, startProduct } from "./support/start-product";

const owner = { email: "i.berg@halden.example", password: "correct horse battery staple" };
const rows = 200_000;
let product: Product;
let admin: postgres.Sql;
let dataDir: string;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  dataDir = newDataDir();
  product = await startProduct({
    dataDir,
    env: { GURULOG_OWNER_EMAIL: owner.email, GURULOG_OWNER_PASSWORD: owner.password },
  });
  admin = connectAdmin(dataDir);
  await admin`
    insert into audit_event (org_id, action, operation, action_type, model, outcome, actor_type, actor_id, target_type,
      target_id, target_label, details, version)
    select 1, 'datasource.indexed', 'INDEX_DATASOURCE', 'updated', 'DataSource', 'success', 'system', 'system', 'datasource',
      n::text, 'TEXT - page ' || n, jsonb_build_object('passages', n, 'note', repeat('x', 300)), '0.1.0'
    from generate_series(1, ${rows}::int) n`;
});

test.afterAll(async () => {
  await admin.end();
  await product.stop();
  removeDataDir(dataDir);
});

async function signIn(page: Page): Promise<void> {
  await page.goto(`${product.url}/sign-in`);
  await page.getByLabel("Email").fill(owner.email);
  await page.getByLabel("Password", { exact: true }).fill(owner.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/gurus/);
}

const copies = async () => {
  const [row] =
    await admin`select count(*)::int as n from pg_stat_activity where query ilike 'copy %' and state = 'active'`;
  return row?.n as number;
};

const memoryMiB = () =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${product.pid}/status`, "utf8"))?.[1]) / 1024;

async function ownersKey(page: Page): Promise<string> {
  await page.goto(`${product.url}/settings/api-keys`);
  await page.getByLabel("Name", { exact: true }).fill(`key-${Date.now()}`);
  await page.getByRole("button", { name: "Create API key" }).click();
  return page.getByLabel("API key", { exact: true }).inputValue();
}

test("the whole log comes over HTTP in bounded memory, and a reader who leaves leaves nothing behind", async ({
  page,
}) => {
  await signIn(page);
  const headers = { "X-Org-Domain": "~", "X-Sourcebot-Api-Key": await ownersKey(page) };
  const before = memoryMiB();
  const whole = await fetch(`${product.url}/api/ee/audit`, { headers });
  let peak = before;
  let bytes = 0;
  for await (const chunk of whole.body ?? []) {
    bytes += chunk.length;
    peak = Math.max(peak, memoryMiB());
  }
  expect(bytes).toBeGreaterThan(rows * 200);
  expect(peak - before).toBeLessThan(256);

  const leaving = new AbortController();
  const cut = await fetch(`${product.url}/api/ee/audit`, { headers, signal: leaving.signal });
  await cut.body?.getReader().read();
  leaving.abort();
  await expect.poll(copies, { timeout: 15_000 }).toBe(0);
  expect((await fetch(`${product.url}/api/health`)).status).toBe(200);
});

/** What a client gets that reads to the end, however that comes. `onFirst` runs with the first bytes. */
function readRaw(
  path: string,
  headers: Record<string, string>,
  onFirst: (pause: (isPaused: boolean) => void) => void,
): Promise<{ status: number; text: string; whole: boolean }> {
  return new Promise((resolve, reject) => {
    const asked = http.get(`${product.url}${path}`, { headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.once("data", () => onFirst((isPaused) => (isPaused ? answer.pause() : answer.resume())));
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("error", () => undefined);
      answer.on("close", () =>
        resolve({
          status: answer.statusCode ?? 0,
          text: Buffer.concat(parts).toString("utf8"),
          whole: answer.complete,
        }),
      );
    });
    asked.on("error", reject);
  });
}

test("a whole-log answer whose query ends midway is cut on the wire, never a shorter valid array", async ({
  page,
}) => {
  await signIn(page);
  const headers = { "X-Org-Domain": "~", "X-Sourcebot-Api-Key": await ownersKey(page) };
  for (const [query, accept] of [
    ["", "application/json"],
    ["?view=full", "application/json"],
    ["", "application/x-ndjson"],
  ] as const) {
    const which = `${query} ${accept}`;
    let ended = 0;
    const cut = await readRaw(`/api/ee/audit${query}`, { ...headers, accept }, (pause) => {
      pause(true);
      void admin`
          select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'gurulog export' and state = 'active' and query ilike 'copy %'`.then(
        (found) => {
          ended = found.length;
          pause(false);
        },
      );
    });
    expect([which, cut.status, ended]).toEqual([which, 200, 1]);
    // The chunked answer has no last chunk: curl says "transfer closed", fetch throws.
    expect([which, cut.whole]).toEqual([which, false]);
    if (accept === "application/json") {
      expect(cut.text.startsWith("[{")).toBe(true);
      expect(() => JSON.parse(cut.text)).toThrow();
    }
    expect(cut.text.length).toBeLessThan(rows * 200);
  }
  const again = await readRaw("/api/ee/audit?page=1&perPage=1", headers, () => undefined);
  expect([again.status, again.whole, (JSON.parse(again.text) as unknown[]).length]).toEqual([200, true, 1]);
});

test("a second export is refused on the page, which says whose is under way and since when", async ({
  page,
}) => {
  await signIn(page);
  await page.goto(`${product.url}/settings/audit-logs`);
  const second = await page.context().newPage();
  await second.goto(`${product.url}/settings/audit-logs`);
  const started = await page.evaluate(async () => {
    const scope = "global";
    const answer = await fetch("/exports", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ scope, format: "csv", filter: {} }),
    });
    const again = await fetch("/exports", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ scope, format: "json", filter: {} }),
    });
    return { status: answer.status, id: (await answer.json()).id as string, again: again.status };
  });
  expect([started.status, started.again]).toEqual([201, 409]);
  await second.getByRole("button", { name: "Export" }).click();
  await second.getByRole("menuitem", { name: "CSV" }).click();
  await expect(
    second.getByText(
      /export of i\.berg@halden\.example is under way since \d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} UTC/,
    ),
  ).toBeVisible();
  // Fetched to its end, it stands in nobody's way any more.
  await page.evaluate(async (id) => (await fetch(`/exports/${id}`)).blob(), started.id);
});

test("an export can be cancelled from the page; the early end is recorded with the rows sent", async ({
  page,
}) => {
  await signIn(page);
  await page.goto(`${product.url}/settings/audit-logs`);
  // A browser on a thin line, so that there is something to cancel.
  const line = await page.context().newCDPSession(page);
  await line.send("Network.enable");
  await line.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 0,
    downloadThroughput: 400_000,
    uploadThroughput: 400_000,
  });
  const since = new Date();
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: "JSON" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByText(/cancelled/i).first()).toBeVisible();
  await expect.poll(copies, { timeout: 15_000 }).toBe(0);
  const ends = () => admin`
    select outcome, cause, details from audit_event where action = 'audit.exported' and occurred_at >= ${since}
    order by occurred_at, id`;
  await expect.poll(async () => (await ends()).length).toBe(2);
  const [begun, ended] = await ends();
  expect(begun).toMatchObject({ outcome: "success", cause: null });
  expect(ended).toMatchObject({ outcome: "failure" });
  expect(ended?.details.success).toBe(false);
  expect(ended?.details.rowsSent).toBeLessThan(rows);
});

for (const [item, extension] of [
  ["CSV", "csv"],
  ["Excel (XLSX)", "xlsx"],
  ["JSON", "json"],
] as const) {
  test(`${item} downloads under the name of its filters and holds the filtered events`, async ({ page }) => {
    await signIn(page);
    await page.goto(`${product.url}/settings/audit-logs?actionType=created&model=User`);
    const shown = await page.locator("tbody tr").count();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByRole("menuitem", { name: item }).click();
    const file = await download;
    expect(file.suggestedFilename()).toMatch(
      new RegExp(`^audit_logs_models-1_actions-1_\\d{10}\\.${extension}$`),
    );
    const content = readFileSync(await file.path());
    if (extension === "json") expect((JSON.parse(content.toString("utf8")) as unknown[]).length).toBe(shown);
    if (extension === "csv") expect(content.toString("utf8").trim().split("\r\n").length - 1).toBe(shown);
    if (extension === "xlsx") expect(content.subarray(0, 2).toString()).toBe("PK");
    await expect(page.getByText(/done|finished|complete/i).first()).toBeVisible();
    // Once: the same address has nothing more to give.
    expect(await page.evaluate(async (href) => (await fetch(href)).status, file.url())).toBe(410);
  });
}
