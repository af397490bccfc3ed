import { describe, expect, it } from "vitest";
import { plainText } from "@/lib/access/services/slack-days";
import { editBackfillJob } from "@/lib/features/backfill-jobs/commands/edit-backfill-job";
import { testRequest as request } from "@/tests/support/product";
import { contentServer } from "@/tests/support/stand-ins/content-server";
import { discordBot, discordLogin, startDiscord } from "@/tests/support/stand-ins/discord";
import { githubLogin, startGithub } from "@/tests/support/stand-ins/github";
import { jiraLogin, startJira } from "@/tests/support/stand-ins/jira";
import { slackBot, slackLogin, startSlack } from "@/tests/support/stand-ins/slack";
import { done } from "../gurus/guru-for-tests";
import {
  create,
  eventsOfGuru,
  guru,
  integrationIn,
  jobFor,
  jobOf,
  jobRow,
  member,
  product,
  sourcesOfGuru,
  started,
  synced,
  wantsRun,
  withBackfillProduct,
} from "./backfill-world";

withBackfillProduct();

const dayMs = 86_400_000;
const today = Math.floor(Date.now() / dayMs) * dayMs;
/** A moment of the day so many days ago, by UTC. */
const atMs = (daysAgo: number, minutes: number) => today - daysAgo * dayMs + minutes * 60_000;
const dateOf = (daysAgo: number) => new Date(atMs(daysAgo, 0)).toISOString().slice(0, 10);
const titlesAndTexts = async () => (await sourcesOfGuru()).map(({ title, content }) => [title, content]);

it("a service that names empty pages without end is refused in words, and its run fails", async () => {
  let nth = 0;
  const slack = await started(
    contentServer(null, () => ({
      json: { ok: true, channels: [], messages: [], response_metadata: { next_cursor: `next${++nth}` } },
    })),
  );
  const integration = await integrationIn("SLACK", slack.url, slackLogin);
  expect(await create(integration, { query: "#support", days: "30" })).toMatchObject({
    code: "conflict",
    message: expect.stringContaining("all are empty"),
  });
  const jira = await started(startJira());
  const job = await jobOf("JIRA", jira, jiraLogin, { query: "project = DOCS" });
  const pages = (next: () => string) => {
    jira.trouble.push(
      ...Array.from({ length: 150 }, () => ({ json: { issues: [], nextPageToken: next() } })),
    );
  };
  pages(() => `next${++nth}`);
  expect(await synced(job)).toMatchObject({
    status: "FAILED",
    note: expect.stringContaining("all are empty"),
  });
  expect(jira.trouble).toHaveLength(50);
  jira.trouble.length = 0;
  pages(() => "next");
  await wantsRun(job);
  expect(await synced(job)).toMatchObject({
    status: "FAILED",
    note: expect.stringContaining("that it named before"),
  });
  expect(jira.trouble).toHaveLength(148);
});

