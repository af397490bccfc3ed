import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import Ajv from "ajv";
import addFormats from "ajv-formats";
import { baseUrl, okafor, owner, signIn } from "./support/people";

const schema = JSON.parse(readFileSync("tests/fixtures/sourcebot-audit-schema.json", "utf8"));
const wide = async () => (await (await fetch(`${baseUrl()}/api/ee/audit/schema`)).json()) as object;

async function makeKey(page: import("@playwright/test").Page, name: string): Promise<string> {
  await page.goto(`${baseUrl()}/settings/api-keys`);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Create API key" }).click();
  return page.getByLabel("API key", { exact: true }).inputValue();
}

test("the document's curl works with its two variables replaced, and its answer validates", async ({
  page,
}) => {
  await signIn(page, owner);
  const key = await makeKey(page, "siem-pull");
  expect(key).toMatch(/^sourcebot-[0-9a-f]{64}$/);
  const text = execFileSync(
    "curl",
    [
      "--silent",
      "--request",
      "GET",
      `${baseUrl()}/api/ee/audit`,
      "--header",
      "X-Org-Domain: ~",
      "--header",
      `X-Sourcebot-Api-Key: ${key}`,
    ],
    { encoding: "utf8" },
  );
  const events = JSON.parse(text) as { action: string }[];
  expect(events.length).toBeGreaterThan(10);
  const ajv = addFormats(new Ajv({ strict: false }));
  const fixed = (await (await fetch(`${baseUrl()}/api/ee/audit/actions`)).json()) as unknown;
  expect(JSON.stringify(fixed)).toContain("user.owner_created");
  const sourceActions = ["user.signed_in", "user.owner_created", "api_key.created"];
  const narrow = ajv.compile(schema);
  for (const action of sourceActions) {
    const ones = events.filter((e) => e.action === action);
    expect([action, ones.length > 0]).toEqual([action, true]);
    expect([action, narrow(ones), narrow.errors]).toEqual([action, true, null]);
  }
  const loose = ajv.compile(await wide());
  expect([loose(events), loose.errors]).toEqual([true, null]);
});

test("keys of members, deleted keys and no key are refused as documented", async ({ page }) => {
  await signIn(page, okafor);
  const key = await makeKey(page, "mine");
  const ask = (headers: Record<string, string>) => fetch(`${baseUrl()}/api/ee/audit`, { headers });
  const org = { "X-Org-Domain": "~" };
  const member = await ask({ ...org, "X-Sourcebot-Api-Key": key });
  expect([member.status, ((await member.json()) as { errorCode: string }).errorCode]).toEqual([
    403,
    "INSUFFICIENT_PERMISSIONS",
  ]);
  expect((await ask({ "X-Sourcebot-Api-Key": key })).status).toBe(400);
  expect((await ask(org)).status).toBe(401);
  expect((await ask({ ...org, Authorization: `Bearer sourcebot-${"0".repeat(64)}` })).status).toBe(401);

  await page.getByRole("button", { name: "Delete mine" }).click();
  await page.getByRole("button", { name: "Delete key" }).click();
  await expect(page.getByRole("cell", { name: "mine" })).toHaveCount(0);
  expect((await ask({ ...org, "X-Sourcebot-Api-Key": key })).status).toBe(401);
});

test("unknown paths of the API are JSON of their family, never a redirect", async () => {
  for (const path of [
    "/api/nothing",
    "/api/v1/x/nothing",
    "/.well-known/nothing",
    "/api/auth/callback/credentials",
    "/api/auth/session",
  ]) {
    const answer = await fetch(`${baseUrl()}${path}`, { redirect: "manual" });
    expect([path, answer.status, answer.headers.get("content-type")?.split(";")[0]]).toEqual([
      path,
      404,
      "application/json",
    ]);
  }
});
