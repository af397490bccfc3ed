import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { BotType } from "@/lib/access/integration-types";
import type { UserPrincipal } from "@/lib/access/principal";
import { draftAnswer } from "@/lib/features/ask/draft-answer";
import { answerWhole } from "@/lib/features/ask/whole-answer";
import { answerMessage } from "@/lib/features/integrations/answering/answer-message";
import { holdMessage } from "@/lib/features/integrations/answering/hold-message";
import { takeMessage } from "@/lib/features/integrations/answering/turns";
import { keepMessage } from "@/lib/features/integrations/incoming/keep-message";
import { inTransaction } from "@/lib/gate/transaction";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { type ContentServer, once, troubles } from "@/tests/support/stand-ins/content-server";
import {
  discordBot,
  discordLogin,
  type StandInDiscord,
  startDiscord,
} from "@/tests/support/stand-ins/discord";
import { githubLogin, type StandInGithub, startGithub } from "@/tests/support/stand-ins/github";
import { type StandInSlack, slackLogin, startSlack } from "@/tests/support/stand-ins/slack";
import { guruOf } from "../gurus/guru-for-tests";
import { standInEnv, tie } from "./integration-world";

let product: TestProduct;
let slack: StandInSlack;
let discord: StandInDiscord;
let github: StandInGithub;
let member: UserPrincipal;
let ids: Record<BotType, string>;

beforeAll(async () => {
  product = await createTestProduct(standInEnv);
  [slack, discord, github] = await Promise.all([startSlack(), startDiscord(), startGithub()]);
  member = await product.person("m.solberg@halden.example");
  const { slug } = await guruOf(member);
  ids = {
    SLACK: await tie(member, slug, "SLACK", { baseUrl: slack.url, ...slackLogin }),
    DISCORD: await tie(member, slug, "DISCORD", { baseUrl: discord.url, ...discordLogin }),
    GITHUB: await tie(member, slug, "GITHUB", { baseUrl: github.url, ...githubLogin }),
  };
});
afterAll(async () => {
  await Promise.all([slack?.close(), discord?.close(), github?.close()]);
  await product?.close();
});
beforeEach(async () => {
  await product.admin`delete from bot_message`;
  for (const server of [slack, discord, github]) {
    server.trouble.length = 0;
    server.asked.length = 0;
  }
  slack.posts.length = 0;
  github.comments.length = 0;
});

interface Place {
  channel: string;
  thread: string;
  after?: string;
}
/** A message whose answer a worker was about to post, and maybe did. */
async function posting(type: BotType, place: Place): Promise<string> {
  const heard = { externalId: randomUUID(), place, question: "How?" };
  await inTransaction((tx) => keepMessage(tx, ids[type], heard));
  const [row] = await product.admin`
    update bot_message set state = 'posting', answer = 'With the lever.', attempts = 1
    where external_id = ${heard.externalId} returning id`;
  return row?.id as string;
}
const answer = (messageId: string, lookingMs?: number) =>
  answerMessage(
    { messageId },
    { ask: answerWhole, draft: draftAnswer },
    new AbortController().signal,
    lookingMs,
  );
const rowOf = async (id: string) =>
  (
    await product.admin`
      select state, error, place, attempts, extract(epoch from due_at - now())::float as wait
      from bot_message where id = ${id}`
  )[0];
const isDue = (id: string) => product.admin`update bot_message set due_at = now() where id = ${id}`;
const usual = () => undefined;
const inSlack = { channel: "C0SUPPORT", thread: "1600000000.000100" };

interface Conversation {
  id: string;
  /** What the first look asks for, and what the second begins with. */
  first: string;
  second: string;
  /** Requests of a look before the one that is not answered. */
  requests: number;
}

/** A long conversation behind a question, with the bot's answer at its end. */
const conversations: Record<BotType, () => Promise<Conversation>> = {
  async SLACK() {
    const thread = { channel: "C0SUPPORT", thread_ts: "1600000000.000100" };
    const said = (n: number, more = {}) =>
      slack.posts.push({ ...thread, ts: `170000000${n}.000100`, text: "chatter", ...more });
    for (let n = 0; n < 9; n++) said(n);
    const id = await posting("SLACK", { ...inSlack, after: "1700000001.000100" });
    said(9, { metadata: { event_type: "gurulog_answer", event_payload: { id } } });
    return { id, first: "oldest=1700000001.000100", second: "oldest=1700000005.000100", requests: 2 };
  },
  async GITHUB() {
    const at = (n: number) => `2026-03-02T10:00:1${n}Z`;
    const said = (n: number, body = "chatter") =>
      github.comments.push({ id: n, issue: 12, body, login: "tuva", created_at: at(n) });
    for (let n = 0; n < 9; n++) said(n);
    const id = await posting("GITHUB", { channel: "halden/gateway", thread: "12", after: at(2) });
    said(9, `With the lever.\n\n<!-- gurulog ${id} -->`);
    // A second before the question, and before what was seen last: what has that very time may be left out.
    return { id, first: "since=2026-03-02T10:00:11", second: "since=2026-03-02T10:00:13", requests: 3 };
  },
  async DISCORD() {
    const { id: thread } = discord.say("500", "How?");
    for (let n = 0; n < 230; n++) discord.say("500", "chatter", { type: 19 });
    const id = await posting("DISCORD", { channel: "500", thread, after: thread });
    const message_reference = { message_id: thread };
    discord.say("500", "With the lever.", { type: 19, author: discordBot, message_reference });
    return { id, first: `after=${thread}`, second: `after=${BigInt(thread) + 200n}`, requests: 3 };
  },
};

