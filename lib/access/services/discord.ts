import "server-only";
import { z } from "zod";
import { runtime } from "@/lib/platform/runtime";
import { type BotClient, cutTo, firstOf, type SeenChannel } from "./bot-client";
import { type CallLimits, pagesOf, type ServiceAccess, serviceCaller } from "./service-call";

const message = z.object({
  id: z.string().regex(/^\d{1,20}$/),
  /** 0 a message of its own, 19 a reply; others are notices of Discord's. */
  type: z.number().default(0),
  content: z.string().default(""),
  timestamp: z.string(),
  author: z.object({ id: z.string(), username: z.string().default(""), bot: z.boolean().optional() }),
  webhook_id: z.string().optional(),
  mentions: z.array(z.object({ id: z.string() })).default([]),
  message_reference: z.object({ message_id: z.string().optional() }).nullish(),
  nonce: z.union([z.string(), z.number()]).nullish(),
});
export type DiscordMessage = z.output<typeof message>;

const pageSize = 100;
const guildPageSize = 200;
/** Of a message's own text, and of the box below it, which takes more. */
const longestText = 2_000;
const longestBox = 4_096;
/** Text and announcement channels. */
const readable = new Set([0, 5]);

export interface DiscordClient extends BotClient {
  /** A channel's name, and the server that it is of; null for one of no server. */
  channel(id: string): Promise<{ name: string; guildId: string | null }>;
  /** Messages after one, oldest page first, each page oldest first. */
  messagesAfter(channel: string, afterId: string): AsyncGenerator<DiscordMessage[]>;
  /** Messages before one, or from the newest on, newest first. */
  messagesBefore(channel: string, beforeId?: string): AsyncGenerator<DiscordMessage[]>;
}

/** Discord's HTTP API, as a bot. Endpoints and fields: docs/services.md. */
export function discordClient(
  { baseUrl, credentials, namedSecrets = [] }: ServiceAccess,
  limits: CallLimits = {},
): DiscordClient {
  const { botToken = "" } = credentials;
  const { call, json, account } = serviceCaller({
    ...limits,
    service: "Discord",
    baseUrl,
    authorization: `Bot ${botToken}`,
    // Discord takes requests of bots by this form of the name alone: an address of whoever runs the bot, and a version.
    userAgent: `DiscordBot (${runtime().baseUrl}, ${runtime().version})`,
    secrets: [botToken, ...namedSecrets],
    problemIn: (body) => z.object({ message: z.string() }).safeParse(body).data?.message,
  });
  const messages = (channel: string, query: Record<string, string | number | undefined>) =>
    json({
      path: `/channels/${encodeURIComponent(channel)}/messages`,
      query: { ...query, limit: pageSize },
      answer: z.array(message),
    });
  const channelsOf = async (guild: { id: string; name: string }): Promise<SeenChannel[]> => {
    const answer = z.array(z.object({ id: z.string(), type: z.number(), name: z.string().nullish() }));
    const found = await json({ path: `/guilds/${encodeURIComponent(guild.id)}/channels`, answer });
    return found
      .filter(({ type }) => readable.has(type))
      .map(({ id, name }) => ({ id, name: `#${name ?? id} in ${guild.name}` }));
  };
  const client: DiscordClient = {
    async check() {
      const answer = z.object({ id: z.string(), username: z.string(), bot: z.boolean().optional() });
      const { value } = await call({ path: "/users/@me", answer });
      return account({ accountName: value.username, accountId: value.id });
    },
    channels: () =>
      firstOf(
        pagesOf<SeenChannel, string>("0", async (after) => {
          const answer = z.array(z.object({ id: z.string(), name: z.string() }));
          const guilds = await json({
            path: "/users/@me/guilds",
            query: { after, limit: guildPageSize },
            answer,
          });
          const items: SeenChannel[] = [];
          for (const guild of guilds) items.push(...(await channelsOf(guild)));
          return { items, next: guilds.length < guildPageSize ? null : (guilds.at(-1)?.id ?? null) };
        }),
      ),
    async channel(id) {
      const answer = z.object({ name: z.string().nullish(), guild_id: z.string().nullish() });
      const found = await json({ path: `/channels/${encodeURIComponent(id)}`, answer });
      return { name: `#${found.name ?? id}`, guildId: found.guild_id ?? null };
    },
    messagesAfter: (channel, afterId) =>
      pagesOf(afterId, async (after) => {
        const page = (await messages(channel, { after })).sort(byId);
        return { items: page, next: page.length < pageSize ? null : (page.at(-1)?.id ?? null) };
      }),
    messagesBefore: (channel, beforeId) =>
      pagesOf(beforeId ?? "", async (before) => {
        const page = (await messages(channel, { before: before || undefined })).sort((a, b) => byId(b, a));
        return { items: page, next: page.length < pageSize ? null : (page.at(-1)?.id ?? null) };
      }),
    async reply({ channel, thread, text, mark }) {
      const body =
        text.length <= longestText
          ? { content: text }
          : { embeds: [{ description: cutTo(text, longestBox) }] };
      await json({
        method: "POST",
        path: `/channels/${encodeURIComponent(channel)}/messages`,
        json: {
          ...body,
          // Nobody is called, whatever the text says.
          allowed_mentions: { parse: [], replied_user: false },
          message_reference: { message_id: thread, fail_if_not_exists: false },
          nonce: nonceOf(mark),
          enforce_nonce: true,
        },
        answer: z.object({ id: z.string() }),
      });
    },
    async hasReplied({ channel, thread, after = thread }, mark, seen) {
      const me = (await client.check()).accountId;
      for await (const page of client.messagesAfter(channel, after)) {
        const isOurs = (each: DiscordMessage) =>
          each.author.id === me &&
          (each.nonce === nonceOf(mark) || each.message_reference?.message_id === thread);
        if (page.some(isOurs)) return true;
        const last = page.at(-1);
        if (last) seen?.(last.id);
      }
      return false;
    },
  };
  return client;
}

/** Ids are numbers that grow with time, too large for a number of ours. */
function byId(a: { id: string }, b: { id: string }): number {
  return a.id.length - b.id.length || a.id.localeCompare(b.id);
}

/** A uuid within the 25 characters that Discord takes. */
function nonceOf(mark: string): string {
  return Buffer.from(mark.replaceAll("-", ""), "hex").toString("base64url");
}
