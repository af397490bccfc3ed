import { expect, type Page, test } from "@playwright/test";
import { discordBot, discordLogin, type StandInDiscord, startDiscord } from "../support/stand-ins/discord";
import { githubLogin, githubSigned, type StandInGithub, startGithub } from "../support/stand-ins/github";
import { type StandInSlack, slackBot, slackLogin, slackSigned, startSlack } from "../support/stand-ins/slack";
import { axe } from "./support/axe";
import { openBrowser, rowsOfLog, signInAt, soleOwner, soleOwnerEnv } from "./support/own-product";
import { pictures } from "./support/pictures";
import { type Product, startProduct } from "./support/start-product";

let product: Product;
let slack: StandInSlack;
let discord: StandInDiscord;
let github: StandInGithub;

test.beforeAll(async () => {
  [slack, discord, github] = await Promise.all([startSlack(), startDiscord(), startGithub()]);
  product = await startProduct({ env: { ...soleOwnerEnv, GURULOG_ALLOW_PRIVATE_CIDRS: "127.0.0.0/8" } });
});
test.afterAll(async () => {
  await product?.stop();
  await Promise.all([slack?.close(), discord?.close(), github?.close()]);
});

const guru = (slug = "runbook") => `${product.url}/gurus/${slug}`;

/** @param name one word, of which the address is made */
async function guruWithText(page: Page, name: string): Promise<void> {
  const address = guru(name.toLowerCase());
  await page.goto(`${product.url}/gurus/new`);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("button", { name: "Create guru" }).click();
  await expect(page).toHaveURL(new RegExp(`${address}($|[/?])`));
  await page.goto(`${address}/data-sources`);
  await page.getByLabel("Title").fill("Rollback");
  await page.getByLabel("Content").fill("The gateway is rolled back with the crimson lever.");
  await page.getByRole("button", { name: "Add data source" }).click();
  const row = page.getByRole("table", { name: "Data sources" }).getByRole("row", { name: /Rollback/ });
  await expect(row.getByText("Indexed")).toBeVisible({ timeout: 15_000 });
}

/** Somebody writes in Slack, and Slack says so to the webhook. */
function deliver(address: string, text: string, ts: string, secret = slackLogin.signingSecret) {
  const event = { type: "message", channel: "C0SUPPORT", channel_type: "channel", user: "U1", text, ts };
  const body = JSON.stringify({ type: "event_callback", team_id: slackBot.teamId, event_id: ts, event });
  return fetch(address, { method: "POST", body, headers: slackSigned(body, secret) });
}

