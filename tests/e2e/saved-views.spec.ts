import { expect, type Page } from "@playwright/test";
import { addEvents } from "./support/add-events";
import { pageOf } from "./support/person-page";
import { test } from "./support/roles-fixture";
import type { World } from "./support/roles-world";
import { saveView, views } from "./support/views-menu";
import { watchProblems } from "./support/watch-problems";

// Several people, one page after the other.
test.describe.configure({ timeout: 120_000 });

const log = (world: World, query = "") => `${world.url}/settings/audit-logs${query}`;
const menu = (page: Page) => page.getByRole("dialog", { name: "Views" });
const viewLink = (page: Page, name: string) => menu(page).getByRole("link", { name });

test("a private view is its owner's, a shared one everybody's who reads the log; both are recorded and can go", async ({
  browser,
  world,
}) => {
  const owner = await pageOf(browser, world, "owner");
  const auditor = await pageOf(browser, world, "auditor");
  const problems = watchProblems(owner);
  await owner.goto(log(world, "?actionType=created"));
  await saveView(owner, "All that was made", true);
  const shared = new URL(owner.url()).searchParams.get("view") ?? "";
  await expect(owner.getByText("View “All that was made” saved.")).toBeVisible();
  await owner.goto(log(world, "?model=User"));
  await saveView(owner, "For my eyes");
  const hidden = new URL(owner.url()).searchParams.get("view") ?? "";

  await auditor.goto(log(world));
  await views(auditor).click();
  await expect(viewLink(auditor, "All that was made")).toBeVisible();
  await expect(menu(auditor)).toContainText(world.people.owner.email);
  await expect(viewLink(auditor, "For my eyes")).toHaveCount(0);
  await expect(menu(auditor).getByRole("button", { name: "Delete view All that was made" })).toHaveCount(0);
  await viewLink(auditor, "All that was made").click();
  await expect(auditor).toHaveURL(new RegExp(`actionType=created&view=${shared}`));
  await expect(auditor.getByRole("list", { name: "Applied filters" })).toContainText("Created");
  await expect(views(auditor)).toContainText("All that was made");
  await expect(views(auditor)).not.toContainText("changed");

  // The view stays open while its filter is changed, and says so.
  await auditor.getByRole("button", { name: "Remove filter Action type" }).click();
  await expect(views(auditor)).not.toContainText("changed");
  await auditor.getByRole("button", { name: "Apply" }).click();
  await expect(auditor).toHaveURL(log(world, `?view=${shared}`));
  await expect(views(auditor)).toContainText("changed");
  await expect(views(auditor)).toHaveAccessibleDescription(/differs from it/);

  await owner.goto(log(world, `?actionType=created&view=${shared}`));
  await views(owner).click();
  await menu(owner).getByRole("button", { name: "Delete view All that was made" }).click();
  const dialog = owner.getByRole("dialog", { name: "Delete the view “All that was made”?" });
  await expect(dialog).toContainText("This will be recorded in the audit log.");
  await expect(dialog).toContainText("It goes for all who read this log.");
  await dialog.getByRole("button", { name: "Delete view" }).click();
  await expect(owner.getByText("View “All that was made” deleted.")).toBeVisible();
  await expect(owner).toHaveURL(log(world, "?actionType=created"));
  await expect(views(owner)).toBeFocused();
  await views(owner).click();
  await expect(viewLink(owner, "All that was made")).toHaveCount(0);

  // An id that is gone, or another's, is a label without a view: the filter of the address still holds.
  for (const id of [shared, hidden, "no-id-at-all"]) {
    await auditor.goto(log(world, `?actionType=created&view=${id}`));
    await expect(auditor.getByText("The view of this address does not exist any more")).toBeVisible();
    await expect(auditor.getByRole("list", { name: "Applied filters" })).toContainText("Created");
    await expect(views(auditor)).toHaveText("Views");
  }

  await owner.goto(log(world, "?operation=SAVE_AUDIT_VIEW&operation=DELETE_AUDIT_VIEW"));
  const rows = owner.locator("tbody tr");
  await expect(rows.filter({ hasText: "DELETE_AUDIT_VIEW" })).toContainText(["All that was made"]);
  await expect(rows.filter({ hasText: "SAVE_AUDIT_VIEW" })).toContainText([
    "For my eyes",
    "All that was made",
  ]);
  expect(problems()).toEqual([]);
  await owner.context().close();
  await auditor.context().close();
});