describe("a channel of Slack", () => {
  const ts = (daysAgo: number, minutes: number) => `${Math.floor(atMs(daysAgo, minutes) / 1_000)}.000100`;
  async function workspace() {
    const slack = await started(startSlack());
    const [channel, user] = ["C0SUPPORT", "U0TUVA001"];
    const asked = {
      channel,
      user,
      ts: ts(12, 600),
      text: "How is the <https://x.example/gw|gateway> rolled back?",
    };
    slack.posts = [
      { channel, user, ts: ts(40, 0), text: "Too long ago." },
      asked,
      { channel, user, ts: ts(12, 605), thread_ts: asked.ts, text: "With one command, <@U0IDA0001>." },
      { channel, ts: ts(12, 606), thread_ts: asked.ts, text: "The bot's words.", bot_id: "B1" },
      { channel, user, ts: ts(12, 700), text: "Thanks &amp; bye" },
      { channel, user, ts: ts(2, 0), text: "A new day." },
      { channel, ts: ts(2, 1), text: "The bot's own answer.", user: slackBot.userId, bot_id: "B0BOT0001" },
      { channel: "C0GENERAL", user, ts: ts(2, 2), text: "Elsewhere." },
    ];
    Object.assign(asked, { reply_count: 2 });
    return slack;
  }

  it("becomes a source a day, with the answers in its threads, and without what bots said", async () => {
    const slack = await workspace();
    const job = await jobOf("SLACK", slack, slackLogin, { query: "#Support", days: "30" });
    expect(await jobRow(job)).toMatchObject({ query: "C0SUPPORT", label: "#support", days: 30 });
    expect(await synced(job)).toMatchObject({ status: "COMPLETED", note: null, added_total: 2 });
    expect(await titlesAndTexts()).toEqual([
      [
        `#support ${dateOf(12)}`,
        `10:00 How is the [gateway](https://x.example/gw) rolled back?\n\nReply: With one command, @somebody.\n\n11:40 Thanks & bye`,
      ],
      [`#support ${dateOf(2)}`, "00:00 A new day."],
    ]);
  });

  it("asks for no thread of a day that has not changed, and reads one anew that goes on", async () => {
    const slack = await workspace();
    const job = await jobOf("SLACK", slack, slackLogin, {
      query: "support",
      days: "30",
    });
    await synced(job);
    slack.asked.length = 0;
    slack.posts.push({ channel: "C0SUPPORT", user: "U0TUVA001", ts: ts(2, 30), text: "And on." });
    await wantsRun(job);
    expect(await synced(job)).toMatchObject({ run_found: 2, run_added: 0, run_changed: 1 });
    expect(slack.asked.filter(({ path }) => path === "/conversations.replies")).toEqual([]);
    expect((await sourcesOfGuru())[1]?.content).toContain("00:30 And on.");
  });

  it("that is gone when a run goes on fails, and says so", async () => {
    const slack = await workspace();
    const job = await jobOf("SLACK", slack, slackLogin, {
      query: "support",
      days: "30",
    });
    await synced(job);
    await wantsRun(job);
    await product.admin`
      update backfill_job set position = ${product.admin.json({ at: { fromMs: atMs(5, 0) } })} where id = ${job}`;
    slack.channels = slack.channels.filter(({ name }) => name !== "support");
    expect(await synced(job)).toMatchObject({
      status: "FAILED",
      note: expect.stringContaining("no such channel"),
    });
  });

  it("of the same name as another is another", async () => {
    const slack = await workspace();
    const job = await jobOf("SLACK", slack, slackLogin, {
      query: "support",
      days: "30",
    });
    await synced(job);
    slack.channels = [{ id: "C1SUPPORT", name: "support" }];
    const input = { guru: guru.slug, id: job, query: "support", days: "30", intervalHours: "1" };
    done(await editBackfillJob.execute({ principal: member, request, input }));
    expect(await jobRow(job)).toMatchObject({ query: "C1SUPPORT", label: "#support", run_wanted: true });
    const isOurs = (event: { action: string; actor_id: string | null }) =>
      event.action === "backfill_job.updated" && event.actor_id === member.accountId;
    expect((await eventsOfGuru()).find(isOurs)?.changes).toEqual([
      { field: "query", before: "#support (C0SUPPORT)", after: "#support (C1SUPPORT)" },
    ]);
  });

  it("that the bot does not see is refused beside the field", async () => {
    const slack = await workspace();
    const integration = await integrationIn("SLACK", slack.url, slackLogin);
    expect(await create(integration, { query: "#secret", days: "30" })).toMatchObject({
      code: "invalid",
      fieldErrors: { query: [expect.stringContaining("sees no channel of this name")] },
    });
    expect(await create(integration, { query: "#support" })).toMatchObject({
      code: "invalid",
      fieldErrors: { days: [expect.any(String)] },
    });
    expect(await create(integration, { query: "#support", days: "0" })).toMatchObject({ code: "invalid" });
  });

  it("is read as text, whatever its mark-up", () => {
    expect(
      plainText("<!here> see <#C1|ops>, <mailto:a@b.example|a@b.example> &lt;b&gt; <https://x.example>"),
    ).toBe("@here see #ops, mailto:a@b.example|a@b.example <b> https://x.example");
    expect(plainText("<https://x.example|Here>, <@U1|ida> and <@U2>: <!date^1^{date}|x>")).toBe(
      "[Here](https://x.example), @somebody and @somebody: @date",
    );
  });

  it("a mark-up without an end takes no time", () => {
    const began = performance.now();
    for (const sign of ["<https:", "<https:x|", "<#A|", "<@A|", "<!a", "<!a^", "<"])
      plainText(sign.repeat(Math.floor(500_000 / sign.length)));
    plainText(`<!${"a".repeat(500_000)}`);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe("a channel of Discord", () => {
  it("becomes a source a day, over several pages, without what bots and webhooks said", async () => {
    const discord = await started(startDiscord());
    discord.pageSize = 100;
    const idAt = (ms: number) => String(BigInt(ms - 1_420_070_400_000) << 22n);
    const say = (ms: number, content: string, more = {}) =>
      discord.say("501", content, { id: idAt(ms), timestamp: new Date(ms).toISOString(), ...more });
    say(atMs(90, 0), "Too long ago.");
    for (let n = 0; n < 150; n++) say(atMs(5, n), `Message ${n}.`);
    say(atMs(5, 900), "The bot's own.", { author: discordBot });
    say(atMs(5, 901), "A feed.", { webhook_id: "1" });
    say(atMs(1, 0), "Good morning <@77>!");
    const job = await jobOf("DISCORD", discord, discordLogin, { query: "support", days: "30" });
    expect(await synced(job)).toMatchObject({ status: "COMPLETED", note: null, added_total: 2 });
    const [first, second] = await sourcesOfGuru();
    expect(first?.title).toBe(`#support ${dateOf(5)}`);
    expect(first?.content.match(/Message \d+\./g)).toHaveLength(150);
    expect(first?.content).not.toMatch(/bot's own|A feed/);
    expect(first?.url).toBe(`https://discord.com/channels/1/501/${idAt(atMs(5, 0))}`);
    expect(second?.content).toBe("00:00 Good morning @somebody!");
    await wantsRun(job);
    expect(await synced(job)).toMatchObject({ run_found: 2, run_added: 0, run_changed: 0 });
  });
});

describe("a repository of GitHub", () => {
  it("becomes a source an issue, with its comments, without pull requests", async () => {
    const github = await started(startGithub());
    github.issues = [1, 2, 3, 4, 5].map((number) => ({
      number,
      title: `Issue ${number}`,
      body: `Body ${number}.`,
      updated_at: `2026-03-0${number}T00:00:00Z`,
      ...(number === 3 ? { isPull: true as const } : {}),
    }));
    github.comments = [1, 2, 3].map((id) => ({ id, issue: 5, body: `Comment ${id}.`, login: "tuva" }));
    const integration = await integrationIn("GITHUB", github.url, githubLogin);
    expect(await create(integration, { query: "gateway" })).toMatchObject({
      fieldErrors: { query: [expect.stringContaining("owner/name")] },
    });
    expect(await create(integration, { query: "halden/none" })).toMatchObject({ code: "invalid" });
    const job = await jobFor(integration, { query: "Halden/gateway" });
    expect(await synced(job)).toMatchObject({ status: "COMPLETED", note: null, added_total: 4 });
    expect((await sourcesOfGuru()).map(({ kind, title }) => [kind, title])).toEqual(
      [1, 2, 4, 5].map((n) => ["GITHUB_ISSUE", `Halden/gateway#${n} Issue ${n}`]),
    );
    expect((await sourcesOfGuru())[3]?.content).toBe(
      "State: open\n\nBody 5.\n\n## Comment\n\nComment 1.\n\n## Comment\n\nComment 2.\n\n## Comment\n\nComment 3.",
    );
    github.asked.length = 0;
    await wantsRun(job);
    expect(await synced(job)).toMatchObject({ run_found: 4, run_added: 0, run_changed: 0 });
    expect(github.asked.some(({ path }) => path.includes("/comments"))).toBe(false);
  });
});
