import "server-only";
import { cleanText } from "@/lib/platform/clean-text";
import { ChannelDays, type ChannelMessage, channelNamed, dayMs } from "./channel-days";
import type { ItemReader } from "./items";
import type { CallLimits, ServiceAccess } from "./service-call";
import { ServiceTrouble } from "./service-trouble";
import { type SlackClient, type SlackMessage, slackClient } from "./slack";

/** Slack gives the newest first: so much is read at once and turned round. */
const windowMs = 7 * dayMs;

/** Slack: what people said in a channel, a day at a time, with the answers in its threads. What bots said is left out. */
export function slackDays(access: ServiceAccess, limits: CallLimits = {}): ItemReader {
  const client = slackClient(access, limits);
  let days: ChannelDays | undefined;
  return {
    kind: "SLACK",
    async checkQuery({ query }) {
      if (query === "") throw new ServiceTrouble("query", "Name a channel, such as #support.");
      const { id, name } = channelNamed(await client.channels(), query);
      // That it can be read too: a bot sees channels that it is not in.
      await client.history(id).next();
      return { query: id, label: name };
    },
    async page({ query, days: range }, at) {
      days ??= await openChannel(client, query);
      return days.page(range ?? 1, at);
    },
  };
}

async function openChannel(client: SlackClient, id: string): Promise<ChannelDays> {
  const { teamId = "" } = await client.check();
  const name = (await client.channels()).find((channel) => channel.id === id)?.name ?? id;
  const linkOf = (ts: string) =>
    `https://slack.com/app_redirect?team=${encodeURIComponent(teamId)}&channel=${encodeURIComponent(id)}&message_ts=${encodeURIComponent(ts)}`;
  return new ChannelDays({ id, name }, (fromMs) => messagesFrom(client, id, linkOf, fromMs));
}

async function* messagesFrom(
  client: SlackClient,
  channel: string,
  linkOf: (ts: string) => string,
  fromMs: number,
): AsyncGenerator<ChannelMessage[]> {
  for (let from = fromMs; from <= Date.now(); from += windowMs) {
    const found: SlackMessage[] = [];
    // One microsecond before: the beginning itself counts, and is left out as a bound.
    const range = { oldest: timestampOf(from - 0.001), latest: timestampOf(from + windowMs - 0.001) };
    for await (const page of client.history(channel, range)) found.push(...page);
    yield found
      .filter(isOfPeople)
      .map((message) => messageOf(client, channel, linkOf, message))
      .sort((a, b) => a.atMs - b.atMs);
  }
}

const isOfPeople = ({ bot_id, subtype, text }: SlackMessage) =>
  bot_id === undefined && (subtype === undefined || subtype === "file_share") && text.trim() !== "";

function messageOf(
  client: SlackClient,
  channel: string,
  linkOf: (ts: string) => string,
  message: SlackMessage,
): ChannelMessage {
  const { ts, text, reply_count: replies = 0 } = message;
  return {
    atMs: Number(ts) * 1_000,
    url: linkOf(ts),
    stamp: `${ts} ${replies} ${text}`,
    async text() {
      const said = [plainText(text)];
      if (replies > 0)
        for await (const page of client.thread(channel, ts))
          said.push(
            ...page
              .filter((each) => each.ts !== ts && isOfPeople(each))
              .map((each) => `Reply: ${plainText(each.text)}`),
          );
      return said.join("\n\n");
    },
  };
}

const timestampOf = (ms: number) => (ms / 1_000).toFixed(6);

/** UTF-16 units of one message that are read; Slack's own are far shorter. */
const longestMessage = 100_000;

/**
 * Slack's own mark-up (links, channels, people in angle brackets) as text; who is meant stays an id to nobody. A `<` that
 * people type comes escaped: none stands within a mark-up, so that a text full of them is read in one go.
 */
export function plainText(text: string): string {
  return cleanText(text, longestMessage)
    .replaceAll(/<(https?:[^<|>]+)\|([^<>]+)>/g, "[$2]($1)")
    .replaceAll(/<#[A-Z0-9]+\|([^<>]+)>/g, "#$1")
    .replaceAll(/<@[A-Z0-9]+(?:\|[^<>]*)?>/g, "@somebody")
    .replaceAll(/<!([a-z]+)(?:[^a-z<>][^<>]*)?>/g, "@$1")
    .replaceAll(/<([^<>]+)>/g, "$1")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .trim();
}
