import "server-only";
import { theOrganization } from "@/lib/access/principal";
import { backoffS } from "@/lib/audit/alarms/deliver";
import type { Sql } from "@/lib/db/client";
import { logError } from "@/lib/platform/log";
import { sendMail } from "@/lib/platform/mail";
import { runtime } from "@/lib/platform/runtime";
import { type DueMail, wordsOf } from "./texts";
import { inSentence, mailText } from "./words";

/** After three days nobody waits for it any more. */
const giveUpAfter = "3 days";
/** Longer than the conversation with the mail server may take, so that no other process takes the mail meanwhile. */
const sendingS = 40;

/**
 * Sends what is due, one after the other, until nothing is.
 *
 * A mail is moved on to its next try before it is sent: a process that dies meanwhile delays it. One that dies between the
 * server's answer and our note sends it again, with the same Message-ID. What has nothing left to say (the invite was
 * cancelled, the link used) is not sent.
 * @returns how many were delivered
 */
export async function deliverMail(sql: Sql): Promise<number> {
  let delivered = 0;
  for (;;) {
    const mail = await takeNext(sql);
    if (!mail) return delivered;
    if (await attempt(sql, mail)) delivered += 1;
  }
}

async function takeNext(sql: Sql): Promise<DueMail | undefined> {
  const [mail] = await sql<DueMail[]>`
    with next as (
      select id from mail_message
      where delivered_at is null and given_up_at is null and due_at <= clock_timestamp()
      order by due_at, id limit 1 for update skip locked
    )
    update mail_message m
    set tries = m.tries + 1,
      due_at = clock_timestamp()
        + make_interval(secs => (${[...backoffS]}::int[])[least(m.tries + 1, ${backoffS.length})] + ${sendingS})
    from next where m.id = next.id
    returning m.id, m.kind, m.subject_id, m.account_id, m.address, m.tries`;
  return mail;
}

/** @returns true when the mail server took it */
async function attempt(sql: Sql, mail: DueMail): Promise<boolean> {
  try {
    const [org] = await sql<{ name: string }[]>`select name from organization where id = ${theOrganization}`;
    const organization = org?.name ?? "";
    const words = await wordsOf({ sql, mail, organization: inSentence(organization) });
    if (!words) {
      await sql`
        update mail_message set given_up_at = clock_timestamp(), last_error = 'there was nothing left to say'
        where id = ${mail.id}`;
      return false;
    }
    const text = mailText(words, organization, runtime().baseUrl);
    await sendMail({ to: mail.address, subject: words.subject, text, id: mail.id });
  } catch (error) {
    await noteFailure(sql, mail, error);
    return false;
  }
  await sql`update mail_message set delivered_at = clock_timestamp(), last_error = null where id = ${mail.id}`;
  return true;
}

async function noteFailure(sql: Sql, mail: DueMail, error: unknown): Promise<void> {
  const waitS = backoffS[Math.min(mail.tries, backoffS.length) - 1] ?? 10;
  // The server's own words may name hosts and people, but nothing secret: no link is ever part of an answer.
  const said = (error instanceof Error ? error.message : String(error)).slice(0, 300).replaceAll("\0", "");
  const [noted] = await sql<{ given_up: boolean }[]>`
    update mail_message
    set last_error = ${said.toWellFormed()}, due_at = clock_timestamp() + make_interval(secs => ${waitS}),
      given_up_at = case when created_at < clock_timestamp() - ${giveUpAfter}::interval then clock_timestamp() end
    where id = ${mail.id} and delivered_at is null
    returning given_up_at is not null as given_up`;
  if (mail.tries === 1 || noted?.given_up)
    logError(noted?.given_up ? "a mail was not delivered" : "sending a mail (will be tried again)", error);
}