test("hostile names are text, and a name that is taken is refused beside its field", async ({
  browser,
  world,
}) => {
  const page = await pageOf(browser, world, "owner");
  const problems = watchProblems(page);
  const names = ["<img src=x onerror=alert(1)>", "a\u202Egnp.exe", "'; drop table saved_view; --"];
  await page.goto(log(world, "?outcome=failure"));
  for (const name of names) await saveView(page, name);
  await expect(views(page)).toContainText("'; drop table saved_view; --");
  await views(page).click();
  await expect(viewLink(page, "<img src=x onerror=alert(1)>")).toBeVisible();
  await expect(menu(page).getByTitle("Right-to-left override")).toBeVisible();
  await expect(menu(page).locator("img")).toHaveCount(0);
  await page.getByRole("button", { name: "Save this filter…" }).click();
  const dialog = page.getByRole("dialog", { name: "Save this filter as a view" });
  await dialog.getByLabel("Name").fill("'; DROP table saved_view; --");
  await dialog.getByRole("button", { name: "Save view" }).click();
  await expect(dialog.getByText("You already have a view")).toBeVisible();
  await expect(dialog.getByLabel("Name")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(views(page)).toBeFocused();
  expect(problems()).toEqual([]);
  await page.context().close();
});

test("a view of a preset moves with today unless its dates are kept, and the dialog says which", async ({
  browser,
  world,
}) => {
  const page = await pageOf(browser, world, "owner");
  const stored = async (name: string) =>
    (await world.admin`select recent_days, filter from saved_view where name = ${name}`)[0];
  await page.goto(log(world));
  await page.getByRole("button", { name: /Date range/ }).click();
  await page.getByRole("button", { name: "Last 7 days" }).click();
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/since=/);
  await saveView(page, "This week");
  expect(await stored("This week")).toEqual({ recent_days: 7, filter: {} });
  await expect(views(page)).toHaveText("This week");

  await views(page).click();
  await page.getByRole("button", { name: "Save this filter…" }).click();
  const dialog = page.getByRole("dialog", { name: "Save this filter as a view" });
  const moving = dialog.getByLabel("Keep “Last 7 days” moving with today");
  await expect(moving).toBeChecked();
  await moving.uncheck();
  await expect(dialog.getByText(/Its dates stay as they are/)).toBeVisible();
  await dialog.getByLabel("Name").fill("That week");
  await dialog.getByRole("button", { name: "Save view" }).click();
  await expect(views(page)).toHaveText("That week");
  const since = new URL(page.url()).searchParams.get("since");
  expect(await stored("That week")).toEqual({ recent_days: null, filter: { since } });

  // As if a week had gone by: the one begins anew, the other stays.
  await world.admin`update saved_view set filter = '{"since": "2020-01-01T00:00:00.000Z"}' where name = 'That week'`;
  await page.goto(log(world));
  await views(page).click();
  await expect(viewLink(page, "That week")).toHaveAttribute("href", /since=2020-01-01/);
  await viewLink(page, "This week").click();
  await expect(page).toHaveURL((url) => url.searchParams.get("since") === since);
  await expect(views(page)).not.toContainText("changed");
  await page.context().close();
});

test("new events are told of without moving what is read, and shown when asked for", async ({
  browser,
  world,
}) => {
  await addEvents(world, 80, "to scroll");
  const page = await pageOf(browser, world, "owner");
  const problems = watchProblems(page);
  await page.goto(log(world, "?actionType=updated&model=DataSource&model=GuruType"));
  await page.getByRole("button", { name: "Outcome", exact: true }).click();
  await page.getByRole("option", { name: /Success/ }).click();
  await page.keyboard.press("Escape");
  const region = page.getByRole("region", { name: "Events, scrollable" });
  await region.evaluate((element) => element.scrollTo({ top: 333 }));
  const look = () =>
    region.evaluate((element) => ({
      top: element.scrollTop,
      at: element.getBoundingClientRect().top,
      ids: [...element.querySelectorAll("tbody tr")].map((row) => row.getAttribute("data-event-id")),
      rowAt: element.querySelectorAll("tbody tr")[12]?.getBoundingClientRect().top,
    }));
  const before = await look();
  expect(before.top).toBe(333);
  const notice = page.getByRole("button", { name: /new events?/ });
  await expect(notice).toHaveCount(0);

  // Of two events one is of the filter.
  await addEvents(world, 1, "newcomer");
  await world.admin`
    insert into audit_event (org_id, action, operation, action_type, model, outcome, actor_type, actor_id, target_type,
      target_id, target_label, version)
    values (1, 'user.signed_in', 'LOGIN_SUCCESS', 'access', 'User', 'success', 'anonymous', 'anonymous', 'user', 'x', 'x', '0')`;
  await expect(notice).toHaveText(/1 new event\b.*Show/, { timeout: 15_000 });
  const said = page.getByRole("status").filter({ hasText: "new event" });
  await expect(said).toHaveText("1 new event. A button above the table shows them.");
  expect(await look()).toEqual(before);
  await addEvents(world, 2, "more");
  await expect(notice).toHaveText(/3 new events.*Show/, { timeout: 15_000 });
  // The number grows; it is not said again.
  await expect(said).toHaveText("1 new event. A button above the table shows them.");
  expect(await look()).toEqual(before);

  await notice.click();
  await expect(page.locator("tbody tr").first()).toContainText("more 2");
  await expect(page.locator("tbody tr").nth(2)).toContainText("newcomer 1");
  await expect(notice).toHaveCount(0);
  await expect(region).toBeFocused();
  expect((await look()).top).toBe(0);
  await expect(page.getByText("not applied yet", { exact: true })).toBeVisible();
  await expect(page).toHaveURL(log(world, "?actionType=updated&model=DataSource&model=GuruType"));

  // On an older page nothing is asked.
  await page.getByRole("link", { name: "Older" }).click();
  await expect(page).toHaveURL(/older=/);
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await addEvents(world, 1, "unseen");
  const onOlder = [...asked];
  await page.getByRole("link", { name: "Back to newest" }).click();
  await expect(page.locator("tbody tr").first()).toContainText("unseen 1");
  expect(onOlder).not.toContain("/audit/newer");
  expect(problems()).toEqual([]);
  await page.context().close();
});

