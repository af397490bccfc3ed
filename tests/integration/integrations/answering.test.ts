import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { draftAnswer } from "@/lib/features/ask/draft-answer";
import { answerWhole } from "@/lib/features/ask/whole-answer";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { answerMessage } from "@/lib/features/integrations/answering/answer-message";
import type { Answering } from "@/lib/features/integrations/answering/answering";
import { pollDiscord } from "@/lib/features/integrations/answering/poll-discord";
import { requeueDueMessages } from "@/lib/features/integrations/answering/turns";
import { editIntegration } from "@/lib/features/integrations/commands/edit-integration";
import { keepMessage } from "@/lib/features/integrations/incoming/keep-message";
import { inTransaction } from "@/lib/gate/transaction";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { troubles } from "@/tests/support/stand-ins/content-server";
import {
  discordBot,
  discordLogin,
  type StandInDiscord,
  startDiscord,
} from "@/tests/support/stand-ins/discord";
import { githubLogin, type StandInGithub, startGithub } from "@/tests/support/stand-ins/github";
import { type StandInSlack, slackLogin, startSlack } from "@/tests/support/stand-ins/slack";
import { done, guruOf, textIn } from "../gurus/guru-for-tests";
import { listenIn, standInEnv, tie } from "./integration-world";

const answering: Answering = { ask: answerWhole, draft: draftAnswer };
const going = () => new AbortController().signal;

let product: TestProduct;
let slack: StandInSlack;
let discord: StandInDiscord;
let github: StandInGithub;
let member: UserPrincipal;
let guruSlug: string;
let ids: { slack: string; discord: string; github: string };

beforeAll(async () => {
  product = await createTestProduct(standInEnv);
  [slack, discord, github] = await Promise.all([startSlack(), startDiscord(), startGithub()]);
  member = await product.person("m.solberg@halden.example");
  const guru = await guruOf(member);
  guruSlug = guru.slug;
  const text = "To roll back the gateway, run <make rollback> & tell @channel in #12.";
  await indexDataSource({ dataSourceId: await textIn(guru.slug, member, "Rollback", text) });
  ids = {
    slack: await tie(member, guru.slug, "SLACK", { baseUrl: slack.url, ...slackLogin }),
    discord: await tie(member, guru.slug, "DISCORD", { baseUrl: discord.url, ...discordLogin }),
    github: await tie(member, guru.slug, "GITHUB", { baseUrl: github.url, ...githubLogin }),
  };
  await listenIn(member, guru.slug, ids.discord, { add: "500", addMode: "auto" });
  await listenIn(member, guru.slug, ids.discord, { add: "#support", addMode: "manual" });
});
afterAll(async () => {
  await Promise.all([slack?.close(), discord?.close(), github?.close()]);
  await product?.close();
});
beforeEach(async () => {
  await product.admin`delete from bot_message`;
  slack.posts.length = 0;
  slack.trouble.length = 0;
});

const question = "How do I roll back the gateway?";
let nth = 0;
/** A question that a webhook or a look has kept. */
async function kept(integrationId: string, place = { channel: "C0SUPPORT", thread: "1.1" }): Promise<string> {
  const heard = { externalId: `m${++nth}`, place, question };
  await inTransaction((tx) => keepMessage(tx, integrationId, heard));
  const [row] = await product.admin`select id from bot_message where external_id = ${heard.externalId}`;
  return row?.id as string;
}
const answer = (messageId: string, by = answering, signal = going()) =>
  answerMessage({ messageId }, by, signal);
const stateOf = async (id: string) =>
  (await product.admin`select state, error, attempts from bot_message where id = ${id}`)[0];
const asked = async () => (await product.events("guru.asked")).length;
const isDue = (id: string) => product.admin`update bot_message set due_at = now() where id = ${id}`;

