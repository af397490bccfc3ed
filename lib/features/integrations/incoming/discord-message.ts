import type { DiscordMessage } from "@/lib/access/services/discord";
import type { SeenMessage } from "./heard";

/** Discord's numbers for a message of its own, and for a reply to another. */
const ownMessage = 0;
const replyTo = 19;

/** @param botId as `users/@me` gave it */
export function discordMessageOf(
  channel: string,
  message: DiscordMessage,
  botId: string | undefined,
): SeenMessage {
  const { id, type, content, author, mentions } = message;
  return {
    id,
    channel,
    thread: id,
    after: id,
    text: content.replace(/<@!?(\d+)>/g, (mention, of) => (of === botId ? " " : mention)),
    isFromPerson:
      author.bot !== true &&
      author.id !== botId &&
      message.webhook_id === undefined &&
      (type === ownMessage || type === replyTo),
    isDirect: false,
    isOpening: type === ownMessage,
    mentionsBot: botId !== undefined && mentions.some((each) => each.id === botId),
  };
}
