import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { draftAnswer } from "@/lib/features/ask/draft-answer";
import { answerWhole } from "@/lib/features/ask/whole-answer";
import { answerMessage } from "@/lib/features/integrations/answering/answer-message";
import { postGithubWebhook } from "@/lib/features/integrations/http/github";
import { postSlackWebhook } from "@/lib/features/integrations/http/slack";
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
let ids: { slack: string; github: string };

beforeAll(async () => {
  product = await createTestProduct(standInEnv);
  [slack, github] = await Promise.all([startSlack(), startGithub()]);
  member = await product.person("m.solberg@halden.example");
  const { slug } = await guruOf(member);
  ids = {
    slack: await tie(member, slug, "SLACK", { baseUrl: slack.url, ...slackLogin }),
    github: await tie(member, slug, "GITHUB", { baseUrl: github.url, ...githubLogin }),
  };
  await listenIn(member, slug, ids.slack, { add: "support", addMode: "auto", directMessages: "on" });
  await listenIn(member, slug, ids.github, { add: "halden/gateway", addMode: "auto" });
});
afterAll(async () => {
  await Promise.all([slack?.close(), github?.close()]);
  await product?.close();
});
beforeEach(async () => {
  await product.admin`delete from bot_message`;
  slack.posts.length = 0;
  github.comments.length = 0;
});

const post = (
  route: typeof postSlackWebhook,
  id: string,
  body: string | Buffer<ArrayBuffer>,
  headers: Record<string, string>,
) =>
  route({
    request: new Request("http://localhost/api/webhooks", { method: "POST", body, headers }),
    params: { id },
    facts,
  });
const toSlack = (payload: unknown) => {
  const body = JSON.stringify(payload);
  return post(postSlackWebhook, ids.slack, body, slackSigned(body));
};
const toGithub = (event: string, payload: unknown, more: Record<string, string> = {}) => {
  const body = payload instanceof Buffer ? Buffer.from(payload) : JSON.stringify(payload);
  return post(postGithubWebhook, ids.github, body, { ...githubSigned(event, body), ...more });
};
const kept = () => product.admin`select id, external_id, place, question from bot_message`;

/** Everything that a text may be made of, put behind what was meant. */
const hostile: [string, string][] = [
  ["NUL", "\0"],
  ["half a character", "\ud800"],
  ["the other half", "\udc00\ud800"],
  ["bidi controls", "\u202e\u2066gnorw\u2069"],
  ["zero width and a byte order mark", "\u200b\ufeff"],
  ["lines and escapes", "\r\n\u001b[2J\u2028"],
  ["10 kB", "x".repeat(10_000)],
  ["10 kB of what begins a mark-up", "<@".repeat(5_000)],
];

let nth = 0;
const ts = () => `17000${String(++nth).padStart(5, "0")}.000100`;
const slackPayload = (event: object = {}) => ({
  type: "event_callback",
  team_id: slackBot.teamId,
  event_id: `Ev${nth}`,
  api_app_id: "A0",
  event: {
    type: "message",
    channel: "C0SUPPORT",
    channel_type: "channel",
    user: "U1",
    text: "How?",
    ts: ts(),
    ...event,
  },
});
const user = { login: "tuva", type: "User" };
const issue = () => ({
  id: ++nth,
  number: 12,
  title: "Rollback",
  body: "How?",
  user,
  created_at: new Date().toISOString(),
});
const githubPayload = (event: string) => ({
  action: event === "issues" ? "opened" : "created",
  repository: { full_name: "Halden/Gateway" },
  installation: { id: 7654321 },
  sender: user,
  issue: issue(),
  ...(event === "issues" ? {} : { comment: { ...issue(), body: "@halden-bot how?" } }),
});

/** Paths to every text of a payload, such as `event.text`. */
function textsIn(value: unknown, path = ""): string[] {
  if (typeof value === "string") return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => textsIn(each, path === "" ? key : `${path}.${key}`));
}
/** The payload with something behind, or instead of, one of its texts. */
function spoilt<P extends object>(payload: P, path: string, text: string, isInstead: boolean): P {
  const copy = structuredClone(payload);
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  const of = keys.reduce<Record<string, unknown>>(
    (at, key) => at[key] as Record<string, unknown>,
    copy as never,
  );
  of[last] = isInstead ? text : `${String(of[last])}${text}`;
  return copy;
}

const inThread = { thread_ts: "1600000000.000100", text: `<@${slackBot.userId}> How?` };
const deliveries = {
  "a message of Slack's": {
    payload: () => slackPayload({ ...inThread, subtype: "file_share" }),
    deliver: toSlack,
  },
  "a direct message of Slack's": {
    payload: () => slackPayload({ channel: "D1", channel_type: "im" }),
    deliver: toSlack,
  },
  "Slack's challenge": {
    payload: () => ({ type: "url_verification", challenge: "3eZbrw1aBm2r" }),
    deliver: toSlack,
  },
  "an issue": { payload: () => githubPayload("issues"), deliver: (sent: object) => toGithub("issues", sent) },
  "a comment": {
    payload: () => githubPayload("issue_comment"),
    deliver: (sent: object) => toGithub("issue_comment", sent),
  },
} satisfies Record<string, { payload: () => object; deliver: (sent: object) => Promise<Response> }>;

