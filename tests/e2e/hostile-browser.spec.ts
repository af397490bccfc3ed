import { type Browser, expect, type Locator, type Page } from "@playwright/test";
import { textTokens } from "../../components/visible-text/tokens";
import { cleanText } from "../../lib/platform/clean-text";
import { sha256 } from "../../lib/platform/crypto";
import { type Nasty, nastyStrings } from "../integration/hostile/strings";
import { test } from "./support/roles-fixture";
import type { World } from "./support/roles-world";
import { watchProblems } from "./support/watch-problems";

/** One of each class that a browser lets somebody type; the last goes into one line as long as the field lets it. */
const nasty: Nasty[] = [
  "bidi 0",
  "zero width 2",
  "ANSI 0",
  "markup 0",
  "formula 11",
  "key 0",
  "emoji 0",
  "combining 0",
  "SQL 0",
  "long 3",
].map((name) => nastyStrings.find(([known]) => known === name) ?? [name, ""]);

interface Event {
  id: string;
  operation: string;
  outcome: string;
  target_label: string;
  guru_name: string | null;
  changes: { field: string; after: unknown }[];
  details: Record<string, unknown>;
  metadata: Record<string, unknown> | null;
}

/** What is to be found of a text in an event, and where its row and its sheet show it. */
interface Recorded {
  about: string;
  event: Event;
  row: string;
  sheet: string[];
}

/** As the pages write it: what cannot be seen stands by its name. */
const shown = (text: string, keepLines = true) =>
  textTokens(text, { keepLines })
    .map((token) => (token.kind === "text" ? token.text : token.short))
    .join("");

/** Of what was typed nothing may reach an eye or a terminal as it is; a joiner inside an emoji may. */
const raw = /[^\P{Cc}\t\n]|[^\P{Cf}\u200d]/u;

async function ownersPage(browser: Browser, world: World): Promise<Page> {
  const context = await browser.newContext();
  const pairs = world.people.owner.cookie.split("; ").map((pair) => pair.split("="));
  await context.addCookies(
    pairs.map(([name = "", ...value]) => ({ name, value: value.join("="), url: world.url })),
  );
  return context.newPage();
}

/** Types a text where a person would. @returns what stands in the field, which lets no text be longer than its limit */
async function type(field: Locator, text: string): Promise<string> {
  await field.fill(text);
  const typed = await field.inputValue();
  const most = Number((await field.getAttribute("maxlength")) ?? text.length);
  expect(typed).toBe(text.slice(0, most));
  return typed;
}

/** Sends a form and waits until the page has taken the answer: then it has a new id for the next attempt. */
async function submit(form: Locator, button: string): Promise<void> {
  const attempt = form.locator('input[name="attemptId"]');
  const before = await attempt.inputValue();
  await form.getByRole("button", { name: button, exact: true }).click();
  await expect(attempt).not.toHaveValue(before);
}

/** Does an act. @returns its one event */
async function eventOf(world: World, about: string, act: () => Promise<unknown>): Promise<Event> {
  const [event, ...more] = await eventsOf(world, act);
  if (!event) throw new Error(`${about}: no event`);
  expect([about, more.length, event.outcome]).toEqual([about, 0, "success"]);
  return event;
}

/** What an act of the owner's recorded; the views of the log are looked for apart. */
async function eventsOf(world: World, act: () => Promise<unknown>): Promise<Event[]> {
  const [last] = await world.admin`select coalesce(max(seq), 0)::text as seq from audit_event`;
  await act();
  return (await world.admin`select * from audit_event where seq > ${last?.seq} and
    account_id = ${world.people.owner.id} and action <> 'audit.viewed' order by seq`) as unknown as Event[];
}

const guruFields = [
  "Name",
  "Description",
  "Topics",
  "Intro text",
  "Example question 1",
  "Instructions",
] as const;
const inLines = (label: string, text: string) =>
  ["Description", "Intro text", "Instructions"].includes(label) ? `${text}\nand\n\n${text}` : text;

async function typeGuru(form: Locator, text: string): Promise<Record<string, string>> {
  const typed: Record<string, string> = {};
  for (const label of guruFields)
    typed[label] = cleanText(await type(form.getByLabel(label, { exact: true }), inLines(label, text)));
  return typed;
}

