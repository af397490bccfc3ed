import { type BrowserContext, expect, test } from "@playwright/test";
import {
  apiCounts,
  barsOf,
  chart,
  drag,
  ids,
  middleOf,
  notEmpty,
  pending,
  placeOf,
  slider,
  sumOf,
  tableOf,
  total,
  types,
} from "./support/histogram-page";
import { pressFor } from "./support/press-for";
import { type Admin, connectAdmin } from "./support/roles-database";
import { spreadEvents } from "./support/spread-events";
import { newDataDir, type Product, removeDataDir, startProduct } from "./support/start-product";
import { unattended, unattendedOwner } from "./support/visitor";
import { watchProblems } from "./support/watch-problems";

const dayMs = 86_400_000;
const dayText = (at: number) => new Date(at).toISOString().slice(0, 10);
/** Midnight may pass while these run: days are told from here on, whatever the clock says by then. */
const began = Date.now();
/** A day so many days before that. */
const dayOf = (back: number) => dayText(began - back * dayMs);

let product: Product;
let admin: Admin;
let session: Awaited<ReturnType<BrowserContext["storageState"]>>;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(120_000);
  product = await startProduct({ dataDir: newDataDir(), env: unattended });
  admin = connectAdmin(product.dataDir);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${product.url}/sign-in`);
  await page.getByLabel("Email").fill(unattendedOwner.email);
  await page.getByLabel("Password", { exact: true }).fill(unattendedOwner.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/gurus/);
  await page.goto(`${product.url}/gurus/new`);
  await page.getByLabel("Name", { exact: true }).fill("Harbour guide");
  await page.getByLabel("Slug").fill("harbour");
  await page.getByRole("button", { name: "Create guru" }).click();
  await expect(page).toHaveURL(/\/gurus\/harbour/);
  session = await context.storageState();
  await context.close();
  const [guru] = await admin<{ id: string }[]>`select id from guru where slug = 'harbour'`;
  await spreadEvents(admin, {
    days: 89,
    guru: { id: guru?.id ?? "", slug: "harbour", name: "Harbour guide" },
  });
});

test.afterAll(async () => {
  await admin?.end();
  await product?.stop();
  if (product) removeDataDir(product.dataDir);
});

test.beforeEach(async ({ context }) => {
  await context.addCookies(session.cookies);
});

const log = (query = "") => `${product.url}/settings/audit-logs${query}`;
test("every bar, the table and the legend hold what the API counts; a filter changes them", async ({
  page,
}) => {
  const problems = watchProblems(page);
  let asked = "";
  for (const [query, only] of [
    ["", null],
    ["&operation=INDEX_DATASOURCE&actionType=updated", "updated"],
    ["&guru=harbour", null],
  ] as const) {
    await expect(async () => {
      asked = dayText(Date.now());
      await page.goto(log(query.replace("&", "?")));
      // A first look is an event too: the next one, which is not recorded again, finds it.
      await page.reload();
      const table = await tableOf(page);
      const api = await apiCounts(page, query);
      expect(notEmpty(table)).toEqual(api);
      const bars = await barsOf(page);
      expect(Object.keys(bars)).toEqual(Object.keys(table).sort());
      for (const [day, counts] of Object.entries(table))
        expect([day, bars[day]]).toEqual([day, sumOf(counts)]);
      const legend = chart(page).getByRole("list", { name: "Events by action type" });
      for (const type of types) {
        const sum = Object.values(api).reduce((all, counts) => all + (counts[type] ?? 0), 0);
        await expect(legend.locator(`[data-type="${type}"] b`)).toHaveText(sum.toLocaleString("en-US"));
        if (only && type !== only) expect(sum).toBe(0);
      }
      expect(await total(page)).toBe(Object.values(api).reduce((all, counts) => all + sumOf(counts), 0));
    }).toPass({ timeout: 30_000 });
  }
  // Today is the last, by the clock of when the page was asked for, and all 90 days that are kept are there.
  const days = Object.keys(await barsOf(page));
  expect([asked, dayText(Date.now())]).toContain(days.at(-1));
  expect(days).toContain(dayOf(89));
  expect(problems()).toEqual([]);
});

test("a guru's chart holds its own events only", async ({ page }) => {
  await page.goto(`${product.url}/gurus/harbour/audit-logs`);
  await page.reload();
  const [own] = await admin<{ n: number }[]>`
    select count(*)::int as n from audit_event e join guru g on g.id = e.guru_id where g.slug = 'harbour'`;
  expect(sumOf(await barsOf(page))).toBe(own?.n);
  expect(own?.n).toBeGreaterThan(60);
  expect(await total(page)).toBe(own?.n);
});

test("a drag makes the range pending, Escape takes it back, Apply shows its events", async ({ page }) => {
  const problems = watchProblems(page);
  await page.goto(log());
  const before = await ids(page);
  const whole = await total(page);
  await drag(page, await placeOf(page, dayOf(40)), await placeOf(page, dayOf(31)));
  await expect(pending(page)).toBeVisible();
  await expect(page.getByRole("button", { name: "Date range: Custom range" })).toHaveClass(/pend/);
  await expect(page.getByRole("button", { name: "Apply" })).toHaveAttribute("data-pending", "true");
  // Nothing but the choice has changed.
  await expect(page).toHaveURL(log());
  expect(await ids(page)).toEqual(before);
  expect(await total(page)).toBe(whole);

  await page.keyboard.press("Escape");
  await expect(pending(page)).toBeHidden();
  await expect(page.getByRole("button", { name: "Date range: Any time" })).toBeVisible();

  await drag(page, await placeOf(page, dayOf(31)), await placeOf(page, dayOf(40)));
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/since=/);
  const address = new URL(page.url()).searchParams;
  expect(address.get("since")).toBe(`${dayOf(40)}T00:00:00.000Z`);
  expect(address.get("until")).toBe(`${dayOf(31)}T23:59:59.999Z`);
  const bars = await barsOf(page);
  const chosen = Object.entries(bars).filter(([day]) => day >= dayOf(40) && day <= dayOf(31));
  expect(chosen).toHaveLength(10);
  await expect.poll(() => total(page)).toBe(sumOf(Object.fromEntries(chosen)));
  await expect(page.locator("tr[data-event-id]").first()).toBeVisible();
  expect(await ids(page)).not.toEqual(before);
  // The bars obey every filter but the range: those outside are grey.
  expect(sumOf(bars)).toBeGreaterThanOrEqual(whole);
  expect(await chart(page).locator("g.day:not(.out)").count()).toBe(10);
  expect(problems()).toEqual([]);
});

test("the brush is moved and resized, a click chooses a day, a double click none", async ({ page }) => {
  await page.goto(log(`?since=${dayOf(40)}T00:00:00.000Z&until=${dayOf(31)}T23:59:59.999Z`));
  await expect(slider(page, "start")).toHaveAttribute("aria-valuetext", /^\d+ \w{3} \d{4}$/);
  const from = Number(await slider(page, "start").getAttribute("aria-valuenow"));
  const at = async () => [
    Number(await slider(page, "start").getAttribute("aria-valuenow")) - from,
    Number(await slider(page, "end").getAttribute("aria-valuenow")) - from,
  ];
  expect(await at()).toEqual([0, 9]);
  await drag(page, await placeOf(page, dayOf(35)), await placeOf(page, dayOf(30)));
  expect(await at()).toEqual([5, 14]);
  await drag(page, await middleOf(slider(page, "end")), await placeOf(page, dayOf(20)));
  expect((await at())[0]).toBe(5);
  expect([19, 20]).toContain((await at())[1]);
  // Pulled past the other end, it becomes that.
  await drag(page, await middleOf(slider(page, "start")), { ...(await placeOf(page, dayOf(5))) });
  const [first = 0, last = 0] = await at();
  expect(first).toBeGreaterThan(18);
  expect(last).toBeGreaterThan(30);

  const click = await placeOf(page, dayOf(50));
  await page.mouse.click(click.x, click.y);
  expect(await at()).toEqual([-10, -10]);
  await expect(pending(page)).toBeVisible();
  await page.mouse.dblclick(click.x, click.y);
  await expect(page.getByText("removal not applied yet", { exact: true })).toBeVisible();
  await expect(page).toHaveURL(/since=/);
});

test("a finger draws a range on the phone", async ({ browser }) => {
  const context = await browser.newContext({
    storageState: session,
    viewport: { width: 390, height: 844 },
    hasTouch: true,
  });
  const page = await context.newPage();
  await page.goto(log());
  const [from, to] = [await placeOf(page, dayOf(60)), await placeOf(page, dayOf(50))];
  const touch = await context.newCDPSession(page);
  const send = (type: "touchStart" | "touchMove" | "touchEnd", x?: number) =>
    touch.send("Input.dispatchTouchEvent", { type, touchPoints: x === undefined ? [] : [{ x, y: from.y }] });
  await send("touchStart", from.x);
  for (const part of [0.3, 0.6, 1]) await send("touchMove", from.x + (to.x - from.x) * part);
  await send("touchEnd");
  await expect(pending(page)).toBeVisible();
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(new RegExp(`since=${dayOf(60)}.*until=${dayOf(50)}`));
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await context.close();
});

test("the range is chosen with the keyboard alone", async ({ page }) => {
  await page.goto(log());
  const today = Date.parse(Object.keys(await barsOf(page)).at(-1) ?? "");
  const last = Number(await slider(page, "end").getAttribute("aria-valuemax"));
  await slider(page, "start").focus();
  await page.keyboard.press("End");
  await expect(slider(page, "start")).toHaveAttribute("aria-valuenow", String(last));
  for (const key of ["PageDown", "PageDown", "ArrowLeft", "ArrowRight", "ArrowDown"])
    await page.keyboard.press(key);
  await expect(slider(page, "start")).toHaveAttribute("aria-valuenow", String(last - 15));
  await expect(slider(page, "start")).toHaveAttribute("aria-valuetext", /, not applied yet$/);
  await page.keyboard.press("Tab");
  await expect(slider(page, "end")).toBeFocused();
  await page.keyboard.press("PageDown");
  await expect(slider(page, "end")).toHaveAttribute("aria-valuenow", String(last - 7));
  await expect(page).toHaveURL(log());
  await page.getByRole("button", { name: "Apply" }).press("Enter");
  await expect(page).toHaveURL(
    new RegExp(`since=${dayText(today - 15 * dayMs)}T.*until=${dayText(today - 7 * dayMs)}T`),
  );
  await expect(page.getByTestId("audit-total")).toBeVisible();
  await slider(page, "end").focus();
  await page.keyboard.press("ArrowRight");
  await expect(pending(page)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(pending(page)).toBeHidden();
  await expect(slider(page, "end")).toHaveAttribute("aria-valuenow", String(last - 7));
  await expect(slider(page, "end")).toBeFocused();
});

test("the chart says in words what it draws", async ({ page }) => {
  await page.goto(log("?actionType=deleted"));
  const bars = await barsOf(page);
  const [busiest = 0] = Object.values(bars).sort((a, b) => b - a);
  await expect(chart(page).getByText(/^Activity per day, .* days in UTC: [\d,]+ events\./)).toContainText(
    `${sumOf(bars)} events. The busiest day is`,
  );
  expect(busiest).toBeGreaterThan(0);
  await expect(slider(page, "start")).toHaveAccessibleDescription(/Days in UTC.*Page Down by a week/);
});

test("a date leads to the newest event up to it, with newer and older ones around", async ({ page }) => {
  const problems = watchProblems(page);
  await page.goto(log("?actionType=created"));
  const dialog = page.getByRole("dialog", { name: "Go to date" });
  await pressFor(page, "g", dialog);
  await dialog.getByLabel("Date and time").fill(`${dayOf(45)}T12:00`);
  await dialog.getByRole("button", { name: "Go" }).click();
  await expect(page).toHaveURL(/at=/);
  const address = new URL(page.url()).searchParams;
  expect(address.get("actionType")).toBe("created");
  const at = address.get("at") ?? "";
  // Noon in the person's zone, to the end of that minute.
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Oslo", timeStyle: "medium" });
  expect(clock.format(new Date(at))).toBe("12:00:59");

  const newest = async (side: "<=" | ">", order: "asc" | "desc") =>
    (
      await admin.unsafe<{ id: string }[]>(
        `select id from audit_event where action_type = 'created' and occurred_at ${side} $1::timestamptz
         order by occurred_at ${order}, id ${order} limit 60`,
        [at],
      )
    ).map(({ id }) => id);
  const atOrBefore = await newest("<=", "desc");
  await expect.poll(async () => (await ids(page))[0]).toBe(atOrBefore[0]);
  expect(await ids(page)).toEqual(atOrBefore.slice(0, 50));

  await page.getByRole("link", { name: "Older" }).click();
  await expect.poll(async () => (await ids(page))[0]).toBe(atOrBefore[50]);
  await page.getByRole("link", { name: "Newer" }).click();
  await expect.poll(async () => (await ids(page))[0]).toBe(atOrBefore[0]);
  await page.getByRole("link", { name: "Newer" }).click();
  const after = await newest(">", "asc");
  await expect.poll(async () => (await ids(page)).at(-1)).toBe(after[0]);
  expect(problems()).toEqual([]);
});

test("a date outside of what is kept is answered, not followed", async ({ page }) => {
  await page.goto(log());
  await page.getByRole("button", { name: "Go to date…" }).click();
  const dialog = page.getByRole("dialog", { name: "Go to date" });
  const go = async (text: string) => {
    await dialog.getByLabel("Date and time").fill(text);
    await dialog.getByRole("button", { name: "Go" }).click();
  };
  await go(`${dayOf(120)}T12:00`);
  await expect(dialog.getByText(/^Events are kept from .* on; what was before is gone\.$/)).toBeVisible();
  await go(`${dayOf(-3)}T12:00`);
  await expect(dialog.getByText("That is still to come. Choose a moment up to now.")).toBeVisible();
  await go("");
  await expect(dialog.getByText("Choose a date and a time.")).toBeVisible();
  await expect(page).toHaveURL(log());
});
