import "server-only";
import { type Moment, toDate, toDateOrNull } from "@/lib/audit/state/moment";
import type { TroubleKind } from "@/lib/audit/trouble";
import type { Sql } from "@/lib/db/client";
import { logError } from "@/lib/platform/log";
import { sendMail } from "@/lib/platform/mail";
import { runtime } from "@/lib/platform/runtime";
import { postSigned } from "@/lib/platform/signed-webhook";
import { alarmText, alarmWords } from "./words";

export type Channel = "mail" | "webhook";

interface Message {
  id: string;
  says: "raised" | "cleared";
  kind: TroubleKind;
  detail: string;
  raised_at: Moment;
  cleared_at: Moment | null;
  address: string | null;
  tries: number;
}

/** Seconds until the next try after the first, second and so on; the last repeats. */
export const backoffS = [10, 30, 60, 120, 300, 900, 1_800, 3_600] as const;
/** After three days a message is old news. */
const giveUpAfter = "3 days";

/**
 * Sends what is due on one channel, one after the other, until nothing is.
 *
 * A message is moved on to its next try before it is sent: a process that dies meanwhile delays it. One that dies between
 * the receiver's answer and our note sends it again, with the same id. The end of an alarm waits for its beginning.
 * @returns how many were delivered
 */
export async function deliverDue(sql: Sql, channel: Channel): Promise<number> {
  let delivered = 0;
  for (;;) {
    const message = await takeNext(sql, channel);
    if (!message) return delivered;
    try {
      await send(channel, message);
    } catch (error) {
      await noteFailure(sql, message, error);
      continue;
    }
    await sql`
      update audit_alarm_message set delivered_at = clock_timestamp(), last_error = null where id = ${message.id}`;
    delivered += 1;
  }
}

async function takeNext(sql: Sql, channel: Channel): Promise<Message | undefined> {
  const [message] = await sql<Message[]>`
    with next as (
      select m.id from audit_alarm_message m
      where m.channel = ${channel} and m.delivered_at is null and m.given_up_at is null and m.due_at <= clock_timestamp()
        and not exists (
          select from audit_alarm_message e
          where e.alarm_id = m.alarm_id and e.channel = m.channel and e.says = 'raised' and m.says = 'cleared'
            and e.account_id is not distinct from m.account_id and e.address is not distinct from m.address
            and e.delivered_at is null and e.given_up_at is null)
      order by m.due_at, m.id limit 1 for update skip locked
    ), taken as (
      update audit_alarm_message m
      set tries = m.tries + 1,
        due_at = clock_timestamp()
          + make_interval(secs => (${[...backoffS]}::int[])[least(m.tries + 1, ${backoffS.length})] + 40)
      from next where m.id = next.id
      returning m.*
    )
    select m.id, m.says, a.kind, a.detail, a.raised_at, a.cleared_at, m.tries,
      coalesce(m.address, (select email from account where id = m.account_id)) as address
    from taken m join audit_alarm a on a.id = m.alarm_id`;
  return message;
}

async function send(channel: Channel, message: Message): Promise<void> {
  if (channel === "mail") {
    if (!message.address) throw new Error("nobody has this address any more");
    return sendMail({ to: message.address, ...mailOf(message), id: message.id });
  }
  const { GURULOG_ALARM_WEBHOOK_URL: url, GURULOG_ALARM_WEBHOOK_SECRET: secret } = runtime().env;
  if (!url || !secret) throw new Error("GURULOG_ALARM_WEBHOOK_URL is not set any more");
  return postSigned({ url, secret, id: message.id, body: webhookBody(message) });
}

function mailOf(message: Message): { subject: string; text: string } {
  const { title } = alarmWords[message.kind];
  const since = `Since ${toDate(message.raised_at).toISOString()}`;
  const page = `${runtime().baseUrl}/settings/log-integrity`;
  if (message.says === "raised")
    return {
      subject: `Alarm: ${title}`,
      text: `${title}.\n\n${alarmText(message.kind, message.detail)}\n\n${since}\n${page}\n`,
    };
  return {
    subject: `Over: ${title}`,
    text: `The alarm is over: ${title}.\n\n${since}, until ${toDateOrNull(message.cleared_at)?.toISOString() ?? "now"}\n${page}\n`,
  };
}

/** `type`, `timestamp` and `data` are the members that Standard Webhooks asks for. */
function webhookBody(message: Message) {
  const { title } = alarmWords[message.kind];
  const isOver = message.says === "cleared";
  return {
    type: isOver ? "alarm.cleared" : "alarm.raised",
    timestamp: toDate(isOver && message.cleared_at ? message.cleared_at : message.raised_at).toISOString(),
    data: {
      kind: message.kind,
      title,
      text: alarmText(message.kind, message.detail),
      raisedAt: toDate(message.raised_at).toISOString(),
      clearedAt: toDateOrNull(message.cleared_at)?.toISOString() ?? null,
      url: `${runtime().baseUrl}/settings/log-integrity`,
    },
  };
}

async function noteFailure(sql: Sql, message: Message, error: unknown): Promise<void> {
  const waitS = backoffS[Math.min(message.tries, backoffS.length) - 1] ?? 10;
  // The server's own words may name hosts and people, but nothing secret: passwords are never part of an answer.
  const said = (error instanceof Error ? error.message : String(error)).slice(0, 300);
  const [noted] = await sql<{ given_up: boolean }[]>`
    update audit_alarm_message
    set last_error = ${said}, due_at = clock_timestamp() + make_interval(secs => ${waitS}),
      given_up_at = case when created_at < clock_timestamp() - ${giveUpAfter}::interval then clock_timestamp() end
    where id = ${message.id} and delivered_at is null
    returning given_up_at is not null as given_up`;
  if (message.tries === 1 || noted?.given_up)
    logError(
      noted?.given_up ? "an alarm was not delivered" : "delivering an alarm (will be tried again)",
      error,
    );
}