async function makeGuru(page: Page, world: World, [name, text]: Nasty, slug: string): Promise<Recorded> {
  await page.goto(`${world.url}/gurus/new`);
  const form = page.getByRole("form", { name: "Create guru" });
  const typed = await typeGuru(form, text);
  await form.getByLabel("Slug").fill(slug);
  const event = await eventOf(world, `create guru: ${name}`, async () => {
    await form.getByRole("button", { name: "Create guru" }).click();
    await page.waitForURL(`**/gurus/${slug}`);
  });
  const [row] = await world.admin`select * from guru where slug = ${slug}`;
  expect([event.target_label, event.guru_name]).toEqual([typed.Name, typed.Name]);
  expect([row?.name, row?.description, row?.topics, row?.intro_text, row?.example_questions[0]]).toEqual(
    guruFields.slice(0, 5).map((label) => typed[label]),
  );
  expect(row?.instructions).toBe(typed.Instructions);
  return {
    about: `create guru: ${name}`,
    event,
    row: event.target_label,
    sheet: [shown(text.slice(0, 100))],
  };
}

async function editGuru(page: Page, world: World, [name, text]: Nasty): Promise<Recorded> {
  const form = page.getByRole("form", { name: "Settings" });
  const typed = await typeGuru(form, text);
  const event = await eventOf(world, `edit guru: ${name}`, () => submit(form, "Save changes"));
  const after = Object.fromEntries(event.changes.map((change) => [change.field, change.after]));
  expect([`edit guru: ${name}`, event.target_label, after]).toEqual([
    `edit guru: ${name}`,
    typed.Name,
    {
      name: typed.Name,
      description: typed.Description,
      topics: typed.Topics,
      intro_text: typed["Intro text"],
      example_questions: [typed["Example question 1"]],
      instructions: typed.Instructions,
    },
  ]);
  const sheet = Object.values(typed).map((value) => shown(value));
  return { about: `edit guru: ${name}`, event, row: typed.Name ?? "", sheet };
}

async function addSource(page: Page, world: World, [name, text]: Nasty): Promise<Recorded> {
  const form = page.getByRole("form", { name: "Add a text" });
  const title = cleanText(await type(form.getByLabel("Title"), text));
  const content = cleanText(await type(form.getByLabel("Content"), `${text}\n\n${text}`));
  const event = await eventOf(world, `source: ${name}`, () => submit(form, "Add data source"));
  const label = cleanText(`TEXT - ${title}`, 200);
  expect([event.target_label, event.details.sha256]).toEqual([label, sha256(content).toString("hex")]);
  return { about: `source: ${name}`, event, row: label, sheet: [shown(label)] };
}

async function ask(page: Page, world: World, [name, text]: Nasty): Promise<Recorded> {
  const form = page.getByRole("form", { name: "Ask" });
  const question = await type(form.getByLabel("Question"), `${text}\nand why?`);
  const event = await eventOf(world, `ask: ${name}`, () => submit(form, "Ask"));
  // A form sends each line end as CR LF.
  const kept = cleanText(question.replaceAll("\n", "\r\n"), 200);
  expect([`ask: ${name}`, event.details.question]).toEqual([`ask: ${name}`, kept]);
  return { about: `ask: ${name}`, event, row: event.target_label, sheet: [shown(kept)] };
}

/** The one field here that lets somebody type more than it takes. */
async function makeKey(page: Page, world: World, [name, text]: Nasty): Promise<Recorded | undefined> {
  const about = `API key: ${name}`;
  const form = page.getByRole("form", { name: "New key" });
  const field = form.getByLabel("Name");
  const typed = cleanText(await type(field, text));
  if (typed.length > 64) {
    expect([about, await eventsOf(world, () => submit(form, "Create API key"))]).toEqual([about, []]);
    await expect(field).toHaveAccessibleDescription(/A name has at most 64 characters/);
    await expect(field).toHaveAttribute("aria-invalid", "true");
    await expect(field).toHaveValue(text);
    return undefined;
  }
  const event = await eventOf(world, about, () => submit(form, "Create API key"));
  expect([event.target_label, event.metadata?.api_key]).toEqual([typed, typed]);
  return { about, event, row: typed, sheet: [shown(typed)] };
}

