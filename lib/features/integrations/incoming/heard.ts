import type { IntegrationChannel } from "@/lib/access/integration-types";
import { cleanText } from "@/lib/platform/clean-text";

/** As long as a question may be by any door. */
const maxQuestion = 1_000;

/** A message of a service, in words that all three have in common. */
export interface SeenMessage {
  /** The service's own id of it; unique within the integration. */
  id: string;
  /** Where it stands, and where the answer to it goes. */
  channel: string;
  thread: string;
  /** The service's own time of it, or its id where ids grow: whatever answers it stands behind this. */
  after: string;
  text: string;
  isFromPerson: boolean;
  isDirect: boolean;
  /** It begins a conversation: no answer in a thread, no comment below an issue. */
  isOpening: boolean;
  mentionsBot: boolean;
}

/** A question for the bot. */
export interface HeardQuestion {
  externalId: string;
  place: { channel: string; thread: string; after?: string };
  question: string;
}

export interface Listening {
  channels: readonly IntegrationChannel[];
  directMessages: boolean;
}

/**
 * Is a message for the bot? Never one of its own or of another bot. In a direct message any, where these are on; in a
 * channel of the list those that mention it and, in mode `auto`, those that begin a conversation.
 * @returns the question, without the mention; null when it is for others, or says nothing
 */
export function heard(message: SeenMessage, { channels, directMessages }: Listening): HeardQuestion | null {
  if (!message.isFromPerson) return null;
  const question = cleanText(message.text.trim(), maxQuestion).trim();
  if (question === "") return null;
  if (!isForBot(message, channels, directMessages)) return null;
  const { id: externalId, channel, thread, after } = message;
  return { externalId, place: { channel, thread, after }, question };
}

function isForBot(message: SeenMessage, channels: readonly IntegrationChannel[], direct: boolean): boolean {
  if (message.isDirect) return direct;
  const channel = channels.find(({ id }) => id === message.channel);
  if (!channel) return false;
  return message.mentionsBot || (channel.mode === "auto" && message.isOpening);
}
