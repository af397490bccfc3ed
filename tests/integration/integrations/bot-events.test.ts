import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BotType } from "@/lib/access/integration-types";
import type { UserPrincipal } from "@/lib/access/principal";
import { draftAnswer } from "@/lib/features/ask/draft-answer";
import { answerWhole } from "@/lib/features/ask/whole-answer";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { answerMessage } from "@/lib/features/integrations/answering/answer-message";
import { pollDiscord } from "@/lib/features/integrations/answering/poll-discord";
import { deleteIntegration } from "@/lib/features/integrations/commands/delete-integration";
import { postGithubWebhook } from "@/lib/features/integrations/http/github";
import { postSlackWebhook } from "@/lib/features/integrations/http/slack";
import { createTestProduct, testRequest as facts, type TestProduct } from "@/tests/support/product";
import { discordLogin, type StandInDiscord, startDiscord } from "@/tests/support/stand-ins/discord";
import { githubLogin, githubSigned, type StandInGithub, startGithub } from "@/tests/support/stand-ins/github";
import {
  type StandInSlack,
  slackBot,
  slackLogin,
  slackSigned,
  startSlack,
} from "@/tests/support/stand-ins/slack";
import { done, guruOf, textIn } from "../gurus/guru-for-tests";
import { listenIn, standInEnv, tie } from "./integration-world";

let product: TestProduct;
let slack: StandInSlack;
let discord: StandInDiscord;
let github: StandInGithub;
let member: UserPrincipal;
let guru: { id: string; slug: string };
let source: string;

beforeAll(async () => {
  product = await createTestProduct(standInEnv);
  [slack, discord, github] = await Promise.all([startSlack(), startDiscord(), startGithub()]);
  member = await product.person("m.solberg@halden.example");
});
afterAll(async () => {
  await Promise.all([slack?.close(), discord?.close(), github?.close()]);
  await product?.close();
});
beforeEach(async () => {
  guru = await guruOf(member);
  source = await textIn(guru.slug, member, "Rollback", "The gateway is rolled back with the crimson lever.");
  await indexDataSource({ dataSourceId: source });
});

const question = "How is the gateway rolled back?";
const send = (route: typeof postSlackWebhook, id: string, body: string, headers: Record<string, string>) =>
  route({
    request: new Request("http://localhost/api/webhooks", { method: "POST", body, headers }),
    params: { id },
    facts,
  });
let nth = 0;
const slackEvent = (eventId = `Ev${++nth}`, text = question) => {
  const ts = `17000${String(++nth).padStart(5, "0")}.000100`;
  const event = { type: "message", channel: "C0SUPPORT", user: "U1", text, ts };
  return JSON.stringify({ type: "event_callback", team_id: slackBot.teamId, event_id: eventId, event });
};
const issueOpened = (more: object = {}) => {
  const user = { login: "tuva", type: "User" };
  const created_at = new Date().toISOString();
  const issue = { id: ++nth, number: 12, title: question, body: null, created_at, user, ...more };
  const repository = { full_name: "Halden/gateway" };
  return JSON.stringify({ action: "opened", repository, issue, installation: { id: 7654321 } });
};

interface Service {
  fields: () => Record<string, string>;
  channel: string;
  account: string;
  /** Somebody asks there, and it comes in. */
  ask: (id: string) => Promise<unknown>;
}
const services: Record<BotType, Service> = {
  SLACK: {
    fields: () => ({ baseUrl: slack.url, ...slackLogin }),
    channel: "#support",
    account: "halden_bot in Halden Works",
    ask(id) {
      const body = slackEvent();
      return send(postSlackWebhook, id, body, slackSigned(body));
    },
  },
  DISCORD: {
    fields: () => ({ baseUrl: discord.url, ...discordLogin }),
    channel: "#general in Halden",
    account: "halden-bot",
    async ask() {
      await pollDiscord();
      discord.say("500", question);
      await pollDiscord();
    },
  },
  GITHUB: {
    fields: () => ({ baseUrl: github.url, ...githubLogin }),
    channel: "Halden/gateway",
    account: "Halden bot on Halden",
    ask(id) {
      const body = issueOpened();
      return send(postGithubWebhook, id, body, githubSigned("issues", body));
    },
  },
};

it.each(Object.entries(services) as [BotType, Service][])(
  "%s: tied, told where to answer, asked, untied: each is one event, and nothing else is",
  async (type, service) => {
    const before = (await product.events()).length;
    const id = await tie(member, guru.slug, type, service.fields());
    await listenIn(member, guru.slug, id, { add: service.channel, addMode: "auto" });
    await service.ask(id);
    const [kept, ...more] = await product.admin`select id from bot_message where integration_id = ${id}`;
    expect(more).toEqual([]);
    const answering = { ask: answerWhole, draft: draftAnswer };
    const messageId = kept?.id as string;
    for (let times = 0; times < 2; times++)
      await answerMessage({ messageId }, answering, new AbortController().signal);
    const call = { principal: member, request: facts };
    done(await deleteIntegration.execute({ ...call, input: { guru: guru.slug, id } }));

    const label = `${type} - Platform docs`;
    const { baseUrl } = service.fields();
    const ofIt = {
      model: "Integration",
      target_type: "integration",
      target_id: id,
      target_label: label,
      guru_id: guru.id,
      outcome: "success",
      actor_type: "user",
      actor_id: member.accountId,
      ip: facts.ip,
      details: expect.objectContaining({ type, baseUrl, account: service.account }),
    };
    const channels = { field: "channels", before: [], after: [`${service.channel} (auto)`] };
    expect((await product.events()).slice(before)).toMatchObject([
      { operation: "CREATE_INTEGRATION", action_type: "created", ...ofIt },
      { operation: "EDIT_INTEGRATION", action_type: "updated", ...ofIt, changes: [channels] },
      {
        operation: "ASK_GURU",
        action_type: "access",
        model: "GuruType",
        target_id: guru.id,
        guru_id: guru.id,
        outcome: "success",
        actor_type: "system",
        actor_id: "system",
        actor_email: null,
        account_id: null,
        ip: null,
        details: {
          question,
          door: type.toLowerCase(),
          answered: true,
          references: [source],
          outcome: "quoted",
        },
      },
      { operation: "DELETE_INTEGRATION", action_type: "deleted", ...ofIt },
    ]);
    const all = JSON.stringify((await product.events()).slice(before));
    for (const [name, value] of Object.entries(service.fields()))
      if (name !== "baseUrl" && value.length > 8) expect(all).not.toContain(value);
  },
);

