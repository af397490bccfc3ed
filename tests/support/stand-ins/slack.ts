import { createHmac } from "node:crypto";
import { type AskedRequest, type ContentServer, contentServer, type GivenAnswer } from "./content-server";

export const slackLogin = { botToken: "xoxb-slack-token-1b7c90", signingSecret: "slack-signing-8841fe" };
export const slackBot = {
  user: "halden_bot",
  userId: "U0BOT0001",
  team: "Halden Works",
  teamId: "T0HALDEN1",
};

interface SlackPost {
  channel: string;
  ts: string;
  thread_ts?: string;
  text: string;
  user?: string;
  bot_id?: string;
  subtype?: string;
  metadata?: unknown;
}

export interface StandInSlack extends ContentServer {
  channels: { id: string; name: string }[];
  posts: SlackPost[];
  pageSize: number;
}

/** Slack's Web API: auth.test, conversations.list, .history and .replies, chat.postMessage, with cursors. */
export async function startSlack(login = slackLogin): Promise<StandInSlack> {
  const server = await contentServer(null, (request) => {
    // Slack says in the body what is wrong, with status 200.
    if (request.headers.authorization !== `Bearer ${login.botToken}`) return refused("invalid_auth");
    return answerOf(slack, request);
  });
  const channels = [
    { id: "C0GENERAL", name: "general" },
    { id: "C0SUPPORT", name: "support" },
    { id: "C0RANDOM1", name: "random" },
  ];
  const slack: StandInSlack = Object.assign(server, { channels, posts: [], pageSize: 2 });
  return slack;
}

const refused = (error: string): GivenAnswer => ({ json: { ok: false, error } });

function answerOf(slack: StandInSlack, request: AskedRequest): GivenAnswer | undefined {
  const sent = request.headers["content-type"]?.startsWith("application/json")
    ? (JSON.parse(request.body) as Record<string, string>)
    : Object.fromEntries(new URLSearchParams(request.body));
  switch (request.path) {
    case "/auth.test": {
      const { user, userId: user_id, team, teamId: team_id } = slackBot;
      return { json: { ok: true, url: slack.url, team, user, team_id, user_id, bot_id: "B0BOT0001" } };
    }
    case "/conversations.list":
      return paged(slack, sent, "channels", slack.channels);
    case "/conversations.history": {
      const since = Number(sent.oldest ?? 0);
      const until = Number(sent.latest ?? Number.POSITIVE_INFINITY);
      const posts = slack.posts.filter(
        ({ channel, ts }) => channel === sent.channel && Number(ts) > since && Number(ts) < until,
      );
      if (!slack.channels.some(({ id }) => id === sent.channel)) return refused("channel_not_found");
      return paged(slack, sent, "messages", posts.filter(isOpening).reverse());
    }
    case "/conversations.replies": {
      const since = Number(sent.oldest ?? 0);
      const ofThread = ({ ts, thread_ts }: SlackPost) =>
        ts === sent.ts || (thread_ts === sent.ts && Number(ts) > since);
      return paged(slack, sent, "messages", slack.posts.filter(ofThread));
    }
    case "/chat.postMessage":
      return posted(slack, sent as unknown as SlackPost);
  }
  return refused("unknown_method");
}

const isOpening = ({ ts, thread_ts }: SlackPost) => thread_ts === undefined || thread_ts === ts;

function posted(slack: StandInSlack, sent: SlackPost): GivenAnswer {
  if (!slack.channels.some(({ id }) => id === sent.channel) && !sent.channel.startsWith("D"))
    return refused("channel_not_found");
  const ts = `17000009${String(slack.posts.length).padStart(2, "0")}.000100`;
  slack.posts.push({ ...sent, ts, user: slackBot.userId, bot_id: "B0BOT0001" });
  return { json: { ok: true, channel: sent.channel, ts } };
}

function paged(slack: StandInSlack, sent: Record<string, string>, name: string, all: unknown[]): GivenAnswer {
  const from = sent.cursor ? Number(Buffer.from(sent.cursor, "base64").toString()) : 0;
  const size = Math.min(Number(sent.limit ?? 100), slack.pageSize);
  const isMore = from + size < all.length;
  const next_cursor = isMore ? Buffer.from(String(from + size)).toString("base64") : "";
  return { json: { ok: true, [name]: all.slice(from, from + size), response_metadata: { next_cursor } } };
}

/** Headers of a delivery as Slack signs it. @param atMs by default now */
export function slackSigned(body: string, secret = slackLogin.signingSecret, atMs = Date.now()) {
  const timestamp = String(Math.floor(atMs / 1_000));
  const digest = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
  return {
    "content-type": "application/json",
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": `v0=${digest}`,
  };
}
