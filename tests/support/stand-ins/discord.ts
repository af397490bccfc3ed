import { type AskedRequest, type ContentServer, contentServer, type GivenAnswer } from "./content-server";

export const discordLogin = { botToken: "MTAw.discord-token-77d1c2" };
export const discordBot = { id: "9000000000000000001", username: "halden-bot", bot: true };

export interface StandInMessage {
  id: string;
  type: number;
  content: string;
  timestamp: string;
  author: { id: string; username: string; bot?: boolean };
  mentions: { id: string }[];
  message_reference?: { message_id: string };
  nonce?: string;
  webhook_id?: string;
}

export interface StandInDiscord extends ContentServer {
  /** By channel, oldest first. */
  messages: Map<string, StandInMessage[]>;
  pageSize: number;
  /** Somebody writes. */
  say(channel: string, content: string, more?: Partial<StandInMessage>): StandInMessage;
}

/** Discord's HTTP API: users/@me, guilds, channels and messages, paged by ids. */
export async function startDiscord(login = discordLogin): Promise<StandInDiscord> {
  const server = await contentServer(`Bot ${login.botToken}`, (request) => answerOf(discord, request));
  let last = 1_100_000_000_000_000_000n;
  const discord: StandInDiscord = Object.assign(server, {
    messages: new Map([
      ["500", []],
      ["501", []],
    ]),
    pageSize: 100,
    say(channel: string, content: string, more: Partial<StandInMessage> = {}) {
      last += 1n;
      const message: StandInMessage = {
        id: String(last),
        type: 0,
        content,
        timestamp: "2026-03-02T10:00:00.000000+00:00",
        author: { id: "77", username: "tuva" },
        mentions: [...content.matchAll(/<@!?(\d+)>/g)].map(([, id = ""]) => ({ id })),
        ...more,
      };
      discord.messages.get(channel)?.push(message);
      return message;
    },
  });
  return discord;
}

function answerOf(discord: StandInDiscord, request: AskedRequest): GivenAnswer | undefined {
  const { method, path, query, body } = request;
  if (path === "/users/@me") return { json: discordBot };
  if (path === "/users/@me/guilds")
    return { json: query.get("after") === "0" ? [{ id: "1", name: "Halden" }] : [] };
  if (path === "/guilds/1/channels")
    return {
      json: [
        { id: "500", type: 0, name: "general" },
        { id: "501", type: 0, name: "support" },
        { id: "502", type: 2, name: "voice" },
      ],
    };
  const [, named] = /^\/channels\/(50[01])$/.exec(path) ?? [];
  if (named) return { json: { id: named, guild_id: "1", name: named === "500" ? "general" : "support" } };
  const [, channel = ""] = /^\/channels\/(\d+)\/messages$/.exec(path) ?? [];
  const messages = discord.messages.get(channel);
  if (!messages) return { status: 404, json: { message: "Unknown Channel", code: 10003 } };
  if (method === "POST") return posted(discord, channel, messages, body);
  const size = Math.min(Number(query.get("limit") ?? 50), discord.pageSize);
  const [after, before] = [query.get("after"), query.get("before")];
  const found = messages.filter(
    ({ id }) =>
      (after === null || BigInt(id) > BigInt(after)) && (before === null || BigInt(id) < BigInt(before)),
  );
  // Always newest first, as Discord gives them.
  const page = after === null ? found.slice(-size) : found.slice(0, size);
  return { json: [...page].reverse() };
}

function posted(
  discord: StandInDiscord,
  channel: string,
  messages: StandInMessage[],
  body: string,
): GivenAnswer {
  const sent = JSON.parse(body) as StandInMessage & {
    enforce_nonce?: boolean;
    embeds?: { description: string }[];
  };
  const same = sent.enforce_nonce ? messages.find(({ nonce }) => nonce === sent.nonce) : undefined;
  if (same) return { json: same };
  const { nonce, message_reference } = sent;
  const text = sent.content ?? sent.embeds?.[0]?.description ?? "";
  const made = discord.say(channel, text, {
    type: 19,
    author: discordBot,
    ...(nonce ? { nonce } : {}),
    ...(message_reference ? { message_reference } : {}),
  });
  return { json: made };
}