describe("GitHub's delivery is refused and recorded", () => {
  let id: string;
  beforeEach(async () => {
    id = await tie(member, guru.slug, "GITHUB", services.GITHUB.fields());
    await listenIn(member, guru.slug, id, { add: "Halden/gateway", addMode: "auto" });
  });
  const deliver = (body: string, headers: Record<string, string> = githubSigned("issues", body)) =>
    send(postGithubWebhook, id, body, headers);
  const twice = async (again: (headers: Record<string, string>) => [string, Record<string, string>]) => {
    const body = issueOpened();
    const headers = githubSigned("issues", body);
    expect((await deliver(body, headers)).status).toBe(200);
    const [sent, more] = again(headers);
    return deliver(sent || body, { ...headers, ...more });
  };
  const daysAgo = (days: number) => ({ created_at: new Date(Date.now() - days * 86_400_000).toISOString() });

  it.each([
    ["without a signature", 0, "signature", () => deliver(issueOpened(), { "x-github-event": "issues" })],
    ["with another's", 0, "signature", () => deliver(issueOpened(), githubSigned("issues", "{}", "not-it"))],
    ["of another body", 0, "signature", () => deliver(issueOpened(), githubSigned("issues", issueOpened()))],
    [
      "by the older digest alone",
      0,
      "signature",
      () =>
        deliver(issueOpened(), { "x-github-event": "issues", "x-hub-signature": `sha1=${"0".repeat(40)}` }),
    ],
    ["that was there before", 1, "replay", () => twice(() => ["", {}])],
    ["under another id", 1, "replay", () => twice(() => ["", { "x-github-delivery": randomUUID() }])],
    [
      "of another body under an id that was there before",
      1,
      "replay",
      () =>
        twice(() => {
          const other = issueOpened();
          const { "x-hub-signature-256": signature } = githubSigned("issues", other);
          return [other, { "x-hub-signature-256": signature }];
        }),
    ],
    ["of two days ago", 0, "stale", () => deliver(issueOpened(daysAgo(2)))],
    ["of the day after tomorrow", 0, "stale", () => deliver(issueOpened(daysAgo(-2)))],
  ] as [string, number, string, () => Promise<Response>][])("%s", async (_, questions, reason, sent) => {
    const before = (await product.events("webhook.rejected")).length;
    const answer = await sent();
    expect(answer.status).toBe(401);
    const [event, ...more] = (await product.events("webhook.rejected")).slice(before);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      operation: "WEBHOOK_REJECTED",
      outcome: "failure",
      actor_type: "anonymous",
      actor_email: null,
      ip: facts.ip,
      guru_id: guru.id,
      target_id: id,
      target_label: "GITHUB - Platform docs",
      details: { type: "GITHUB", reason },
    });
    expect(JSON.stringify(event)).not.toContain(question);
    const kept = await product.admin`select from bot_message where integration_id = ${id}`;
    expect(kept).toHaveLength(questions);
  });

  it("and what it named is taken when it comes by itself", async () => {
    const first = issueOpened();
    const headers = githubSigned("issues", first);
    await deliver(first, headers);
    const other = githubSigned("issues", issueOpened());
    const body = issueOpened();
    const signed = githubSigned("issues", body);
    const known = { "x-github-delivery": headers["x-github-delivery"] };
    expect((await deliver(body, { ...signed, ...known })).status).toBe(401);
    expect((await deliver(body, { ...signed, "x-github-delivery": other["x-github-delivery"] })).status).toBe(
      200,
    );
    expect(await product.admin`select from bot_message where integration_id = ${id}`).toHaveLength(2);
  });
});

it("an event that Slack itself sends again is taken, asked once, and no rejection", async () => {
  const id = await tie(member, guru.slug, "SLACK", services.SLACK.fields());
  await listenIn(member, guru.slug, id, { add: "support", addMode: "auto" });
  const body = slackEvent("Ev0AGAIN");
  const before = (await product.events("webhook.rejected")).length;
  for (const secondsAgo of [3, 2, 1]) {
    const signed = slackSigned(body, slackLogin.signingSecret, Date.now() - secondsAgo * 1_000);
    const headers = { ...signed, "x-slack-retry-num": String(3 - secondsAgo) };
    expect((await send(postSlackWebhook, id, body, headers)).status).toBe(200);
  }
  expect(await product.admin`select from bot_message where integration_id = ${id}`).toHaveLength(1);
  expect((await product.events("webhook.rejected")).length).toBe(before);
});
