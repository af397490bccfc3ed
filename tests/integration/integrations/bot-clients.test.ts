import { generateKeyPairSync } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { firstOf, mostChannels } from "@/lib/access/services/bot-client";
import { botOf } from "@/lib/access/services/bot-of";
import { discordClient } from "@/lib/access/services/discord";
import { githubClient } from "@/lib/access/services/github";
import { slackClient } from "@/lib/access/services/slack";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { contentServer, troubles } from "@/tests/support/stand-ins/content-server";
import { discordLogin, type StandInDiscord, startDiscord } from "@/tests/support/stand-ins/discord";
import { githubLogin, type StandInGithub, startGithub } from "@/tests/support/stand-ins/github";
import { type StandInSlack, slackLogin, startSlack } from "@/tests/support/stand-ins/slack";
import { standInEnv } from "./integration-world";

let product: TestProduct;
let slack: StandInSlack;
let discord: StandInDiscord;
let github: StandInGithub;

beforeAll(async () => {
  product = await createTestProduct(standInEnv);
  [slack, discord, github] = await Promise.all([startSlack(), startDiscord(), startGithub()]);
});
afterAll(async () => {
  await Promise.all([slack?.close(), discord?.close(), github?.close()]);
  await product?.close();
});
afterEach(() => {
  for (const server of [slack, discord, github]) server.trouble.length = 0;
});

const accessOf = {
  SLACK: () => ({ baseUrl: slack.url, credentials: slackLogin }),
  DISCORD: () => ({ baseUrl: discord.url, credentials: discordLogin }),
  GITHUB: () => ({ baseUrl: github.url, credentials: githubLogin }),
};
const serverOf = { SLACK: () => slack, DISCORD: () => discord, GITHUB: () => github };

describe.each(["SLACK", "DISCORD", "GITHUB"] as const)("%s", (type) => {
  const client = (credentials = {}, patienceMs = 5_000) =>
    botOf(
      type,
      { ...accessOf[type](), credentials: { ...accessOf[type]().credentials, ...credentials } },
      { patienceMs },
    );

  it("says whose the credentials are, and lists every page of what it sees", async () => {
    const names = {
      SLACK: "halden_bot in Halden Works",
      DISCORD: "halden-bot",
      GITHUB: "Halden bot on Halden",
    };
    const seen = {
      SLACK: ["#general", "#support", "#random"],
      DISCORD: ["#general in Halden", "#support in Halden"],
      GITHUB: ["Halden/gateway", "Halden/handbook", "Halden/site"],
    };
    expect((await client().check()).accountName).toBe(names[type]);
    expect((await client().channels()).map(({ name }) => name)).toEqual(seen[type]);
  });

  it.each([429, 503])("waits as long as it is told to, and goes on: %i", async (status) => {
    serverOf[type]().trouble.push({ ...troubles.slowDown(1), status });
    const started = performance.now();
    await client().check();
    expect(performance.now() - started).toBeGreaterThanOrEqual(950);
  });

  const wrong = { botToken: "xoxb-wrong", privateKey: otherKey() };
  it.each([
    ["a pause that is longer than it may wait", troubles.slowDown(60), {}, "rate_limited"],
    ["401", troubles.unauthorized, {}, "credentials"],
    ["credentials that it does not know", null, wrong, "credentials"],
    ["403", troubles.forbidden, {}, "forbidden"],
    ["500", troubles.fault, {}, "server_error"],
    ["half a JSON", troubles.malformed, {}, "malformed"],
    ["another JSON", troubles.another, {}, "malformed"],
  ])("names %s as what it is, in words without a credential", async (_, trouble, credentials, problem) => {
    if (trouble) serverOf[type]().trouble.push(trouble);
    const error = await client(credentials)
      .check()
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      name: "ServiceTrouble",
      problem,
      message: expect.stringMatching(/^[A-Z].*\.$/s),
    });
    for (const secret of Object.values({ ...accessOf[type]().credentials, ...credentials }))
      if (String(secret).length > 8) expect(String(error)).not.toContain(secret);
  });

  it("sends credentials nowhere else, whatever the service repeats of them or leads on to", async () => {
    const credential = type === "GITHUB" ? githubLogin.webhookSecret : accessOf[type]().credentials;
    const said = JSON.stringify(credential);
    serverOf[type]().trouble.push({ status: 400, json: { message: `no: ${said}` } });
    const error = await client()
      .check()
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: "ServiceTrouble" });
    for (const secret of Object.values(accessOf[type]().credentials))
      if (secret.length > 8) expect(String(error)).not.toContain(secret);
    // `localhost` is another origin than the address.
    const elsewhere = serverOf[type]().url.replace("127.0.0.1", "localhost");
    serverOf[type]().trouble.push({ status: 302, headers: { location: `${elsewhere}/x` }, json: {} });
    await client()
      .check()
      .catch(() => {});
    const [last] = serverOf[type]().asked.slice(-1);
    if (last?.headers.host?.startsWith("localhost")) expect(last.headers.authorization).toBeUndefined();
  });
});

