import { mkdirSync } from "node:fs";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { axe } from "./support/axe";
import { makeWorld, type SignedIn, type World } from "./support/roles-world";
import { watchProblems } from "./support/watch-problems";

const images = "test-results/images";
let world: World;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  mkdirSync(images, { recursive: true });
  world = await makeWorld();
});
test.afterAll(async () => {
  await world?.close();
});

interface Look {
  colorScheme?: "light" | "dark";
  phone?: boolean;
  javaScriptEnabled?: boolean;
}

async function open(browser: Browser, who: SignedIn, look: Look = {}): Promise<Page> {
  const context = await browser.newContext({
    baseURL: world.url,
    colorScheme: look.colorScheme ?? "light",
    javaScriptEnabled: look.javaScriptEnabled ?? true,
    ...(look.phone ? { viewport: { width: 390, height: 844 } } : {}),
  });
  const cookies = (world.people[who].cookie ?? "").split("; ").map((pair) => {
    const at = pair.indexOf("=");
    return { name: pair.slice(0, at), value: pair.slice(at + 1), url: world.url };
  });
  await context.addCookies(cookies);
  return context.newPage();
}

const address = "/settings/log-integrity";

for (const who of ["owner", "auditor"] as const)
  test(`the ${who} sees the state of the log, from the sidebar and in both themes`, async ({ browser }) => {
    for (const colorScheme of ["light", "dark"] as const)
      for (const phone of [false, true]) {
        const page = await open(browser, who, { colorScheme, phone });
        const problems = watchProblems(page);
        if (phone) await page.goto(address);
        else {
          await page.goto("/settings/profile");
          await page.getByRole("link", { name: "Log integrity", exact: true }).click();
        }
        await expect(page.getByRole("heading", { name: "Log integrity", level: 1 })).toBeVisible();
        await expect(page.getByTestId("append-only")).toHaveText("Enforced by the database's roles");
        expect(Number((await page.getByTestId("tree-size").innerText()).replace(",", ""))).toBeGreaterThan(
          10,
        );
        await expect(page.getByText(/GiB of .* free/)).toBeVisible();
        await expect(page.getByRole("button", { name: /Copy the verifier key/ })).toBeVisible();
        expect(
          await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
        ).toBeLessThanOrEqual(0);
        await page.screenshot({
          path: `${images}/log-integrity-${who}-${colorScheme}${phone ? "-phone" : ""}.png`,
          animations: "disabled",
        });
        expect((await axe(page)).violations).toEqual([]);
        expect(problems()).toEqual([]);
        await page.context().close();
      }
  });

test("a member finds no such page, and no link to it", async ({ browser }) => {
  const page = await open(browser, "member");
  const answer = await page.goto(address);
  expect(answer?.status()).toBe(404);
  await page.goto("/settings/profile");
  await expect(page.getByRole("link", { name: "Profile" }).first()).toBeVisible();
  await expect(page.getByRole("link", { name: "Log integrity" })).toHaveCount(0);
  await page.context().close();
});

test("without JavaScript the page says all the same", async ({ browser }) => {
  const page = await open(browser, "owner", { javaScriptEnabled: false });
  await page.goto(address);
  await expect(page.getByTestId("append-only")).toHaveText("Enforced by the database's roles");
  await expect(page.getByRole("heading", { name: "Storage and retention" })).toBeVisible();
  await page.context().close();
});

