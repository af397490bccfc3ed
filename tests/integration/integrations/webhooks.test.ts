import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { postGithubWebhook } from "@/lib/features/integrations/http/github";
import { postSlackWebhook } from "@/lib/features/integrations/http/slack";
import { closeCounters } from "@/lib/gate/counted";
import { inTransaction } from "@/lib/gate/transaction";
import { createTestProduct, testRequest as facts, type TestProduct } from "@/tests/support/product";
import { githubLogin, githubSigned, type StandInGithub, startGithub } from "@/tests/support/stand-ins/github";
import {
  type StandInSlack,
  slackBot,
  slackLogin,
  slackSigned,
  startSlack,
} from "@/tests/support/stand-ins/slack";
import { guruOf } from "../gurus/guru-for-tests";
import { listenIn, standInEnv, tie } from "./integration-world";

let product: TestProduct;
let slack: StandInSlack;
let github: StandInGithub;
let member: UserPrincipal;
let slackId: string;
let githubId: string;

beforeAll(async () => {
  product = await createTestProduct(standInEnv);
  slack = await startSlack();
  github = await startGithub();
  member = await product.person("m.solberg@halden.example");
  const guru = await guruOf(member);
  slackId = await tie(member, guru.slug, "SLACK", { baseUrl: slack.url, ...slackLogin });
  await listenIn(member, guru.slug, slackId, { add: "support", addMode: "auto" });
  await listenIn(member, guru.slug, slackId, { add: "general", addMode: "manual", directMessages: "on" });
  githubId = await tie(member, guru.slug, "GITHUB", { baseUrl: github.url, ...githubLogin });
  await listenIn(member, guru.slug, githubId, { add: "halden/gateway", addMode: "auto" });
});
afterAll(async () => {
  await slack?.close();
  await github?.close();
  await product?.close();
});
beforeEach(async () => {
  await product.admin`delete from bot_message`;
});

type Headers = Record<string, string>;
const post = (route: typeof postSlackWebhook, id: string, body: string, headers: Headers) =>
  route({
    request: new Request("http://localhost/api/webhooks", { method: "POST", body, headers }),
    params: { id },
    facts,
  });
const toSlack = (body: string, headers: Headers = slackSigned(body), id = slackId) =>
  post(postSlackWebhook, id, body, headers);
const toGithub = (event: string, payload: object, headers?: Headers) => {
  const body = JSON.stringify(payload);
  return post(postGithubWebhook, githubId, body, headers ?? githubSigned(event, body));
};
const asked = async () =>
  (await product.admin`select question, place from bot_message order by created_at, id`).map(
    (row) => row.question as string,
  );
const rejections = async () => await product.events("webhook.rejected");

let nth = 0;
const event = (more: object) =>
  JSON.stringify({
    type: "event_callback",
    team_id: slackBot.teamId,
    event_id: `Ev${++nth}`,
    event: {
      type: "message",
      channel: "C0SUPPORT",
      user: "U1",
      text: "How?",
      ts: `17000${String(nth).padStart(5, "0")}.000100`,
      ...more,
    },
  });

describe("Slack", () => {
  it("gets its challenge back, signed or not at all", async () => {
    const body = JSON.stringify({ type: "url_verification", challenge: "3eZbrw1aBm2r" });
    const answer = await toSlack(body);
    expect([answer.status, await answer.json()]).toEqual([200, { challenge: "3eZbrw1aBm2r" }]);
    expect((await toSlack(body, {})).status).toBe(401);
  });

  it.each([
    [
      "every message that begins a conversation, in auto",
      { text: "How do I roll back?" },
      "How do I roll back?",
    ],
    ["no answer in a thread without a mention", { thread_ts: "1600000001.000100" }, null],
    [
      "a mention in a thread",
      { thread_ts: "1600000001.000100", text: `<@${slackBot.userId}> and then?` },
      "and then?",
    ],
    [
      "a mention in manual",
      { channel: "C0GENERAL", text: `hey <@${slackBot.userId}> why &lt;so&gt;?` },
      "hey   why <so>?",
    ],
    ["nothing else in manual", { channel: "C0GENERAL" }, null],
    [
      "nothing in a channel that is not chosen",
      { channel: "C0RANDOM1", text: `<@${slackBot.userId}> hi` },
      null,
    ],
    ["a direct message", { channel: "D1", channel_type: "im" }, "How?"],
    ["never itself", { user: slackBot.userId }, null],
    ["never another bot", { bot_id: "B2" }, null],
    ["no edit", { subtype: "message_changed" }, null],
    ["no mention without words", { text: `<@${slackBot.userId}>` }, null],
  ])("hears %s", async (_, more, question) => {
    expect((await toSlack(event(more))).status).toBe(200);
    expect(await asked()).toEqual(question === null ? [] : [question]);
  });

  it("is heard once, though both of its events come, and each again", async () => {
    const ts = "1700009999.000500";
    const text = `<@${slackBot.userId}> when?`;
    const both = [event({ ts, text }), event({ ts, text, type: "app_mention" })];
    for (const body of [...both, ...both]) {
      // A repeat of Slack's own is signed anew, at another time.
      const headers = slackSigned(body, slackLogin.signingSecret, Date.now() - 1_000 * ++nth);
      expect((await toSlack(body, headers)).status).toBe(200);
    }
    expect(await asked()).toEqual(["when?"]);
  });

  it("is not heard for another workspace", async () => {
    const body = event({}).replace(slackBot.teamId, "T0OTHER");
    expect((await toSlack(body)).status).toBe(200);
    expect(await asked()).toEqual([]);
  });

  it("is no longer heard in a flood", async () => {
    for (let i = 0; i < 55; i++) await toSlack(event({ text: `Question ${i}` }));
    expect(await asked()).toHaveLength(50);
  });
});