function otherKey(): string {
  return generateKeyPairSync("rsa", { modulusLength: 2048 })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
}

it("GitHub: a key that is none is refused without being repeated", async () => {
  const access = { baseUrl: github.url, credentials: { ...githubLogin, privateKey: "-----BEGIN x-----" } };
  const error = await githubClient(access)
    .check()
    .catch((caught: unknown) => caught);
  expect(error).toMatchObject({ problem: "credentials", message: expect.stringContaining("no RSA key") });
});

it("GitHub: issues come page by page without pull requests, and a next page elsewhere is not followed", async () => {
  const issue = { body: "b", updated_at: "2026-03-02T10:00:00Z" };
  github.issues = [1, 2, 3, 4, 5].map((number) => ({
    number,
    title: `Issue ${number}`,
    ...issue,
    ...(number === 2 ? { isPull: true as const } : {}),
  }));
  const client = githubClient(accessOf.GITHUB());
  const all = await firstOf(client.issues("Halden/gateway"));
  expect(all.map(({ number }) => number)).toEqual([1, 3, 4, 5]);
  await client.check();
  github.trouble.push({ headers: { link: '<http://elsewhere.example/x>; rel="next"' }, json: [] });
  await expect(firstOf(client.issues("Halden/gateway"))).rejects.toMatchObject({ problem: "malformed" });
  github.trouble.push({ headers: { link: '<https://[>; rel="next"' }, json: [] });
  await expect(firstOf(client.issues("Halden/gateway"))).rejects.toMatchObject({
    problem: "malformed",
    message: expect.stringContaining("no address"),
  });
});

it("Slack: history and threads come page by page, with cursors", async () => {
  slack.posts = [1, 2, 3, 4, 5].map((n) => ({
    channel: "C0GENERAL",
    ts: `${n}.0`,
    text: `m${n}`,
    user: "U1",
    ...(n > 3 ? { thread_ts: "1.0" } : {}),
  }));
  const client = slackClient(accessOf.SLACK());
  const texts = async (pages: AsyncIterable<{ text: string }[]>) =>
    (await firstOf(pages)).map(({ text }) => text);
  expect(await texts(client.history("C0GENERAL"))).toEqual(["m3", "m2", "m1"]);
  expect(await texts(client.history("C0GENERAL", { oldest: "1.0" }))).toEqual(["m3", "m2"]);
  expect(await texts(client.thread("C0GENERAL", "1.0"))).toEqual(["m1", "m4", "m5"]);
  await expect(texts(client.history("C0NONE"))).rejects.toMatchObject({ problem: "not_found" });
});

it("Discord: messages before and after one come in order, over pages of a hundred", async () => {
  const said = Array.from({ length: 230 }, (_, n) => discord.say("500", `m${n}`).content);
  const client = discordClient(accessOf.DISCORD());
  const texts = async (pages: AsyncIterable<{ content: string }[]>) =>
    (await firstOf(pages)).map(({ content }) => content);
  expect(await texts(client.messagesAfter("500", "0"))).toEqual(said);
  expect(await texts(client.messagesBefore("500"))).toEqual([...said].reverse());
});

it.each(["a new next page", "the same next page"])(
  "a listing of empty pages has an end: %s",
  async (which) => {
    const isNew = which === "a new next page";
    let nth = 0;
    const empty = () => ({
      json: {
        ...{ ok: true, messages: [], channels: [] },
        response_metadata: { next_cursor: isNew ? `next${++nth}` : "next" },
      },
    });
    const endless = await contentServer(null, empty);
    const bot = slackClient({ baseUrl: endless.url, credentials: slackLogin });
    const asked: [() => Promise<unknown>, number][] = [
      [() => bot.channels(), 200],
      [() => bot.hasReplied({ channel: "C0GENERAL", thread: "1.0" }, "a"), 20],
      [() => firstOf(bot.history("C0GENERAL")), 20],
    ];
    for (const [ask, most] of asked) {
      const before = endless.asked.length;
      await expect(ask()).rejects.toMatchObject({
        name: "ServiceTrouble",
        problem: "malformed",
        message: expect.stringMatching(isNew ? /all are empty/ : /that it named before/),
      });
      expect(endless.asked.length - before).toBe(isNew ? most : 2);
    }
    await endless.close();
  },
);

it("Slack: channels behind 30,000 archived ones are found", async () => {
  let left = 150;
  const archived = () => {
    const isLast = left-- === 0;
    const channels = isLast ? [{ id: "C0SUPPORT", name: "support" }] : [];
    return { json: { ok: true, channels, response_metadata: { next_cursor: isLast ? "" : `${left}` } } };
  };
  const workspace = await contentServer(null, archived);
  const bot = slackClient({ baseUrl: workspace.url, credentials: slackLogin });
  expect(await bot.channels()).toEqual([{ id: "C0SUPPORT", name: "#support" }]);
  await workspace.close();
});

it("what comes page by page is cut where there is too much", async () => {
  async function* endless() {
    for (;;) yield Array.from({ length: 300 }, () => 1);
  }
  expect(await firstOf(endless())).toHaveLength(mostChannels);
});