test("an alarm stands on every page of owner and auditor while it lasts, on no other's, and ends by itself", async ({
  browser,
}) => {
  test.setTimeout(90_000);
  const { admin } = world;
  const owner = await open(browser, "owner");
  const auditor = await open(browser, "auditor", { colorScheme: "dark", phone: true });
  const member = await open(browser, "member");
  const banner = (page: Page) => page.getByRole("alert", { name: "Alarms" });

  // Nobody writes at the moment, so that the log does not need the week that is taken away.
  const weeks = await admin<{ name: string }[]>`
    select name from audit_partitions() where starts > now()`;
  for (const { name } of weeks) await admin`drop table ${admin(name)}`;
  await expect
    .poll(async () => (await admin`select 1 from audit_alarm where cleared_at is null`).length, {
      timeout: 25_000,
    })
    .toBe(1);

  await owner.goto("/gurus");
  await expect(banner(owner)).toContainText("The weeks made ahead for the audit log run out.");
  await expect(banner(owner)).toContainText("Acts can be recorded until");
  await auditor.goto("/settings/audit-logs");
  await expect(banner(auditor)).toBeVisible();
  await member.goto("/gurus");
  await expect(member.getByRole("heading", { name: "Gurus", level: 1 })).toBeVisible();
  await expect(banner(member)).toHaveCount(0);
  await auditor.screenshot({ path: `${images}/alarm-dark-phone.png`, animations: "disabled" });
  expect((await axe(auditor)).violations).toEqual([]);

  await banner(owner).getByRole("link", { name: "Log integrity" }).click();
  await expect(owner.getByText(/they run out$/)).toBeVisible();
  await expect(owner.getByRole("table", { name: "Alarms" })).toContainText("Lasts");
  await owner.screenshot({ path: `${images}/alarm-light.png`, animations: "disabled", fullPage: true });
  expect((await axe(owner)).violations).toEqual([]);

  await admin`select audit_make_partition(now() + make_interval(weeks => w)) from generate_series(0, 5) as w`;
  await expect
    .poll(async () => (await admin`select 1 from audit_alarm where cleared_at is null`).length, {
      timeout: 25_000,
    })
    .toBe(0);
  await owner.reload();
  await expect(owner.getByRole("heading", { name: "Log integrity", level: 1 })).toBeVisible();
  await expect(banner(owner)).toHaveCount(0);
  await expect(owner.getByRole("table", { name: "Alarms" })).not.toContainText("Lasts");
  for (const page of [owner, auditor, member]) await page.context().close();
});

test("the log is verified on demand, by a button that works without JavaScript too; its result is recorded", async ({
  browser,
}) => {
  const { admin } = world;
  // System asks as well, when it is 04:00 UTC: none of that is meant here.
  const runs = (page: Page) =>
    page
      .getByRole("table", { name: "Verifications" })
      .locator("tbody tr")
      .filter({ hasNot: page.getByRole("cell", { name: "System", exact: true }) });
  const passed = () =>
    admin`select 1 from audit_verification where state = 'passed' and asked_by is not null`;
  const auditor = await open(browser, "auditor", { javaScriptEnabled: false });
  await auditor.goto(address);
  await auditor.getByRole("button", { name: "Verify now" }).click();
  await expect.poll(async () => (await passed()).length, { timeout: 30_000 }).toBe(1);
  await auditor.goto(address);
  await expect(runs(auditor).first()).toContainText("Verified");
  await expect(runs(auditor).first()).toContainText("auditor@matrix.example");
  await auditor.context().close();

  // One that is under way shows how far it is, also after a reload, and the page follows it to its end by itself.
  const [made] = await admin<{ id: string }[]>`
    insert into audit_verification (org_id, asked_by, state, started_at, heartbeat_at, attempts, progress, events)
    select 1, asked_by, 'running', now(), now() + interval '1 hour', 1, 40, 12
    from audit_verification where asked_by is not null limit 1 returning id`;
  const owner = await open(browser, "owner", { colorScheme: "dark" });
  await owner.goto(address);
  await owner.reload();
  await expect(owner.getByRole("progressbar", { name: "Verification" })).toBeVisible();
  await expect(owner.getByText("40 %, 12 events so far")).toBeVisible();
  await expect(owner.getByRole("button", { name: "Verify now" })).toHaveCount(0);
  await owner.getByText("40 %").scrollIntoViewIfNeeded();
  expect((await axe(owner)).violations).toEqual([]);
  const findings = [
    { kind: "changed", index: 3, message: "Event 3 is not the one that was sealed: target_label" },
  ];
  await admin`
    update audit_verification set state = 'failed', finished_at = now(), progress = 100, duration_ms = 1200,
      findings = ${JSON.stringify(findings)}::text::jsonb, finding_count = 1
    where id = ${made?.id ?? ""}`;
  await expect(runs(owner).first()).toContainText("Does not verify: 1 finding");
  await expect(runs(owner).first()).toContainText("Event 3 is not the one that was sealed");
  await owner.screenshot({ path: `${images}/verification-dark.png`, animations: "disabled" });

  await owner.getByRole("button", { name: "Verify now" }).click();
  await expect(runs(owner)).toHaveCount(3, { timeout: 20_000 });
  await expect(runs(owner).first()).toContainText("Verified", { timeout: 20_000 });
  await expect(runs(owner).first()).toContainText("owner@matrix.example");
  const recorded =
    await admin`select 1 from audit_event where action = 'audit.verified' and actor_type <> 'system'`;
  expect(recorded.length).toBe(2);
  await owner.screenshot({ path: `${images}/verified-dark.png`, animations: "disabled" });
  await owner.context().close();
});