describe("a delivery is refused and recorded", () => {
  const secret = "not-the-secret";
  it.each([
    ["without a signature", () => toSlack(event({}), {}), "signature"],
    ["with another's signature", () => toSlack(event({}), slackSigned(event({}), secret)), "signature"],
    [
      "with a body that was changed",
      () => toSlack(event({}), slackSigned(event({ text: "?" }))),
      "signature",
    ],
    [
      "that was signed six minutes ago",
      () => {
        const body = event({});
        return toSlack(body, slackSigned(body, slackLogin.signingSecret, Date.now() - 360_000));
      },
      "stale",
    ],
    [
      "that comes twice",
      async () => {
        const body = event({});
        const headers = slackSigned(body);
        await toSlack(body, headers);
        return toSlack(body, headers);
      },
      "replay",
    ],
  ])("%s", async (_, send, reason) => {
    await product.admin`delete from audit_counter`;
    const before = (await rejections()).length;
    const answer = await send();
    expect(answer.status).toBe(401);
    const [made, ...more] = (await rejections()).slice(before);
    expect(more).toEqual([]);
    expect(made).toMatchObject({
      operation: "WEBHOOK_REJECTED",
      outcome: "failure",
      actor_type: "anonymous",
      ip: facts.ip,
      target_id: slackId,
      details: { type: "SLACK", reason },
    });
  });

  it("any number of times a minute, and the further ones are counted", async () => {
    await product.admin`delete from audit_counter`;
    const before = (await rejections()).length;
    for (let i = 0; i < 6; i++) await toSlack("{}", {});
    await product.admin`update audit_counter set minute = minute - interval '1 hour'`;
    await inTransaction(closeCounters);
    const made = (await rejections()).slice(before);
    expect(made.reduce((sum, { details }) => sum + Number(details.count ?? 1), 0)).toBe(6);
  });

  it("and says the same where there is no integration, which nobody's log takes", async () => {
    const before = (await rejections()).length;
    const body = event({});
    const other = await toSlack(body, slackSigned(body), githubId);
    const none = await toSlack(body, slackSigned(body), randomUUID());
    const no = await toSlack(body, slackSigned(body), "../../x");
    const known = await toSlack(body, {});
    const texts = await Promise.all([other, none, no, known].map((answer) => answer.text()));
    expect(new Set(texts).size).toBe(1);
    expect((await rejections()).length).toBeLessThanOrEqual(before + 1);
  });

  it.each([
    ["that is no JSON", "{"],
    ["of another shape", '{"type":"event_callback"}'],
    ["ten thousand levels deep", `${"[".repeat(10_000)}${"]".repeat(10_000)}`],
    ["with __proto__", '{"__proto__":{"type":"url_verification","challenge":"x"}}'],
  ])("though signed, when it is one %s", async (_, body) => {
    expect((await toSlack(body)).status).toBe(400);
  });

  it("that is larger than 1 MiB", async () => {
    const body = JSON.stringify({ type: "event_callback", pad: "x".repeat(1024 * 1024) });
    expect((await toSlack(body)).status).toBe(413);
  });
});

describe("GitHub", () => {
  const user = { login: "tuva", type: "User" };
  const now = () => new Date().toISOString();
  const common = { repository: { full_name: "Halden/Gateway" }, installation: { id: 7654321 } };
  const issue = () => ({ id: ++nth, number: 12, title: "Rollback", body: "How?", created_at: now(), user });
  const comment = (body: string, more: object = {}) => ({
    id: ++nth,
    body,
    created_at: now(),
    user,
    ...more,
  });

  it.each([
    ["a new issue, in auto", "issues", () => ({ action: "opened", issue: issue() }), "Rollback\n\nHow?"],
    ["no edited issue", "issues", () => ({ action: "edited", issue: issue() }), null],
    [
      "a comment that mentions it",
      "issue_comment",
      () => ({ action: "created", issue: issue(), comment: comment("> @halden-bot old\n@Halden-Bot why?") }),
      "why?",
    ],
    [
      "no other comment",
      "issue_comment",
      () => ({ action: "created", issue: issue(), comment: comment("me@halden-bot.example") }),
      null,
    ],
    [
      "never a bot",
      "issue_comment",
      () => ({
        action: "created",
        issue: issue(),
        comment: comment("@halden-bot x", { user: { login: "halden-bot[bot]", type: "Bot" } }),
      }),
      null,
    ],
    ["no event that is none of its own", "push", () => ({ ref: "refs/heads/main" }), null],
    [
      "nothing of another installation",
      "issues",
      () => ({ action: "opened", issue: issue(), installation: { id: 1 } }),
      null,
    ],
  ])("hears %s", async (_, name, payload, question) => {
    expect((await toGithub(name, { ...common, ...payload() })).status).toBe(200);
    expect(await asked()).toEqual(question === null ? [] : [question]);
  });

  it("takes it that an issue of long ago is closed, and says nothing of it", async () => {
    const before = (await rejections()).length;
    const old = { ...issue(), created_at: new Date(Date.now() - 2 * 86_400_000).toISOString() };
    expect((await toGithub("issues", { ...common, action: "closed", issue: old })).status).toBe(200);
    expect([await asked(), (await rejections()).length]).toEqual([[], before]);
  });
});
