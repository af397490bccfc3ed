import "server-only";
import { and, eq, inArray, sql } from "drizzle-orm";
import { z } from "zod";
import { integrationKinds } from "@/lib/access/integration-fields";
import { type IntegrationChannel, isBotType } from "@/lib/access/integration-types";
import { integrationUpdated } from "@/lib/audit/catalogue/integrations";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { channelNamed } from "../find-channels";
import {
  type IntegrationRow,
  integrationFact,
  lockIntegration,
  managedIntegration,
} from "../integration-facts";
import { editIntegrationInput, mostChannelsKept } from "../schemas";

const found = editIntegrationInput.omit({ channel: true, add: true, directMessages: true }).extend({
  channel: z.array(z.strictObject({ mode: z.enum(["auto", "manual", "remove"]), id: z.string() })),
  added: z.strictObject({ id: z.string(), name: z.string() }).nullable(),
  directMessages: z.boolean(),
});

const keepSettings = command({
  name: "edit-integration",
  input: found,
  allow: onGuru<{ guru: string }>("integration:manage", ({ guru }) => guru),
  event: integrationUpdated,
  target: ({ input }) => ({ id: input.id }),
  async run({ tx, input, scope }) {
    const row = await lockIntegration(tx, scope.guru.id, input.id);
    const { title } = integrationKinds[row.type];
    if (!isBotType(row.type))
      throw refuse("invalid", `${title} has no channels. It gives content to backfill jobs.`);
    if (input.directMessages && row.type !== "SLACK")
      throw refuse("invalid", `${title} has no direct messages that the bot could read.`);
    const channels = channelsAfter(row, input);
    const { directMessages } = input;
    const changes = [
      { field: "channels", before: inWords(row.channels), after: inWords(channels) },
      { field: "direct_messages", before: row.directMessages, after: directMessages },
    ].filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after));
    const value = { id: row.id, title, changed: changes.map(({ field }) => field) };
    if (changes.length === 0) return { value, audit: null };
    await tx
      .update(schema.integration)
      .set({ channels, directMessages, updatedAt: sql`gurulog_now()` })
      .where(eq(schema.integration.id, row.id));
    const { channelPosition } = schema;
    const gone = idsWithout(row.channels, channels);
    // One that is added again begins with what is said from then on, also where a look at Discord that was under way when
    // it was removed has left a position behind.
    const anew = [...gone, ...idsWithout(channels, row.channels)];
    if (anew.length > 0)
      await tx
        .delete(channelPosition)
        .where(and(eq(channelPosition.integrationId, row.id), inArray(channelPosition.channelId, anew)));
    return { value, audit: { ...integrationFact(row, scope.guru), changes } };
  },
});

/**
 * A maintainer says where the bot answers: in which channels or repositories, each of them (auto) or where it is
 * mentioned (manual), and in direct messages. One that is to be added is looked up at the service first.
 */
export const editIntegration = around(keepSettings, editIntegrationInput, async (input, call, proceed) => {
  const { add, ...settings } = input;
  const row = await managedIntegration.execute({ ...call, input: { guru: input.guru, id: input.id } });
  if (!row.ok) return row;
  const added = add ? await channelNamed(row.value, add) : null;
  return proceed({ input: { ...settings, added } });
});

function channelsAfter(row: IntegrationRow, input: z.output<typeof found>): IntegrationChannel[] {
  const wanted = new Map(input.channel.map(({ id, mode }) => [id, mode]));
  const unknown = input.channel.find(({ id }) => !row.channels.some((each) => each.id === id));
  if (unknown)
    throw refuse("invalid", "One of the channels is not of this integration any more. Reload the page.");
  const kept = row.channels.flatMap((channel) => {
    const mode = wanted.get(channel.id) ?? channel.mode;
    return mode === "remove" ? [] : [{ ...channel, mode }];
  });
  const { added } = input;
  if (added === null) return kept;
  const others = kept.filter(({ id }) => id !== added.id);
  if (others.length >= mostChannelsKept)
    throw refuse("invalid", `The bot answers in at most ${mostChannelsKept} channels. Remove one first.`);
  return [...others, { ...added, mode: input.addMode }];
}

/** Ids of channels that are not among others. */
const idsWithout = (channels: readonly IntegrationChannel[], others: readonly IntegrationChannel[]) =>
  channels.map(({ id }) => id).filter((id) => !others.some((each) => each.id === id));

const inWords = (channels: readonly IntegrationChannel[]): string[] =>
  channels.map(({ name, mode }) => `${name} (${mode})`);