describe("an answer is posted where it was asked, by System", () => {
  it("in Slack, in the thread, with nothing in it that calls anybody", async () => {
    const id = await kept(ids.slack);
    await answer(id);
    const [post, ...more] = slack.posts;
    expect(more).toEqual([]);
    expect(post).toMatchObject({ channel: "C0SUPPORT", thread_ts: "1.1" });
    expect(post?.text).toContain("run &lt;make rollback&gt; &amp; tell");
    expect(post?.text).toContain("Sources:\n[1] Rollback");
    expect(await stateOf(id)).toMatchObject({ state: "posted" });
    const [event] = (await product.events("guru.asked")).slice(-1);
    expect(event).toMatchObject({
      actor_type: "system",
      ip: null,
      details: { door: "slack", answered: true },
    });
  });

  it("in GitHub, as a comment", async () => {
    await answer(await kept(ids.github, { channel: "halden/gateway", thread: "12" }));
    const [comment, ...more] = github.comments;
    expect(more).toEqual([]);
    expect(comment).toMatchObject({ issue: 12 });
    expect(comment?.body).toContain("&lt;make rollback>");
    expect(comment?.body).toContain("@<!-- -->channel");
    expect(comment?.body).not.toContain("#12.");
  });

  it("and again by another delivery of the job not at all", async () => {
    const id = await kept(ids.slack);
    await Promise.all([answer(id), answer(id), answer(id)]);
    await isDue(id);
    await answer(id);
    expect(slack.posts).toHaveLength(1);
  });
});

describe("a worker dies", () => {
  it("before the answer was kept: the question is not asked a second time", async () => {
    const id = await kept(ids.slack);
    const before = await asked();
    const dying: Answering = {
      ...answering,
      ask: async (given) => {
        await answering.ask(given);
        throw new Error("the process died here");
      },
    };
    await expect(answer(id, dying)).rejects.toThrow("died");
    expect(slack.posts).toHaveLength(0);
    await isDue(id);
    await answer(id);
    expect(await asked()).toBe(before + 1);
    expect(slack.posts[0]?.text).toContain("make rollback");
  });

  it("after it was posted: it is not posted a second time", async () => {
    const id = await kept(ids.slack);
    await answer(id);
    await product.admin`update bot_message set state = 'posting', finished_at = null, due_at = now() where id = ${id}`;
    await answer(id);
    expect(slack.posts).toHaveLength(1);
    expect(await stateOf(id)).toMatchObject({ state: "posted" });
    const other = await kept(ids.github, { channel: "halden/gateway", thread: "14" });
    await answer(other);
    const comments = github.comments.length;
    await product.admin`update bot_message set state = 'posting', finished_at = null, due_at = now() where id = ${other}`;
    await answer(other);
    expect(github.comments).toHaveLength(comments);
  });

  it("before it was posted: whoever goes on posts it", async () => {
    const id = await kept(ids.slack);
    await product.admin`
      update bot_message set state = 'posting', answer = 'Kept before.', attempts = 1, claim = 1,
        due_at = now() - interval '1 minute' where id = ${id}`;
    await product.admin`delete from pgboss.job`;
    expect(await requeueDueMessages()).toBe(1);
    expect(await requeueDueMessages()).toBe(0);
    await answer(id);
    expect(slack.posts.map(({ text }) => text)).toEqual(["Kept before."]);
  });

  it("again and again: it is given up and says so", async () => {
    const id = await kept(ids.slack);
    await product.admin`update bot_message set attempts = 8 where id = ${id}`;
    await answer(id);
    expect(await stateOf(id)).toMatchObject({
      state: "failed",
      error: expect.stringContaining("several times"),
    });
    expect(slack.posts).toEqual([]);
  });

  it("because it is stopped: the message goes back and counts no attempt", async () => {
    const id = await kept(ids.slack);
    const before = await asked();
    const stopping = new AbortController();
    const stopped: Answering = {
      ...answering,
      ask: async (given) => {
        const answered = await answering.ask(given);
        stopping.abort(new Error("stopping"));
        return answered;
      },
    };
    await answer(id, stopped, stopping.signal);
    expect(await stateOf(id)).toMatchObject({ state: "answered", attempts: 0 });
    await answer(id);
    expect(slack.posts.map(({ text }) => text)).toEqual([expect.stringContaining("Sources:")]);
    expect(await asked()).toBe(before + 1);
  });
});