/** The box above the log: what is looked for is recorded, and is found. */
async function search(page: Page, world: World, [name, text]: Nasty, found: Recorded[]): Promise<void> {
  const [last] = await world.admin`select max(seq)::text as seq from audit_event`;
  const q = await type(page.getByRole("searchbox", { name: "Search events" }), text);
  await page.getByRole("button", { name: "Apply" }).click();
  await page.waitForURL((url) => url.searchParams.get("q") === q);
  for (const { about, event, row } of found) {
    const cell = page.locator(`tr[data-event-id="${event.id}"] .c-obj`);
    await expect(cell, about).toHaveCount(1);
    expect([about, await cell.textContent()]).toEqual([about, shown(row, false)]);
  }
  expect([name, raw.test((await page.locator("main").textContent()) ?? "")]).toEqual([name, false]);
  const viewed = () => world.admin`
    select details->'filters'->>'q' as q from audit_event where seq > ${last?.seq} and action = 'audit.viewed'`;
  await expect.poll(async () => (await viewed()).map((row) => row.q)).toEqual([cleanText(q)]);
}

async function openSheet(page: Page, world: World, { about, event, sheet }: Recorded): Promise<void> {
  await page.goto(`${world.url}/settings/audit-logs?event=${event.id}`);
  const dialog = page.getByRole("dialog", { name: "Audit log details" });
  await expect(dialog.locator("footer.proof"), about).toContainText("Verified by this server");
  const text = (await dialog.textContent()) ?? "";
  for (const part of sheet) expect([about, part, text.includes(part)]).toEqual([about, part, true]);
  expect([about, raw.exec(text)]).toEqual([about, null]);
  expect([about, await page.locator("img[src=x], svg[onload], main script").count()]).toEqual([about, 0]);
}

test("hostile texts typed into every form of the product are recorded once, shown for what they are, and run nothing", async ({
  browser,
  world,
}) => {
  test.setTimeout(120_000);
  expect(nasty.filter(([, text]) => text === "")).toEqual([]);
  const page = await ownersPage(browser, world);
  const problems = watchProblems(page);
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    return dialog.dismiss();
  });
  const recorded = new Map<string, Recorded[]>(nasty.map(([name]) => [name, []]));
  const keep = (name: string, one: Recorded | undefined) => one && recorded.get(name)?.push(one);

  // All in the full run; else every fourth makes a guru, and of each text one sheet is opened, of another act each time.
  const isFull = process.env.GURULOG_TEST_FULL === "1";
  for (const [at, one] of nasty.entries())
    if (isFull || at % 4 === 0) keep(one[0], await makeGuru(page, world, one, `typed-${at}`));
  const base = `${world.url}/gurus/typed-0`;
  // Each of them replaces the one before it, the first that of its creation.
  await page.goto(`${base}/settings`);
  for (const one of [...nasty.slice(1), ...nasty.slice(0, 1)]) keep(one[0], await editGuru(page, world, one));
  await page.goto(`${base}/data-sources`);
  for (const one of nasty) keep(one[0], await addSource(page, world, one));
  await page.goto(base);
  for (const one of nasty) keep(one[0], await ask(page, world, one));
  await page.goto(`${world.url}/settings/api-keys`);
  for (const one of nasty) keep(one[0], await makeKey(page, world, one));
  const acts = [...recorded.values()].flat();
  const refusedKeys = nasty.filter(([, text]) => text.length > 64).length;
  expect(acts).toHaveLength(nasty.length * 4 - refusedKeys + (isFull ? nasty.length : 3));

  await page.goto(`${world.url}/settings/audit-logs`);
  for (const one of nasty) {
    const rows = (recorded.get(one[0]) ?? []).filter(({ row }) => row.includes(one[1]));
    await search(page, world, one, rows);
  }
  for (const [at, of] of [...recorded.values()].entries())
    for (const [i, one] of of.entries())
      if (isFull || i === at % of.length) await openSheet(page, world, one);
  expect(dialogs).toEqual([]);
  expect(problems()).toEqual([]);
  await page.context().close();
});
