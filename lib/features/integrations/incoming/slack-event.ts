import { z } from "zod";
import type { SeenMessage } from "./heard";

/** Slack's ids: of a workspace, a channel, a person. */
const slackId = z.string().regex(/^[A-Z0-9]{1,50}$/);
/** A time of Slack's, in seconds since 1970; of a message, its id within the channel. */
const slackTime = z.string().regex(/^\d{10}\.\d{6}$/);

/** Events of messages. Of a message that mentions the bot both come. */
const ofMessages = ["message", "app_mention"] as const;

const messageEvent = z.object({
  type: z.enum(ofMessages),
  subtype: z.string().nullish(),
  channel: slackId,
  channel_type: z.string().nullish(),
  user: slackId.nullish(),
  bot_id: z.string().nullish(),
  text: z.string().nullish(),
  ts: slackTime,
  thread_ts: slackTime.nullish(),
});
type SlackMessageEvent = z.output<typeof messageEvent>;

/** Whatever else an app was subscribed to; its fields are other ones. */
const otherEvent = z
  .object({ type: z.string().refine((type) => !ofMessages.some((each) => each === type)) })
  .transform(() => null);

/** What of an Events API delivery is used; docs/services.md. An event is null where it is none of the bot's. */
export const slackDelivery = z.discriminatedUnion("type", [
  z.object({ type: z.literal("url_verification"), challenge: z.string().min(1).max(500) }),
  /** Slack has kept events back, as there were too many. */
  z.object({ type: z.literal("app_rate_limited") }),
  z.object({
    type: z.literal("event_callback"),
    team_id: slackId,
    event: z.union([messageEvent, otherEvent]),
  }),
]);

/**
 * A message of Slack's, from `message` or `app_mention`: where both come they have the same channel and time, and so they
 * are one.
 * @param botId as `auth.test` gave it
 */
export function slackMessageOf(event: SlackMessageEvent, botId: string | undefined): SeenMessage {
  const { type, channel, ts, text, user } = event;
  const mention = botId === undefined ? null : new RegExp(`<@${escaped(botId)}(\\|[^<>]*)?>`, "g");
  const said = text ?? "";
  return {
    id: `${channel}:${ts}`,
    channel,
    thread: event.thread_ts ?? ts,
    after: ts,
    text: inPlainText(mention ? said.replace(mention, " ") : said),
    // Edits, joins and what apps write have a subtype; `thread_broadcast` and files are people's.
    isFromPerson:
      Boolean(user) &&
      user !== botId &&
      !event.bot_id &&
      (!event.subtype || ["thread_broadcast", "file_share"].includes(event.subtype)),
    isDirect: event.channel_type === "im",
    isOpening: !event.thread_ts || event.thread_ts === ts,
    mentionsBot: type === "app_mention" || (mention?.test(said) ?? false),
  };
}

/**
 * Slack's mark-up of links and channels in words, and its three escaped signs. A `<` that people type comes escaped:
 * none stands within a mark-up, so that a text full of them is read in one go.
 */
function inPlainText(text: string): string {
  return text
    .replace(/<(?:[@#!][^<|>]*)\|([^<>]*)>/g, "$1")
    .replace(/<[@#!][^<>]*>/g, " ")
    .replace(/<([^<|>]*)\|([^<>]*)>/g, "$2")
    .replace(/<([^<>]*)>/g, "$1")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
