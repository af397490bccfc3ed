import type { ServiceClient } from "./service-call";

/** Where an answer goes, in the service's own ids. */
export interface Place {
  channel: string;
  /** Slack: the message that the thread hangs on. Discord: the message replied to. GitHub: the number. */
  thread: string;
  /** Slack: a message's time. Discord: a message's id. GitHub: ISO 8601. What was posted for us stands behind it. */
  after?: string;
}

export interface Reply extends Place {
  /** Plain text. What would be a mark-up or a mention of people there is made harmless. */
  text: string;
  /** Id of ours that goes along unseen: by it `hasReplied` tells that the answer stands. */
  mark: string;
}

/** A channel, or a repository, that the bot can see. */
export interface SeenChannel {
  id: string;
  name: string;
}

/** A service in which a bot answers people. */
export interface BotClient extends ServiceClient {
  /** What the bot can see, at most 2,000. */
  channels(): Promise<SeenChannel[]>;
  reply(reply: Reply): Promise<void>;
  /**
   * Does the answer stand already? Asked where a process died, or lost the answer to `reply`.
   * @param seen told after each page how far that was: `after` of a place from which another look may go on
   */
  hasReplied(place: Place, mark: string, seen?: (after: string) => void): Promise<boolean>;
}

export const mostChannels = 2_000;

/** The first of what comes page by page. */
export async function firstOf<T>(pages: AsyncIterable<readonly T[]>, most = mostChannels): Promise<T[]> {
  const found: T[] = [];
  for await (const page of pages) {
    found.push(...page.slice(0, most - found.length));
    if (found.length >= most) break;
  }
  return found;
}

/** A text that fits; what is cut off is announced. */
export function cutTo(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const note = "\n… (the rest does not fit here)";
  return `${text
    .slice(0, longest - note.length)
    .toWellFormed()
    .trimEnd()}${note}`;
}
