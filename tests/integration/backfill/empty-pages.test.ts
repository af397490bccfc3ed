import { describe, expect, it } from "vitest";
import { confluenceLogin, startConfluence } from "@/tests/support/stand-ins/confluence";
import { type GivenAnswer, troubles } from "@/tests/support/stand-ins/content-server";
import { discordBot, discordLogin, startDiscord } from "@/tests/support/stand-ins/discord";
import { githubLogin, startGithub } from "@/tests/support/stand-ins/github";
import { startZendesk, zendeskLogin } from "@/tests/support/stand-ins/zendesk";
import {
  jira,
  jiraIntegration,
  jobFor,
  jobOf,
  ofDocs,
  sourcesOfGuru,
  started,
  synced,
  withBackfillProduct,
  withJira,
} from "./backfill-world";

withBackfillProduct();

/** More pages than may be empty, one after the other. */
const many = 101;
const numbers = (length: number) => Array.from({ length }, (_, n) => n + 1);
const titles = async () => (await sourcesOfGuru()).map(({ title }) => title);
const wellEnded = { status: "COMPLETED", note: null, added_total: 1, run_found: 1 };

describe("pages of which nothing is kept are read through to what lies behind them", () => {
  it("pull requests of GitHub", async () => {
    const github = await started(startGithub());
    const first = Date.parse("2026-03-01T00:00:00Z");
    github.issues = numbers(2 * many + 1).map((number) => ({
      number,
      title: `Number ${number}`,
      body: "Words.",
      updated_at: new Date(first + number * 60_000).toISOString(),
      ...(number <= 2 * many ? { isPull: true as const } : {}),
    }));
    const job = await jobOf("GITHUB", github, githubLogin, { query: "Halden/gateway" });
    expect(await synced(job)).toMatchObject(wellEnded);
    expect(await titles()).toEqual([`Halden/gateway#${2 * many + 1} Number ${2 * many + 1}`]);
  });

  it("what bots said in Discord", async () => {
    const discord = await started(startDiscord());
    const dayMs = 86_400_000;
    const start = Math.floor(Date.now() / dayMs) * dayMs - 5 * dayMs;
    const say = (second: number, more: object) => {
      const ms = start + second * 1_000;
      const id = String(BigInt(ms - 1_420_070_400_000) << 22n);
      discord.say("501", "Beep.", { id, timestamp: new Date(ms).toISOString(), ...more });
    };
    for (const n of numbers(100 * many)) say(n, { author: discordBot });
    say(100 * many + 1, { content: "Good morning." });
    const job = await jobOf("DISCORD", discord, discordLogin, { query: "support", days: "30" });
    expect(await synced(job)).toMatchObject(wellEnded);
    expect((await sourcesOfGuru())[0]?.content).toMatch(/^\d\d:\d\d Good morning\.$/);
  }, 60_000);

  it("attachments in Confluence", async () => {
    const confluence = await started(startConfluence());
    confluence.pageSize = 1;
    confluence.pages = numbers(many + 1).map((n) => ({
      id: `${n}`,
      title: `Page ${n}`,
      version: 1,
      html: "<p>Words.</p>",
      type: n > many ? "page" : "attachment",
    }));
    const job = await jobOf("CONFLUENCE", confluence, confluenceLogin, { query: "space = DOCS" });
    expect(await synced(job)).toMatchObject(wellEnded);
    expect(await titles()).toEqual([`Page ${many + 1}`]);
  });

  it.each([
    ["deleted tickets", "tickets", "status:open"],
    ["drafts of articles", "articles", ""],
  ])("%s of Zendesk", async (_, contentType, query) => {
    const zendesk = await started(startZendesk());
    zendesk.pageSize = 1;
    const updated_at = "2026-03-02T10:00:00Z";
    zendesk.tickets = numbers(many + 1).map((id) => ({
      ...{ id, subject: "Words", updated_at, comments: [{ text: "Words." }] },
      status: id > many ? "open" : "deleted",
    }));
    zendesk.articles = numbers(many + 1).map((id) => ({
      ...{ id, title: `Article ${id}`, body: "<p>Words.</p>", updated_at },
      draft: id <= many,
    }));
    const job = await jobOf("ZENDESK", zendesk, zendeskLogin, { query, contentType });
    expect(await synced(job)).toMatchObject(wellEnded);
  });
});

describe("pages on which the service gives nothing", () => {
  withJira();
  let nth = 0;
  const empty = (): GivenAnswer => ({ json: { issues: [], nextPageToken: `next${++nth}` } });

  it("count for the whole run, however often it is broken off", async () => {
    const job = await jobFor(jiraIntegration, ofDocs);
    jira.trouble.push(...numbers(60).map(empty), troubles.fault, ...numbers(60).map(empty));
    expect(await synced(job)).toMatchObject({
      status: "FAILED",
      note: expect.stringContaining("all are empty"),
    });
    expect(jira.trouble).toHaveLength(20);
  });

  it("are no progress: a run that is broken off behind each ends", async () => {
    const job = await jobFor(jiraIntegration, ofDocs);
    for (let tries = 0; tries < 5; tries++) jira.trouble.push(empty(), troubles.fault);
    expect(await synced(job)).toMatchObject({
      status: "FAILED",
      note: expect.stringContaining("This was tried 4 times"),
    });
    expect(jira.trouble).toHaveLength(2);
  });
});