describe.each(Object.entries(deliveries))("%s, signed", (_, { payload, deliver }) => {
  it.each(hostile)("with %s in any of its texts, is taken or refused as no delivery", async (_, text) => {
    for (const path of textsIn(payload()))
      for (const isInstead of [true, false]) {
        const answer = await deliver(spoilt(payload(), path, text, isInstead));
        expect([200, 400], `${path}: ${await answer.text()}`).toContain(answer.status);
      }
    for (const { question, external_id } of await kept()) {
      expect(question).toMatch(/\S/);
      expect(question.length).toBeLessThanOrEqual(1_000);
      expect([question.isWellFormed(), question.includes("\0")]).toEqual([true, false]);
      expect(external_id).toMatch(/^([CD][A-Z0-9]+:\d{10}\.\d{6}|(issue|comment):\d+)$/);
    }
    // And nothing of what comes after it is lost.
    await product.admin`delete from bot_message`;
    const next = payload();
    expect((await deliver(next)).status).toBe(200);
    expect(await kept()).toHaveLength("challenge" in next ? 0 : 1);
  });
});

describe("a question of", () => {
  const answered = async () => {
    const [row] = await kept();
    const answering = { ask: answerWhole, draft: draftAnswer };
    await answerMessage({ messageId: row?.id as string }, answering, new AbortController().signal);
    const [event] = (await product.events("guru.asked")).slice(-1);
    return { question: row?.question as string, asked: event?.details.question };
  };
  const shown: Record<string, string> = {
    NUL: "How?\u2400",
    "half a character": "How?\ufffd",
    "the other half": "How?\ufffd\ufffd",
    "bidi controls": "How?\u202e\u2066gnorw\u2069",
  };

  it.each(hostile)("%s is kept, recorded and answered in Slack", async (name, text) => {
    expect((await toSlack(slackPayload({ text: `How?${text}` }))).status).toBe(200);
    const { question, asked } = await answered();
    if (shown[name]) expect(question).toBe(shown[name]);
    expect(asked).toBe(question.slice(0, 200));
    expect(slack.posts).toHaveLength(1);
  });

  it.each(hostile)("%s is kept, recorded and answered in GitHub", async (name, text) => {
    const comment = { ...issue(), body: `@halden-bot How?${text}` };
    const answer = await toGithub("issue_comment", { ...githubPayload("issue_comment"), comment });
    expect(answer.status).toBe(200);
    const { question, asked } = await answered();
    if (shown[name]) expect(question).toBe(shown[name]);
    expect(asked).toBe(question.slice(0, 200));
    expect(github.comments).toHaveLength(1);
  });
});

describe("GitHub's delivery is refused as none", () => {
  const whole = () => githubPayload("issues");
  it.each([
    ["that is no JSON", "issues", () => Buffer.from("{"), {}],
    ["that is empty", "issues", () => Buffer.alloc(0), {}],
    ["that is a list", "issues", () => [whole()], {}],
    ["that is a text", "push", () => "issues", {}],
    [
      "ten thousand levels deep",
      "issues",
      () => Buffer.from(`${"[".repeat(10_000)}${"]".repeat(10_000)}`),
      {},
    ],
    ["without an issue", "issues", () => ({ ...whole(), issue: undefined }), {}],
    ["of a comment that has none", "issue_comment", () => whole(), {}],
    ["with __proto__", "issues", () => Buffer.from('{"__proto__":{"action":"opened"}}'), {}],
    ["with a number that is none", "issues", () => ({ ...whole(), issue: { ...issue(), number: 1.5 } }), {}],
    [
      "with a date that is none",
      "issues",
      () => ({ ...whole(), issue: { ...issue(), created_at: "soon" } }),
      {},
    ],
    ["without an id", "issues", whole, { "x-github-delivery": "" }],
    ["with an id of 10 kB", "issues", whole, { "x-github-delivery": "x".repeat(10_000) }],
  ])("%s", async (_, event, payload, headers) => {
    const before = (await product.events("webhook.rejected")).length;
    const answer = await toGithub(event, payload(), headers);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ msg: expect.stringContaining("no delivery") });
    expect([await kept(), (await product.events("webhook.rejected")).length]).toEqual([[], before]);
  });

  it("and taken, with what cannot be read shown as such, where it is no UTF-8", async () => {
    const [head, tail] = JSON.stringify({ ...whole(), issue: { ...issue(), title: "A|B" } }).split("|");
    const body = Buffer.concat([Buffer.from(head ?? ""), Buffer.from([0xff, 0xfe]), Buffer.from(tail ?? "")]);
    expect((await toGithub("issues", body)).status).toBe(200);
    expect(await kept()).toMatchObject([{ question: "A\ufffd\ufffdB\n\nHow?" }]);
  });

  it("that is larger than 1 MiB, also where it does not say so", async () => {
    const body = JSON.stringify({ ...whole(), pad: "x".repeat(1024 * 1024) });
    const headers = githubSigned("issues", body);
    expect((await post(postGithubWebhook, ids.github, body, headers)).status).toBe(413);
    const told = { ...headers, "content-length": String(body.length) };
    expect((await post(postGithubWebhook, ids.github, body, told)).status).toBe(413);
    expect(await kept()).toEqual([]);
  });
});

it("Slack's other deliveries are taken, and nothing is asked", async () => {
  const others = [
    { type: "app_rate_limited", team_id: slackBot.teamId, minute_rate_limited: 1_518_467_820 },
    slackPayload({ type: "channel_created", channel: { id: "C1", name: "new" } }),
    slackPayload({ type: "team_join", user: { id: "U2" } }),
    slackPayload({ type: "reaction_added", item: { type: "message", channel: "C0SUPPORT", ts: ts() } }),
  ];
  for (const other of others) expect((await toSlack(other)).status).toBe(200);
  expect(await kept()).toEqual([]);
});

it("a mark-up without an end takes no time", async () => {
  const began = performance.now();
  for (const sign of ["<@", "<", "<@|", `<@${slackBot.userId}|`])
    await toSlack(slackPayload({ text: sign.repeat(Math.floor(500_000 / sign.length)) }));
  expect(performance.now() - began).toBeLessThan(5_000);
});
