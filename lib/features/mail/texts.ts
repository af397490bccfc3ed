import "server-only";
import { type LinkPurpose, linkToken } from "@/lib/access/link-tokens";
import { theOrganization } from "@/lib/access/principal";
import type { Sql, schema } from "@/lib/db/client";
import { runtime } from "@/lib/platform/runtime";
import { inSentence, type MailWords, moment } from "./words";

type Kind = (typeof schema.mailMessage.$inferSelect)["kind"];

/** A mail that is due, as its row says. */
export interface DueMail {
  id: string;
  kind: Kind;
  subject_id: string | null;
  account_id: string | null;
  address: string;
  tries: number;
}

interface Facts {
  sql: Sql;
  mail: DueMail;
  /** As it stands in a sentence. */
  organization: string;
}

const pathOf: Record<LinkPurpose, string> = {
  invite: "/invite",
  password_reset: "/reset-password",
  email_change: "/confirm-email",
};

/** The address of a link that is handed to somebody. */
function linkAddress(purpose: LinkPurpose, id: string): string {
  return `${runtime().baseUrl}${pathOf[purpose]}/${linkToken(purpose, id)}`;
}

const page = (path: string) => `${runtime().baseUrl}${path}`;

async function invite({ sql, mail, organization }: Facts): Promise<MailWords | null> {
  const [found] = await sql<{ by: string | null; until: string }[]>`
    select a.name as by, i.expires_at::text as until from invite i left join account a on a.id = i.invited_by
    where i.id = ${mail.subject_id} and i.accepted_at is null and i.expires_at > now()`;
  if (!found || mail.subject_id === null) return null;
  const invited = found.by === null ? "You are invited" : `${inSentence(found.by)} invites you`;
  return {
    subject: `Invitation to ${organization}`,
    lines: [
      `${invited} to join ${organization} on Gurulog.`,
      "Open this link to accept:",
      linkAddress("invite", mail.subject_id),
      `It is for ${inSentence(mail.address)} alone, works once, and ends on ${moment(new Date(found.until))}. If you did not expect it, do nothing.`,
    ],
  };
}

/** Tells the owner of all who wait: while one is on its way no other is made. Whoever is the owner no more hears nothing. */
async function joinRequested({ sql, mail, organization }: Facts): Promise<MailWords | null> {
  const [found] = await sql<{ name: string; email: string; waiting: number }[]>`
    select a.name, a.email, count(*) over ()::int as waiting
    from join_request r join account a on a.id = r.account_id
    where r.org_id = ${theOrganization} and exists (
      select from membership m where m.account_id = ${mail.account_id} and m.org_id = r.org_id and m.role = 'owner')
    order by r.id is not distinct from ${mail.subject_id} desc, r.created_at desc limit 1`;
  if (!found) return null;
  const who = `${inSentence(found.name)} (${inSentence(found.email)})`;
  const others = found.waiting - 1;
  const asked =
    others === 0
      ? `${who} asks to join ${organization} on Gurulog.`
      : `${who} and ${others === 1 ? "1 other person" : `${others.toLocaleString("en-US")} others`} ask to join ${organization} on Gurulog.`;
  return {
    subject:
      others === 0
        ? `${inSentence(found.email)} asks to join ${organization}`
        : `${found.waiting.toLocaleString("en-US")} people ask to join ${organization}`,
    lines: [
      asked,
      others === 0 ? "Approve or reject the request here:" : "Approve or reject the requests here:",
      page("/settings/members?tab=requests"),
    ],
  };
}

async function joinApproved({ sql, mail, organization }: Facts): Promise<MailWords | null> {
  const [found] = await sql`select from membership where account_id = ${mail.account_id}`;
  if (!found) return null;
  return {
    subject: `Welcome to ${organization}`,
    lines: [`Your request to join ${organization} on Gurulog was approved. Sign in here:`, page("/sign-in")],
  };
}

async function passwordResetByOwner({ organization }: Facts): Promise<MailWords> {
  return {
    subject: "Your password was reset",
    lines: [
      `The owner of ${organization} gave your Gurulog account a new password, and all your sessions have ended.`,
      "Ask the owner for the password. After you sign in with it, you choose your own:",
      page("/sign-in"),
    ],
  };
}

async function passwordReset(facts: Facts): Promise<MailWords | null> {
  const token = await openToken(facts);
  if (!token) return null;
  return {
    subject: "Choose a new password",
    lines: [
      "Somebody asked for a new password for your Gurulog account. If it was you, open this link and choose one:",
      linkAddress("password_reset", token.id),
      `It works once, and until ${moment(token.until)}. If it was not you, do nothing: your password stays as it is.`,
    ],
  };
}

async function emailChange(facts: Facts): Promise<MailWords | null> {
  const token = await openToken(facts);
  if (!token) return null;
  return {
    subject: "Confirm your e-mail address",
    lines: [
      "Somebody wants to use this address for their Gurulog account. If it was you, open this link while you are signed in:",
      linkAddress("email_change", token.id),
      `It works once, and until ${moment(token.until)}. If it was not you, do nothing.`,
    ],
  };
}

async function emailChanged({ sql, mail, organization }: Facts): Promise<MailWords | null> {
  const [found] = await sql<{ email: string }[]>`select email from account where id = ${mail.account_id}`;
  if (!found) return null;
  return {
    subject: "Your e-mail address was changed",
    lines: [
      `Your Gurulog account no longer has this address: it was changed to ${inSentence(found.email)}.`,
      `If you did not do this, tell the owner of ${organization} at once.`,
    ],
  };
}

/** The token that a mail is about, unless it was used, ended or is too old. */
async function openToken({ sql, mail }: Facts): Promise<{ id: string; until: Date } | null> {
  const [found] = await sql<{ id: string; until: string }[]>`
    select id, expires_at::text as until from account_token
    where id = ${mail.subject_id} and used_at is null and expires_at > now()`;
  return found ? { id: found.id, until: new Date(found.until) } : null;
}

const makers: Record<Kind, (facts: Facts) => Promise<MailWords | null>> = {
  invite,
  join_requested: joinRequested,
  join_approved: joinApproved,
  password_reset_by_owner: passwordResetByOwner,
  password_reset: passwordReset,
  email_change: emailChange,
  email_changed: emailChanged,
};

/**
 * What a mail says, as things stand now.
 * @returns null when there is nothing left to say: the invite was cancelled, the link used, the request answered
 */
export function wordsOf(facts: Facts): Promise<MailWords | null> {
  return makers[facts.mail.kind](facts);
}