describe.each(Object.keys(conversations) as BotType[])("%s is slow to show a conversation", (type) => {
  const server = (): ContentServer => ({ SLACK: slack, DISCORD: discord, GITHUB: github })[type];
  const looks = () =>
    server()
      .asked.map(({ query, body }) => `${decodeURIComponent(query.toString())} ${body}`)
      .filter((request) => /limit=|per_page=/.test(request));
  const posts = () =>
    server().asked.filter(
      ({ method, path }) => method === "POST" && /(postMessage|comments|messages)$/.test(path),
    );

  it("the next look goes on where the last one ended, and finds the answer", async () => {
    const { id, first, second, requests } = await conversations[type]();
    server().trouble.push(...Array.from({ length: requests }, () => usual), troubles.silence);
    await answer(id, 3_000);
    const left = await rowOf(id);
    expect(left).toMatchObject({ state: "posting", attempts: 2 });
    expect(left?.wait).toBeLessThanOrEqual(10);
    expect(looks()[0]).toContain(first);
    server().asked.length = 0;
    await isDue(id);
    await answer(id);
    expect(await rowOf(id)).toMatchObject({ state: "posted", error: null });
    expect(looks()[0]).toContain(second);
    expect(posts()).toEqual([]);
  });

  it("for ever: it is given up, and nothing is posted on a guess", async () => {
    const { id } = await conversations[type]();
    for (let turn = 0; turn < 8; turn++) {
      server().trouble.push(...Array.from({ length: 4 }, () => troubles.silence));
      await isDue(id);
      await answer(id, 50);
      server().trouble.length = 0;
    }
    expect(await rowOf(id)).toMatchObject({
      state: "failed",
      error: expect.stringContaining("several times"),
    });
    expect(posts()).toEqual([]);
  });
});

describe("a post that was not answered", () => {
  const answered = async () => {
    const id = await posting("SLACK", inSlack);
    await product.admin`update bot_message set state = 'answered' where id = ${id}`;
    return id;
  };

  it.each([
    ["a fault of the service's", troubles.fault],
    ["a fault of a gateway before it", { ...troubles.fault, status: 502 }],
  ])("after %s may still come to stand: nobody looks before a minute is over", async (_, trouble) => {
    const id = await answered();
    slack.trouble.push(trouble);
    await answer(id);
    const left = await rowOf(id);
    expect(left?.state).toBe("posting");
    expect(left?.wait).toBeGreaterThan(50);
  });

  const places = {
    SLACK: inSlack,
    GITHUB: { channel: "halden/gateway", thread: "12" },
    DISCORD: { channel: "500", thread: "1100000000000000001" },
  };
  it.each(Object.keys(places) as BotType[])(
    "as %s had too much to do may stand: it is not sent again, whatever pause the service asks for",
    async (type) => {
      const server = { SLACK: slack, DISCORD: discord, GITHUB: github }[type];
      const id = await posting(type, places[type]);
      await product.admin`update bot_message set state = 'answered' where id = ${id}`;
      const isPost = ({ method, path }: { method: string; path: string }) =>
        method === "POST" && /(postMessage|comments|messages)$/.test(path);
      once(server, isPost, () => ({ ...troubles.fault, status: 503, headers: { "retry-after": "1" } }));
      await answer(id);
      expect(server.asked.filter(isPost)).toHaveLength(1);
      const left = await rowOf(id);
      expect(left?.state).toBe("posting");
      expect(left?.wait).toBeGreaterThan(50);
    },
  );

  it("because too many were sent does not stand: the pause is as long as the service says", async () => {
    const id = await answered();
    slack.trouble.push(troubles.slowDown(31));
    await answer(id);
    const left = await rowOf(id);
    expect(left?.wait).toBeGreaterThan(20);
    expect(left?.wait).toBeLessThanOrEqual(40);
  });
});

it("whoever cannot say that they are at it does nothing more before another may be", async () => {
  const held = await takeMessage(await posting("SLACK", inSlack));
  if (!held) throw new Error("it was not taken");
  await product.admin`alter table bot_message rename to bot_message_away`;
  const { lost, end } = holdMessage(held, { betweenMs: 20, silentMs: 100 });
  try {
    await new Promise<void>((resolve) => lost.addEventListener("abort", () => resolve()));
    expect(String(lost.reason)).toContain("no sign of life");
  } finally {
    end();
    await product.admin`alter table bot_message_away rename to bot_message`;
  }
});