/** What a restored backup looks like: the log as it was some events ago, and no checkpoint of what came after. */
async function goBack(admin: World["admin"]): Promise<number> {
  return admin.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext('gurulog.seal'))`;
    const [earlier] = await tx<{ size: string }[]>`
      select size from audit_checkpoint where size < (select size from audit_head) order by size desc limit 1`;
    const size = Number(earlier?.size);
    await tx`update audit_head h set size = c.size, root = c.root from audit_checkpoint c where c.size = ${size}`;
    await tx`delete from audit_seal_tail where index >= ${size}`;
    await tx`delete from audit_checkpoint where size > ${size}`;
    return size;
  });
}

test("a log that does not continue what was signed is shown as such, and signed again once the owner adopts it", async ({
  browser,
}) => {
  test.setTimeout(90_000);
  const { admin } = world;
  // All that is sealed is signed: what is gone back behind was.
  const signed = async () =>
    (
      await admin`select from audit_head where size = (select max(size) from audit_checkpoint)
        and not exists (select from audit_outbox)`
    ).length;
  await expect.poll(signed, { timeout: 15_000 }).toBe(1);
  await goBack(admin);
  const auditor = await open(browser, "auditor", { colorScheme: "dark" });
  // Reading the log is an event, and makes the sealer look.
  await auditor.goto("/settings/audit-logs");
  const refusal = async () => (await admin`select 1 from audit_signing where refused is not null`).length;
  await expect.poll(refusal, { timeout: 30_000 }).toBe(1);

  await auditor.goto(address);
  await expect(auditor.getByRole("heading", { name: "The log is not being signed" })).toBeVisible();
  await expect(auditor.getByText("Only the owner can adopt the log as it stands.")).toBeVisible();
  await expect(auditor.getByRole("form", { name: "Adopt the log" })).toHaveCount(0);
  await auditor.screenshot({ path: `${images}/signing-refused-dark.png`, animations: "disabled" });

  const owner = await open(browser, "owner");
  await owner.goto(address);
  const form = owner.getByRole("form", { name: "Adopt the log" });
  await expect(form).toBeVisible();
  await owner.screenshot({ path: `${images}/signing-refused-light.png`, animations: "disabled" });
  expect((await axe(owner)).violations).toEqual([]);
  await form.getByRole("textbox").fill("7,777,777");
  await form.getByRole("button", { name: /Adopt/ }).click();
  await expect(form.getByText(/the number of events, to adopt this log/)).toBeVisible();
  const size = await owner.getByTestId("tree-size").innerText();
  await form.getByRole("textbox").fill(size);
  await form.getByRole("button", { name: /Adopt/ }).click();
  await expect.poll(refusal, { timeout: 30_000 }).toBe(0);
  await owner.reload();
  await expect(owner.getByRole("heading", { name: "The log is not being signed" })).toHaveCount(0);
  const adoptions = owner.getByRole("table", { name: "Adoptions" }).locator("tbody tr");
  await expect(adoptions).toHaveCount(1);
  await expect(adoptions).toContainText(`${size} events`);
  await adoptions.scrollIntoViewIfNeeded();
  await owner.screenshot({ path: `${images}/adopted-light.png`, animations: "disabled" });
  await auditor.context().close();
  await owner.context().close();
});
