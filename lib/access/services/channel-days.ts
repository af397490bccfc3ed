import { createHash } from "node:crypto";
import { z } from "zod";
import type { SeenChannel } from "./bot-client";
import type { ItemContent, ItemPage, ServiceItem } from "./items";
import { ServiceTrouble } from "./service-trouble";

export const dayMs = 86_400_000;

/** What people said in a channel. */
export interface ChannelMessage {
  atMs: number;
  url: string;
  /** Changes when the message or what hangs on it does. */
  stamp: string;
  text: () => Promise<string>;
}

/** Where a run goes on: at the beginning of a day. */
const position = z.object({ fromMs: z.number() });

/**
 * The days of a channel, each an item with all that was said on it (by UTC). A day that goes on, or in which something was
 * changed, is of another version.
 */
export class ChannelDays {
  readonly #channel: SeenChannel;
  readonly #messages: (fromMs: number) => AsyncGenerator<ChannelMessage[]>;
  #pages: AsyncGenerator<ChannelMessage[]> | undefined;
  /** Of the last day seen, which may go on with the next page. */
  #open: ChannelMessage[] = [];
  /** All before it was given. */
  #fromMs = 0;

  /** @param messages from a moment on, the oldest first */
  constructor(channel: SeenChannel, messages: (fromMs: number) => AsyncGenerator<ChannelMessage[]>) {
    this.#channel = channel;
    this.#messages = messages;
  }

  /**
   * @param range days that the channel is read back
   * @param at as the page before said; null = from the start, also after an attempt that failed
   */
  async page(range: number, at: unknown): Promise<ItemPage> {
    if (!this.#pages || at === null) {
      this.#open = [];
      this.#fromMs = at === null ? dayOf(Date.now()) - (range - 1) * dayMs : position.parse(at).fromMs;
      this.#pages = this.#messages(this.#fromMs);
    }
    const step = await this.#pages.next();
    if (!step.done) this.#open.push(...step.value);
    const last = this.#open.at(-1);
    if (last) this.#fromMs = dayOf(last.atMs);
    const lastDay = step.done ? Number.POSITIVE_INFINITY : this.#fromMs;
    const whole = this.#open.filter(({ atMs }) => dayOf(atMs) < lastDay);
    this.#open = this.#open.filter(({ atMs }) => dayOf(atMs) >= lastDay);
    const days = [...new Set(whole.map(({ atMs }) => dayOf(atMs)))];
    const items = days.map((day) =>
      this.#itemOf(
        day,
        whole.filter(({ atMs }) => dayOf(atMs) === day),
      ),
    );
    return { items, next: step.done ? null : { fromMs: this.#fromMs } };
  }

  #itemOf(day: number, messages: ChannelMessage[]): ServiceItem {
    const date = new Date(day).toISOString().slice(0, 10);
    const { id, name } = this.#channel;
    const stamps = createHash("sha256").update(messages.map(({ stamp }) => stamp).join("\n"));
    return {
      key: `${id} ${date}`,
      title: `${name} ${date}`,
      url: messages[0]?.url ?? "",
      version: stamps.digest("hex"),
      content: () => textOf(messages),
    };
  }
}

async function textOf(messages: ChannelMessage[]): Promise<ItemContent> {
  const parts: string[] = [];
  for (const message of messages) {
    const time = new Date(message.atMs).toISOString().slice(11, 16);
    parts.push(`${time} ${await message.text()}`);
  }
  return { format: "markdown", text: parts.join("\n\n") };
}

const dayOf = (ms: number) => Math.floor(ms / dayMs) * dayMs;

/**
 * The channel that a person named: by its id, by its name with or without `#`, or by what we call it.
 * @throws ServiceTrouble `query`, when there is none or several
 */
export function channelNamed(channels: readonly SeenChannel[], asked: string): SeenChannel {
  const wanted = asked.trim().replace(/^#/, "").toLowerCase();
  const plain = (name: string) => name.replace(/^#/, "").toLowerCase();
  const [exact] = channels.filter(({ id, name }) => id.toLowerCase() === wanted || plain(name) === wanted);
  if (exact) return exact;
  const [first, ...others] = channels.filter(({ name }) => plain(name).split(" in ")[0] === wanted);
  if (first && others.length === 0) return first;
  const message = first
    ? `Several channels have this name. Write one of these instead: ${[first, ...others]
        .slice(0, 5)
        .map(({ name }) => name)
        .join(", ")}.`
    : "The bot sees no channel of this name. Invite it there, or check the name.";
  throw new ServiceTrouble("query", message);
}