test("a bot is tied to Slack, answers there what is asked, and is taken away", async ({ browser }) => {
  const { page, problems } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  await guruWithText(page, "Runbook");
  await page.getByRole("navigation", { name: "Guru" }).getByRole("link", { name: "Integrations" }).click();
  const list = page.getByRole("table", { name: "Integrations" });
  await expect(list.getByText("Not connected")).toHaveCount(6);
  await pictures(page, "integrations");
  expect((await axe(page)).violations).toEqual([]);
  await list.getByRole("link", { name: "Slack" }).click();

  const form = page.getByRole("form", { name: "Connect Slack" });
  const connect = async (botToken: string) => {
    await form.getByLabel("Address").fill(slack.url);
    await form.getByLabel("Bot token", { exact: true }).fill(botToken);
    await form.getByLabel("Signing secret", { exact: true }).fill(slackLogin.signingSecret);
    await form.getByRole("button", { name: "Connect Slack" }).click();
  };
  await connect("xoxb-not-the-token");
  await expect(form.getByText("Slack refuses the bot token")).toBeVisible();
  await expect(form.getByLabel("Bot token", { exact: true })).toHaveValue("");
  await connect(slackLogin.botToken);
  await expect(page.getByText("Connected as halden_bot in Halden Works.")).toBeVisible();
  await expect(page.getByText("xoxb••••")).toBeVisible();

  await page.getByRole("button", { name: "Show what the bot sees" }).click();
  await expect(page.getByRole("list", { name: "Channels that the bot sees" })).toContainText("#random");
  const where = page.getByRole("form", { name: "Where the bot answers" });
  await where.getByLabel("Add a channel").fill("#nowhere");
  await where.getByRole("button", { name: "Save changes" }).click();
  await expect(where.getByText("The bot sees none of this name")).toBeVisible();
  await where.getByLabel("Add a channel").fill("#support");
  await where.getByLabel("Its mode").selectOption("auto");
  await where.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Slack saved.")).toBeVisible();
  await expect(where.getByLabel("#support")).toHaveValue("auto C0SUPPORT");
  await pictures(page, "integration-slack");
  expect((await axe(page)).violations).toEqual([]);
  await page.reload();
  expect(await page.content()).not.toContain(slackLogin.botToken);
  expect(await page.content()).not.toContain(slackLogin.signingSecret);

  const address = await page.getByRole("textbox", { name: "Webhook URL" }).inputValue();
  expect((await deliver(address, "How?", "1700000001.000100", "another secret")).status).toBe(401);
  expect((await deliver(address, "How is the gateway rolled back?", "1700000002.000100")).status).toBe(200);
  await expect.poll(() => slack.posts.length, { timeout: 20_000 }).toBe(1);
  expect(slack.posts[0]).toMatchObject({ channel: "C0SUPPORT", thread_ts: "1700000002.000100" });
  expect(slack.posts[0]?.text).toContain("crimson lever");

  await answersAre(page, "1 posted, 0 waiting, 0 failed");
  await page.getByRole("button", { name: "Delete integration" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete integration" }).click();
  await expect(page.getByRole("form", { name: "Connect Slack" })).toBeVisible();
  expect((await deliver(address, "Still there?", "1700000003.000100")).status).toBe(401);

  const rows = (await rowsOfLog(page, product)).join("\n");
  for (const operation of [
    "CREATE_INTEGRATION",
    "EDIT_INTEGRATION",
    "DELETE_INTEGRATION",
    "WEBHOOK_REJECTED",
    "ASK_GURU",
  ])
    expect(rows).toContain(operation);
  expect(rows).toContain("SLACK - Runbook");
  expect(problems()).toEqual([]);
});

/** Somebody comments on an issue, and GitHub says so to the webhook. */
async function comment(
  address: string,
  said: { id: number; body: string },
  secret = githubLogin.webhookSecret,
) {
  const user = { login: "tuva", type: "User" };
  const created_at = new Date().toISOString();
  const body = JSON.stringify({
    action: "created",
    repository: { full_name: "Halden/gateway" },
    installation: { id: Number(githubLogin.installationId) },
    issue: { id: 1, number: 12, title: "The gateway is down", body: null, created_at, user },
    comment: { ...said, created_at, user },
  });
  const headers = githubSigned("issue_comment", body, secret);
  const send = async () => (await fetch(address, { method: "POST", body, headers })).status;
  return { first: await send(), send };
}

/** Waits until the page of a service says so of the bot's answers. */
async function answersAre(page: Page, words: string): Promise<void> {
  await expect(async () => {
    await page.reload();
    await expect(page.getByText(words)).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 20_000 });
}

async function deleteIntegration(page: Page, title: string): Promise<void> {
  await page.getByRole("button", { name: "Delete integration" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete integration" }).click();
  await expect(page.getByRole("form", { name: `Connect ${title}` })).toBeVisible();
}

/** What the log of a guru has of its integration: how often each operation, and the details of the question. */
async function expectInLog(
  page: Page,
  slug: string,
  told: { object: string; door: string; rejected: number },
) {
  const rows = await rowsOfLog(page, product, `?guru=${slug}`);
  const of = (operation: string) => rows.filter((row) => row.includes(operation));
  const ofObject = (operation: string) => of(operation).filter((row) => row.includes(told.object));
  for (const operation of ["CREATE_INTEGRATION", "EDIT_INTEGRATION", "DELETE_INTEGRATION"]) {
    expect(ofObject(operation), operation).toHaveLength(1);
    expect(of(operation)[0]).toContain(soleOwner.email);
  }
  expect(ofObject("WEBHOOK_REJECTED")).toHaveLength(told.rejected);
  expect(of("ASK_GURU")).toHaveLength(1);
  expect(of("ASK_GURU")[0]).toContain("System");
  const row = page.getByRole("table", { name: "Audit Logs" }).getByRole("row", { name: /ASK_GURU/ });
  await row.getByRole("button", { name: "Details" }).click();
  const details = page.getByRole("dialog", { name: "Audit log details" });
  for (const text of [told.door, "How is the gateway rolled back?", "quoted"])
    await expect(details.getByText(text, { exact: true }).first()).toBeVisible();
}

test("a bot is tied to GitHub, answers below an issue, and is taken away", async ({ browser }) => {
  test.setTimeout(90_000);
  const { page, problems } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  await guruWithText(page, "Handbook");
  await page.goto(`${guru("handbook")}/integrations/github`);
  const form = page.getByRole("form", { name: "Connect GitHub" });
  const connect = async (appId: string) => {
    await form.getByLabel("Address").fill(github.url);
    await form.getByLabel("App ID", { exact: true }).fill(appId);
    await form.getByLabel("Installation ID", { exact: true }).fill(githubLogin.installationId);
    await form.getByLabel("Private key", { exact: true }).fill(githubLogin.privateKey);
    await form.getByLabel("Webhook secret", { exact: true }).fill(githubLogin.webhookSecret);
    await form.getByRole("button", { name: "Connect GitHub" }).click();
  };
  await connect("654321");
  await expect(form.getByText("GitHub refuses these credentials")).toBeVisible();
  await expect(form.getByLabel("Webhook secret", { exact: true })).toHaveValue("");
  await connect(githubLogin.appId);
  await expect(page.getByText("Connected as Halden bot on Halden.")).toBeVisible();
  const where = page.getByRole("form", { name: "Where the bot answers" });
  await where.getByLabel("Add a repository").fill("Halden/gateway");
  await where.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("GitHub saved.")).toBeVisible();
  await expect(where.getByLabel("Halden/gateway")).toHaveValue("manual halden/gateway");
  expect((await axe(page)).violations).toEqual([]);
  await page.reload();
  const shown = await page.content();
  for (const secret of [githubLogin.webhookSecret, githubLogin.privateKey.split("\n")[1] ?? ""])
    expect(shown).not.toContain(secret);

  const address = await page.getByRole("textbox", { name: "Webhook URL" }).inputValue();
  const question = "@halden-bot How is the gateway rolled back?";
  expect((await comment(address, { id: 71, body: question }, "another secret")).first).toBe(401);
  expect((await comment(address, { id: 72, body: "Not for the bot." })).first).toBe(200);
  const asked = await comment(address, { id: 73, body: question });
  expect([asked.first, await asked.send()]).toEqual([200, 401]);
  await expect.poll(() => github.comments.length, { timeout: 20_000 }).toBe(1);
  expect(github.comments[0]).toMatchObject({ issue: 12, login: "halden-bot[bot]" });
  expect(github.comments[0]?.body).toContain("crimson lever");
  await answersAre(page, "1 posted, 0 waiting, 0 failed");
  await deleteIntegration(page, "GitHub");
  expect((await comment(address, { id: 74, body: question })).first).toBe(401);
  expect(github.comments).toHaveLength(1);
  await expectInLog(page, "handbook", { object: "GITHUB - Handbook", door: "github", rejected: 2 });
  expect(problems()).toEqual([]);
});

test("a bot is tied to Discord, finds there what is asked, and is taken away", async ({ browser }) => {
  test.setTimeout(120_000);
  const { page, problems } = await openBrowser(browser, product);
  await signInAt(page, product, soleOwner);
  await guruWithText(page, "Logbook");
  await page.goto(`${guru("logbook")}/integrations/discord`);
  const form = page.getByRole("form", { name: "Connect Discord" });
  await form.getByLabel("Address").fill(discord.url);
  await form.getByLabel("Bot token", { exact: true }).fill(discordLogin.botToken);
  await form.getByRole("button", { name: "Connect Discord" }).click();
  await expect(page.getByText("Connected as halden-bot.")).toBeVisible();
  const where = page.getByRole("form", { name: "Where the bot answers" });
  await where.getByLabel("Add a channel").fill("#general in Halden");
  await where.getByLabel("Its mode").selectOption("auto");
  await where.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Discord saved.")).toBeVisible();
  // What stood there before the first look is not answered.
  const looked = () => discord.asked.some(({ path }) => path === "/channels/500/messages");
  await expect.poll(looked, { timeout: 30_000 }).toBe(true);
  const { id } = discord.say("500", "How is the gateway rolled back?");
  const answers = () =>
    (discord.messages.get("500") ?? []).filter(({ author }) => author.id === discordBot.id);
  await expect.poll(() => answers().length, { timeout: 40_000 }).toBe(1);
  expect(answers()[0]).toMatchObject({ message_reference: { message_id: id } });
  expect(answers()[0]?.content).toContain("crimson lever");
  await answersAre(page, "1 posted, 0 waiting, 0 failed");
  await deleteIntegration(page, "Discord");
  await expectInLog(page, "logbook", { object: "DISCORD - Logbook", door: "discord", rejected: 0 });
  expect(problems()).toEqual([]);
});

test("a channel is chosen without JavaScript", async ({ browser }) => {
  const { page } = await openBrowser(browser, product, { javaScriptEnabled: false });
  await signInAt(page, product, soleOwner);
  await page.goto(`${guru()}/integrations/slack`);
  const form = page.getByRole("form", { name: "Connect Slack" });
  await form.getByLabel("Address").fill(slack.url);
  await form.getByLabel("Bot token", { exact: true }).fill(slackLogin.botToken);
  await form.getByLabel("Signing secret", { exact: true }).fill(slackLogin.signingSecret);
  await form.getByRole("button", { name: "Connect Slack" }).click();
  const where = page.getByRole("form", { name: "Where the bot answers" });
  await where.getByLabel("Add a channel").fill("general");
  await where.getByRole("button", { name: "Save changes" }).click();
  await expect(where.getByLabel("#general")).toHaveValue("manual C0GENERAL");
});
