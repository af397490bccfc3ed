import "server-only";
import { ChannelDays, type ChannelMessage, channelNamed } from "./channel-days";
import { type DiscordClient, type DiscordMessage, discordClient } from "./discord";
import type { ItemReader } from "./items";
import type { CallLimits, ServiceAccess } from "./service-call";
import { ServiceTrouble } from "./service-trouble";

/** Where Discord's ids begin to count: 2015-01-01, in milliseconds since 1970 (its reference, "Snowflakes"). */
const epochMs = 1_420_070_400_000;
const timeShift = 22n;

/** Discord: what people said in a channel, a day at a time. What bots said is left out. */
export function discordDays(access: ServiceAccess, limits: CallLimits = {}): ItemReader {
  const client = discordClient(access, limits);
  let days: ChannelDays | undefined;
  return {
    kind: "DISCORD",
    async checkQuery({ query }) {
      if (query === "") throw new ServiceTrouble("query", "Name a channel, such as #support.");
      const { id, name } = channelNamed(await client.channels(), query);
      await client.messagesBefore(id).next();
      return { query: id, label: name };
    },
    async page({ query, days: range }, at) {
      days ??= await openChannel(client, query);
      return days.page(range ?? 1, at);
    },
  };
}

async function openChannel(client: DiscordClient, id: string): Promise<ChannelDays> {
  const { name, guildId } = await client.channel(id);
  const address = `https://discord.com/channels/${encodeURIComponent(guildId ?? "@me")}/${encodeURIComponent(id)}`;
  return new ChannelDays({ id, name }, (fromMs) => messagesFrom(client, id, address, fromMs));
}

async function* messagesFrom(
  client: DiscordClient,
  channel: string,
  address: string,
  fromMs: number,
): AsyncGenerator<ChannelMessage[]> {
  for await (const page of client.messagesAfter(channel, idAt(fromMs)))
    yield page.filter(isOfPeople).map((message) => messageOf(address, message));
}

/** The largest id before a moment. */
function idAt(ms: number): string {
  return ms <= epochMs ? "0" : String((BigInt(ms - epochMs) << timeShift) - 1n);
}

const isOfPeople = ({ author, webhook_id, type, content }: DiscordMessage) =>
  author.bot !== true && webhook_id === undefined && (type === 0 || type === 19) && content.trim() !== "";

function messageOf(address: string, { id, timestamp, content }: DiscordMessage): ChannelMessage {
  return {
    atMs: Date.parse(timestamp),
    url: `${address}/${encodeURIComponent(id)}`,
    stamp: `${id} ${content}`,
    text: async () => content.replaceAll(/<@[!&]?\d+>/g, "@somebody").trim(),
  };
}
