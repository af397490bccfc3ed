import "server-only";
import { z } from "zod";
import { type BotClient, cutTo, firstOf, type SeenChannel } from "./bot-client";
import { withoutSecrets } from "./service-answer";
import { type CallLimits, pagesOf, type ServiceAccess, serviceCaller } from "./service-call";
import { ServiceTrouble } from "./service-trouble";

const message = z.object({
  ts: z.string(),
  type: z.string().optional(),
  subtype: z.string().optional(),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  text: z.string().default(""),
  thread_ts: z.string().optional(),
  reply_count: z.number().optional(),
  metadata: z.object({ event_payload: z.record(z.string(), z.unknown()).default({}) }).optional(),
});
export type SlackMessage = z.output<typeof message>;

const cursor = z.object({ next_cursor: z.string().default("") }).optional();
const pageSize = 200;
/** Slack leaves out archived channels after it has cut its pages: so many pages of them may come one after the other. */
const mostArchivedPages = 200;
/** Slack's own advice for a message that people read. */
const longestText = 4_000;
const markedAs = "gurulog_answer";

/** Slack's words (`error` of an answer with `ok: false`) that mean the token. */
const tokenErrors = new Set([
  "invalid_auth",
  "not_authed",
  "account_inactive",
  "token_revoked",
  "token_expired",
  "not_allowed_token_type",
]);
const rightErrors = new Set([
  "missing_scope",
  "no_permission",
  "restricted_action",
  "access_denied",
  "ekm_access_denied",
]);
const placeErrors = new Set([
  "channel_not_found",
  "not_in_channel",
  "is_archived",
  "thread_not_found",
  "message_not_found",
]);

export interface SlackClient extends BotClient {
  /** Messages of a channel, newest first, without the answers in threads. Times are Slack's, in seconds since 1970. */
  history(channel: string, range?: { oldest?: string; latest?: string }): AsyncGenerator<SlackMessage[]>;
  /** A message and the answers in its thread, oldest first; of the answers those after `oldest`. */
  thread(channel: string, ts: string, oldest?: string): AsyncGenerator<SlackMessage[]>;
}

/** A workspace's Web API, as the bot whose token it is. Methods and fields: docs/services.md. */
export function slackClient(
  { baseUrl, credentials, namedSecrets = [] }: ServiceAccess,
  limits: CallLimits = {},
): SlackClient {
  const { botToken = "", signingSecret = "" } = credentials;
  const secrets = [botToken, signingSecret, ...namedSecrets];
  const caller = serviceCaller({
    ...limits,
    service: "Slack",
    baseUrl,
    authorization: `Bearer ${botToken}`,
    secrets,
  });
  const call = async <S extends z.ZodObject>(
    method: string,
    body: { form?: Record<string, string | number | undefined>; json?: unknown; isRead?: false },
    fields: S,
  ): Promise<z.output<S>> => {
    const refused = z.object({ ok: z.literal(false), error: z.string() });
    const done = fields.extend({ ok: z.literal(true) });
    const answer = await caller.json({
      method: "POST",
      path: `/${method}`,
      // Slack takes all by POST.
      isRead: true,
      ...body,
      answer: z.union([refused, done]),
    });
    if (answer.ok === false)
      throw troubleOf(withoutSecrets(String((answer as { error: string }).error), secrets));
    return answer as z.output<S>;
  };
  const messages = (method: string, form: Record<string, string | undefined>) =>
    pagesOf<SlackMessage, string>("", async (at) => {
      const page = await call(
        method,
        { form: { ...form, limit: pageSize, cursor: at || undefined } },
        z.object({ messages: z.array(message), response_metadata: cursor }),
      );
      return { items: page.messages, next: page.response_metadata?.next_cursor || null };
    });
  const client: SlackClient = {
    async check() {
      const shape = z.object({
        team: z.string(),
        user: z.string(),
        team_id: z.string(),
        user_id: z.string(),
      });
      const { team, user, team_id, user_id } = await call("auth.test", { form: {} }, shape);
      return caller.account({ accountName: `${user} in ${team}`, accountId: user_id, teamId: team_id });
    },
    channels: () =>
      firstOf(
        pagesOf<SeenChannel, string>(
          "",
          async (at) => {
            const form = {
              types: "public_channel,private_channel",
              exclude_archived: "true",
              limit: pageSize,
              cursor: at || undefined,
            };
            const shape = z.object({
              channels: z.array(z.object({ id: z.string(), name: z.string() })),
              response_metadata: cursor,
            });
            const page = await call("conversations.list", { form }, shape);
            const items = page.channels.map(({ id, name }) => ({ id, name: `#${name}` }));
            return { items, next: page.response_metadata?.next_cursor || null };
          },
          mostArchivedPages,
        ),
      ),
    history: (channel, { oldest, latest } = {}) =>
      messages("conversations.history", { channel, oldest, latest, inclusive: "false" }),
    thread: (channel, ts, oldest) =>
      messages("conversations.replies", { channel, ts, oldest, include_all_metadata: "true" }),
    async reply({ channel, thread, text, mark }) {
      const json = {
        channel,
        thread_ts: thread,
        text: escaped(cutTo(text, longestText)),
        mrkdwn: false,
        parse: "none",
        link_names: false,
        unfurl_links: false,
        unfurl_media: false,
        metadata: { event_type: markedAs, event_payload: { id: mark } },
      };
      await call("chat.postMessage", { json, isRead: false }, z.object({ ts: z.string() }));
    },
    async hasReplied({ channel, thread, after = "0" }, mark, seen) {
      let furthest = Number(after);
      for await (const page of client.thread(channel, thread, after)) {
        if (page.some((each) => each.metadata?.event_payload.id === mark)) return true;
        const last = page.at(-1)?.ts ?? "";
        // From the last of a page on only where it is the latest: nothing before it may be left out.
        const isInOrder = page.every(({ ts }) => Number(ts) <= Number(last));
        if (!isInOrder || !(Number(last) > furthest)) continue;
        furthest = Number(last);
        seen?.(last);
      }
      return false;
    },
  };
  return client;
}

/** Slack's three signs: without them nothing in a text is a link, a channel or a call of everybody. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function troubleOf(error: string): ServiceTrouble {
  // Its errors are words of a closed list; anything else is not repeated.
  const word = /^[a-z_]{1,60}$/.test(error) ? error : "an unknown error";
  if (tokenErrors.has(error))
    return new ServiceTrouble(
      "credentials",
      `Slack refuses the bot token (${word}). Check that it is whole and still valid.`,
    );
  if (rightErrors.has(error))
    return new ServiceTrouble(
      "forbidden",
      `Slack does not let the bot do that (${word}). Give its app the scopes that it needs, and install it again.`,
    );
  if (placeErrors.has(error))
    return new ServiceTrouble(
      "not_found",
      `Slack has no such channel or message for the bot (${word}). Invite it there.`,
    );
  if (error === "ratelimited")
    return new ServiceTrouble("rate_limited", "Slack asks for fewer requests. Try again in a minute.", 60);
  if (["internal_error", "fatal_error", "service_unavailable", "request_timeout"].includes(error))
    return new ServiceTrouble(
      "server_error",
      `Slack has a fault of its own at the moment (${word}). Try again later.`,
    );
  return new ServiceTrouble("query", `Slack cannot use what was asked (${word}).`);
}
