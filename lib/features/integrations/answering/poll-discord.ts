import "server-only";
import { and, asc, eq, sql } from "drizzle-orm";
import type { IntegrationChannel } from "@/lib/access/integration-types";
import { type OpenIntegration, openIntegration } from "@/lib/access/integrations";
import { type DiscordClient, type DiscordMessage, discordClient } from "@/lib/access/services/discord";
import { ServiceTrouble } from "@/lib/access/services/service-trouble";
import { readDb, schema } from "@/lib/db/client";
import { inTransaction } from "@/lib/gate/transaction";
import { discordMessageOf } from "../incoming/discord-message";
import { heard } from "../incoming/heard";
import { keepMessage } from "../incoming/keep-message";
import { keepTrouble } from "../keep-trouble";

/** A channel is looked at again after so long, by whichever worker comes first. */
const pauseS = 8;
/** Pages of a channel that are read in one go; what is behind them is read the next time. */
const mostPages = 5;
/** For waiting that Discord asks for: the next look comes soon anyway. */
const patienceMs = 2_000;
const longestMs = 60_000;
/** Integrations that are looked at side by side, so that a server that does not answer holds up its own alone. */
const mostAtOnce = 4;
/** Channels that are named for one trouble. */
const mostNamed = 3;

/**
 * Looks into the channels of every Discord integration for new messages, as Discord tells a bot of them by its Gateway
 * alone. What stood there before the channel was chosen is not answered.
 * @param stopping ends the look early; the next one reads what is left
 * @returns how many questions were found
 * @throws the first of what went wrong on our side, when all others were looked at
 */
export async function pollDiscord(stopping: AbortSignal = new AbortController().signal): Promise<number> {
  const { integration } = schema;
  const rows = await readDb()
    .select({ id: integration.id })
    .from(integration)
    .where(and(eq(integration.type, "DISCORD"), sql`jsonb_array_length(${integration.channels}) > 0`))
    .orderBy(asc(integration.id));
  const left = rows.values();
  const errors: unknown[] = [];
  let found = 0;
  const lookOn = async () => {
    // All of them take from the same list.
    for (const { id } of left) {
      if (stopping.aborted) return;
      try {
        const one = await pollOne(id, stopping);
        found += one;
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: mostAtOnce }, lookOn));
  if (errors.length > 0) throw errors[0];
  return found;
}

async function pollOne(id: string, stopping: AbortSignal): Promise<number> {
  const signal = AbortSignal.any([AbortSignal.timeout(longestMs), stopping]);
  const troubles = new Map<string, string[]>();
  let found = 0;
  let isWhole = true;
  try {
    const integration = await openIntegration(readDb(), id);
    if (!integration) return 0;
    const client = discordClient(integration, { patienceMs, signal });
    for (const channel of await longestUnreadFirst(integration)) {
      signal.throwIfAborted();
      const position = await takeChannel(id, channel.id);
      if (position === "another's") {
        isWhole = false;
        continue;
      }
      try {
        if (position === null) await beginAt(id, channel.id, await newestIn(client, channel.id));
        else found += await readChannel(client, integration, channel.id, position);
      } catch (error) {
        // What is wrong with one channel, as when it is gone, must not silence those behind it.
        if (!(error instanceof ServiceTrouble) || isOfAll(error)) throw error;
        troubles.set(error.message, [...(troubles.get(error.message) ?? []), channel.name]);
      }
    }
  } catch (error) {
    if (stopping.aborted) return found;
    if (!(error instanceof ServiceTrouble) && !signal.aborted) throw error;
    troubles.set(error instanceof ServiceTrouble ? error.message : "Discord took too long to answer.", []);
  }
  // Whoever looked at a part cannot say that all is well.
  if (troubles.size > 0) await keepTrouble(id, inWords(troubles));
  else if (isWhole) await keepTrouble(id, null);
  return found;
}

/** Whether it would be the same with the next channel. */
const isOfAll = ({ problem }: ServiceTrouble) => problem === "credentials" || problem === "rate_limited";

/** @param troubles the channels by what is wrong with them; none = with the whole */
function inWords(troubles: ReadonlyMap<string, readonly string[]>): string {
  const words = [...troubles].map(([message, names]) => {
    if (names.length === 0) return message;
    const others = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : "";
    return `${names.slice(0, mostNamed).join(", ")}${others}: ${message}`;
  });
  return words.join(" ");
}

/** Its channels, those that were never read before all others: where a look ends early, the next begins behind it. */
async function longestUnreadFirst({ id, channels }: OpenIntegration): Promise<IntegrationChannel[]> {
  const { channelPosition } = schema;
  const rows = await readDb()
    .select({ channelId: channelPosition.channelId })
    .from(channelPosition)
    .where(eq(channelPosition.integrationId, id))
    .orderBy(asc(channelPosition.readAt));
  const rank = new Map(rows.map(({ channelId }, nth) => [channelId, nth]));
  const rankOf = (channel: IntegrationChannel) => rank.get(channel.id) ?? -1;
  return [...channels].sort((a, b) => rankOf(a) - rankOf(b));
}

/** Takes a channel for this look. @returns the last message read; null where none was yet */
async function takeChannel(integrationId: string, channelId: string): Promise<string | null | "another's"> {
  const { channelPosition } = schema;
  const isIt = and(
    eq(channelPosition.integrationId, integrationId),
    eq(channelPosition.channelId, channelId),
  );
  return inTransaction(async (tx) => {
    const [known] = await tx.select().from(channelPosition).where(isIt).for("update");
    if (!known) return null;
    const [taken] = await tx
      .update(channelPosition)
      .set({ readAt: sql`now()` })
      .where(and(isIt, sql`${channelPosition.readAt} <= now() - make_interval(secs => ${pauseS})`))
      .returning();
    return taken ? taken.lastId : "another's";
  });
}

async function newestIn(client: DiscordClient, channel: string): Promise<string> {
  const first = await client.messagesBefore(channel).next();
  return first.value?.[0]?.id ?? "0";
}

async function beginAt(integrationId: string, channelId: string, lastId: string): Promise<void> {
  const readAt = sql`now() - make_interval(secs => ${pauseS})`;
  await inTransaction((tx) =>
    tx
      .insert(schema.channelPosition)
      .select(
        // Only while the integration is there.
        sql`select id, ${channelId}::text, ${lastId}::text, ${readAt} from integration where id = ${integrationId}::uuid`,
      )
      .onConflictDoNothing(),
  );
}

async function readChannel(
  client: DiscordClient,
  integration: OpenIntegration,
  channel: string,
  lastId: string,
): Promise<number> {
  let found = 0;
  let pages = 0;
  for await (const page of client.messagesAfter(channel, lastId)) {
    found += await keepPage(integration, channel, page);
    pages += 1;
    if (pages === mostPages) break;
  }
  return found;
}

/** Keeps the questions of a page and that it was read, in one transaction. */
async function keepPage(
  integration: OpenIntegration,
  channel: string,
  page: readonly DiscordMessage[],
): Promise<number> {
  const last = page.at(-1);
  if (!last) return 0;
  const { channelPosition } = schema;
  return inTransaction(async (tx) => {
    let found = 0;
    for (const message of page) {
      const question = heard(discordMessageOf(channel, message, integration.settings.accountId), integration);
      if (question && (await keepMessage(tx, integration.id, question))) found += 1;
    }
    await tx
      .update(channelPosition)
      .set({ lastId: last.id })
      .where(and(eq(channelPosition.integrationId, integration.id), eq(channelPosition.channelId, channel)));
    return found;
  });
}