describe("a service in trouble", () => {
  const troubleOf = async () =>
    (await product.admin`select trouble from integration where id = ${ids.slack}`)[0]?.trouble;

  it.each([
    ["a fault of its own", troubles.fault, /fault of its own/],
    ["a long pause", troubles.slowDown(600), /a pause of 600 s/],
  ])("is tried again later after %s, and the page says what it is", async (_, trouble, words) => {
    const id = await kept(ids.slack);
    slack.trouble.push(trouble);
    await answer(id);
    expect(await stateOf(id)).toMatchObject({ state: "posting", attempts: 1 });
    expect(await troubleOf()).toMatch(words);
    await answer(id);
    expect(slack.posts).toHaveLength(0);
    await isDue(id);
    await answer(id);
    expect(slack.posts).toHaveLength(1);
    expect(await troubleOf()).toBeNull();
  });

  it("is tried again after an hour, where it asks for a year", async () => {
    const id = await kept(ids.slack);
    slack.trouble.push(troubles.slowDown(31_536_000));
    await answer(id);
    const [row] = await product.admin`
      select extract(epoch from due_at - now())::float as pause from bot_message where id = ${id}`;
    expect(Math.ceil(row?.pause / 60)).toBe(60);
  });

  it("waits as long as it says, where that is short", async () => {
    const id = await kept(ids.slack);
    slack.trouble.push(troubles.slowDown(1));
    await answer(id);
    expect(slack.posts).toHaveLength(1);
  });

  it.each([
    ["does not know the channel any more", { channel: "C0GONE", thread: "1.1" }, null, /no such channel/],
    ["refuses the token", undefined, troubles.unauthorized, /refuses these credentials/],
    ["answers with half a JSON", undefined, troubles.malformed, /something else than its documentation/],
  ])("is given up on when it %s", async (_, place, trouble, words) => {
    const id = await kept(ids.slack, place);
    if (trouble) slack.trouble.push(trouble);
    await answer(id);
    expect(await stateOf(id)).toMatchObject({ state: "failed", error: expect.stringMatching(words) });
  });
});

describe("Discord is asked for news", () => {
  const look = async () => {
    await product.admin`update channel_position set read_at = now() - interval '1 minute'`;
    return pollDiscord();
  };
  const answerAll = async () => {
    for (const { id } of await product.admin`select id from bot_message where finished_at is null`)
      await answer(id);
  };
  const replies = (channel: string) =>
    (discord.messages.get(channel) ?? []).filter(({ author }) => author.id === discordBot.id);

  it("answers what came since the channel was chosen, once, and never itself or bots", async () => {
    discord.say("500", "an old question?");
    expect(await look()).toBe(0);
    const said = discord.say("500", question);
    discord.say("500", "beep", { author: { id: "5", username: "other-bot", bot: true } });
    discord.say("500", "by a webhook", { webhook_id: "1" });
    discord.say("500", "a reply to somebody", { type: 19 });
    discord.say("501", "not for the bot");
    discord.say("501", `<@${discordBot.id}> ${question}`);
    const both = await Promise.all([look(), look()]);
    expect(both[0] + both[1]).toBe(2);
    await answerAll();
    expect(await look()).toBe(0);
    await answerAll();
    expect(replies("500")).toMatchObject([{ message_reference: { message_id: said.id } }]);
    expect(replies("501")).toHaveLength(1);
  });

  it("answers nothing that was said while the channel was not chosen", async () => {
    await look();
    const edit = { guru: guruSlug, id: ids.discord, channel: "remove 500" };
    done(await editIntegration.execute({ principal: member, request, input: edit }));
    discord.say("500", question);
    await listenIn(member, guruSlug, ids.discord, { add: "500", addMode: "auto" });
    expect([await look(), await look()]).toEqual([0, 0]);
    discord.say("500", question);
    expect(await look()).toBe(1);
  });

  it("reads page by page, and leaves nothing out", async () => {
    await look();
    for (let i = 0; i < 130; i++) discord.say("500", "chatter", { type: 19 });
    discord.say("500", question);
    expect(await look()).toBe(1);
  });

  it("is not posted twice where a worker died after posting", async () => {
    const said = discord.say("500", question);
    const id = await kept(ids.discord, { channel: "500", thread: said.id });
    await answer(id);
    const before = replies("500").length;
    await product.admin`update bot_message set state = 'posting', finished_at = null, due_at = now() where id = ${id}`;
    await answer(id);
    expect(replies("500")).toHaveLength(before);
  });
});