test("who is signed out meanwhile is told so, and nothing is asked any more", async ({ browser, world }) => {
  const page = await pageOf(browser, world, "auditor");
  await page.goto(log(world));
  const [session] = await world.admin`
    delete from session where account_id = ${world.people.auditor.id} returning *`;
  await expect(page.getByText("You are signed out.")).toBeVisible({ timeout: 15_000 });
  await expect(page.getByRole("link", { name: "Sign in" })).toBeVisible();
  await world.admin`insert into session ${world.admin(session as Record<string, unknown>)}`;
  await page.context().close();
});

test("a dropdown searches hundreds of users on the server and keeps the name of who was chosen", async ({
  browser,
  world,
}) => {
  await world.admin`
    with people as (
      insert into account (email, email_key, name)
      select 'p' || n || '@crowd.example', 'p' || n || '@crowd.example', 'Person ' || n from generate_series(1, 320) n
      returning id, email
    )
    insert into audit_event (org_id, action, operation, action_type, model, outcome, actor_type, actor_id, actor_email,
      account_id, target_type, target_id, target_label, version)
    select 1, 'user.signed_in', 'LOGIN_SUCCESS', 'access', 'User', 'success', 'user', id::text, email, id, 'user', id::text, email, '0.1.0'
    from people, generate_series(1, case when email = 'p277@crowd.example' then 1 else 2 end)`;
  const page = await pageOf(browser, world, "owner");
  const problems = watchProblems(page);
  await page.goto(log(world));
  const bytes = (await page.content()).length;
  await page.getByRole("button", { name: "User", exact: true }).click();
  const field = page.getByRole("combobox", { name: "Search users" });
  await expect(page.getByRole("option")).toHaveCount(50);
  await expect(page.getByText(/\d+ more: type a part of the name to see them\./)).toBeVisible();
  await expect(page.getByRole("option", { name: "p277@crowd.example" })).toHaveCount(0);

  // Without an answer it says so and can be asked again.
  await page.route("**/audit/choices*", (route) => route.abort());
  await field.fill("P277");
  await expect(page.getByText("The search did not work.")).toBeVisible();
  await page.unroute("**/audit/choices*");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("option")).toHaveText([/p277@crowd\.example/]);
  await expect(field).toBeFocused();
  await field.press("ArrowDown");
  await field.press(" ");
  await expect(page.getByRole("option")).toHaveAttribute("aria-selected", "true");
  await field.fill("p12");
  await expect(page.getByRole("option", { name: "p129@crowd.example" })).toBeVisible();
  await field.press("Enter");
  await field.fill("");
  await expect(page.getByRole("option", { selected: true })).toHaveCount(2);
  await page.keyboard.press("Escape");
  const chips = page.getByRole("list", { name: "Applied filters" });
  await expect(chips).toContainText("p277@crowd.example");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.locator("tbody tr")).toHaveCount(3);
  await expect(chips).toContainText("p277@crowd.example");
  await page.reload();
  await expect(chips).toContainText("p277@crowd.example");
  await page.getByRole("button", { name: "User", exact: true }).click();
  await expect(page.getByRole("option", { name: "p277@crowd.example" })).toHaveAttribute(
    "aria-selected",
    "true",
  );
  expect(bytes).toBeLessThan(400_000);
  expect(problems().filter((problem) => !problem.includes("/audit/choices"))).toEqual([]);
  await page.context().close();
});
