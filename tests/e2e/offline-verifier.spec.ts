import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { type Browser, expect, type Page } from "@playwright/test";
import { strToU8, zipSync } from "fflate";
import { readVerifiable } from "../integration/exports/read-files";
import { test } from "./support/roles-fixture";
import type { World } from "./support/roles-world";

/** Downloads a verifiable export as the owner does. */
async function downloadExport(browser: Browser, world: World): Promise<Buffer> {
  const context = await browser.newContext();
  const pairs = world.people.owner.cookie.split("; ").map((pair) => pair.split("="));
  await context.addCookies(
    pairs.map(([name = "", ...value]) => ({ name, value: value.join("="), url: world.url })),
  );
  const page = await context.newPage();
  await page.goto(`${world.url}/settings/audit-logs`);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: "Verifiable (ZIP)" }).click();
  const bytes = readFileSync(await (await download).path());
  await context.close();
  return bytes;
}

/** The page that stands in an export, opened from the disk without a network. @returns it, and all that it asked for */
async function openOffline(browser: Browser, html: Uint8Array): Promise<{ page: Page; asked: string[] }> {
  const file = test.info().outputPath("verify.html");
  writeFileSync(file, html);
  const context = await browser.newContext();
  const page = await context.newPage();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(pathToFileURL(file).href);
  await context.setOffline(true);
  return { page, asked };
}

async function give(page: Page, zip: Uint8Array): Promise<void> {
  await page.locator("#result").evaluate((result) => result.replaceChildren());
  const file = { name: "audit_logs.zip", mimeType: "application/zip", buffer: Buffer.from(zip) };
  await page.getByLabel(/^Verifiable export \(zip\)/).setInputFiles(file);
}

/** A row of the findings: kind, place, id, what is wrong. */
const found = (page: Page, kind: string, id: string) =>
  page
    .getByRole("region", { name: "Findings" })
    .getByRole("row")
    .filter({ has: page.getByRole("cell", { name: kind, exact: true }) })
    .filter({ has: page.getByRole("cell", { name: id, exact: true }) });

test("the page in a verifiable export checks it offline and names the row that was changed, removed, added or moved", async ({
  browser,
  world,
}) => {
  const zip = await downloadExport(browser, world);
  const { parts, events, manifest } = readVerifiable(zip);
  const count = events.length;
  expect(count).toBeGreaterThan(10);
  const { page, asked } = await openOffline(browser, parts["verify.html"] ?? new Uint8Array());

  await give(page, zip);
  const heading = page.getByRole("heading", { level: 2 });
  await expect(heading).toHaveText(
    "Verified, if the key below is the one you noted: nothing was changed, removed, added or reordered",
  );
  const [key = ""] = manifest.keys;
  await expect(page.locator("#result")).toContainText(key);
  await page.getByLabel(/^Verifier key/).fill(key);
  await page.getByLabel(/^Verifier key/).press("Tab");
  await expect(heading).toHaveText("Verified: nothing was changed, removed, added or reordered");
  await expect(page.locator("#result")).toContainText(
    `A verifiable export of ${count.toLocaleString("en-US")} events`,
  );

  const lines = Buffer.from(parts["events.ndjson"] ?? [])
    .toString()
    .split("\n")
    .slice(0, -1);
  const id = (at: number) => events[at]?.id ?? "";
  const line = (at: number) => lines[at] ?? "";
  const strange = "11111111-1111-4111-8111-111111111111";
  const tamperings: [kind: string, id: string, rows: string[]][] = [
    ["changed", id(4), lines.with(4, line(4).replace('"targetType":"', '"targetType":"x'))],
    ["removed", id(5), lines.toSpliced(5, 1)],
    ["added", strange, lines.toSpliced(6, 0, line(6).replace(id(6), strange))],
    ["reordered", id(7), lines.with(7, line(8)).with(8, line(7))],
  ];
  for (const [kind, which, rows] of tamperings) {
    const other = { ...parts, "events.ndjson": strToU8(rows.map((row) => `${row}\n`).join("")) };
    await give(page, zipSync(other));
    await expect(heading, kind).toHaveText(/^Does not verify: \d+ findings?$/);
    // Of two rows that changed places either is the one that was moved.
    const named =
      kind === "reordered" ? found(page, kind, which).or(found(page, kind, id(8))) : found(page, kind, which);
    await expect(named, kind).toHaveCount(1);
  }
  await give(page, Buffer.from("no zip at all"));
  await expect(heading).toHaveText("Could not be checked");
  expect(asked.filter((url) => !url.startsWith("file:"))).toEqual([]);
  await page.context().close();
});
