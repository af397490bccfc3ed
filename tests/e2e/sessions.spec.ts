import { expect, test } from "@playwright/test";
import { baseUrl, owner, register, signIn } from "./support/people";

test("a captured cookie is dead after sign-out", async ({ page, context, browser }) => {
  await signIn(page, owner);
  const cookies = await context.cookies();
  await page.getByRole("button", { name: "Account menu" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in/);
  const thief = await browser.newContext();
  await thief.addCookies(cookies);
  const stolen = await thief.newPage();
  await stolen.goto(`${baseUrl()}/settings/audit-logs`);
  await expect(stolen).toHaveURL(/\/sign-in/);
  await thief.close();
});

test("a failed sign-in, an unknown account and a taken address each leave their event", async ({ page }) => {
  await page.goto(`${baseUrl()}/sign-in`);
  for (const email of [owner.email, "nobody@halden.example"]) {
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password", { exact: true }).fill("wrong wrong wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert").first()).toContainText(/e-?mail|password/i);
  }
  await page.goto(`${baseUrl()}/register`);
  await page.getByLabel("Name", { exact: true }).fill("Somebody");
  await page.getByLabel("Email").fill(owner.email);
  await page.getByLabel("Password", { exact: true }).fill("a password nobody has");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByText(/already/i).first()).toBeVisible();

  await signIn(page, owner);
  await page.goto(`${baseUrl()}/settings/audit-logs?outcome=failure`);
  const log = page.getByRole("table", { name: "Audit Logs" });
  await expect(
    log.getByRole("row").filter({ hasText: "LOGIN_FAILED" }).filter({ hasText: "nobody@halden.example" }),
  ).toHaveCount(1);
  await expect(log.getByRole("row").filter({ hasText: "USER_CREATION_FAILED" })).toHaveCount(1);
  await expect(log.getByText("Failed").first()).toBeVisible();
});

test("a POST without Origin, or with a foreign one, changes nothing", async ({ page, context }) => {
  await register(page, {
    name: "Eva Kowalski",
    email: "e.kowalski@halden.example",
    password: "nine paper boats at sea",
  });
  const cookie = (await context.cookies()).map((c) => `${c.name}=${c.value}`).join("; ");
  for (const origin of [undefined, "null", "http://evil.example"]) {
    const headers: Record<string, string> = {
      cookie,
      "content-type": "text/plain;charset=UTF-8",
      "next-action": "0".repeat(42),
    };
    if (origin) headers.origin = origin;
    const answer = await fetch(`${baseUrl()}/settings/api-keys`, { method: "POST", headers, body: "[]" });
    expect([origin, answer.status]).toEqual([origin, 403]);
  }
});
