import "server-only";
import { createTransport } from "nodemailer";
import SMTPTransport from "nodemailer/lib/smtp-transport/index.js";
import { runtime } from "./runtime";

export interface Mail {
  /** One address. */
  to: string;
  subject: string;
  /** Plain text; there is no other kind. */
  text: string;
  /** The part of the Message-ID before the @: the same for each try of one mail, so that doubles are seen as such. */
  id?: string;
}

/** Of one step of the conversation with the mail server, and of all of it. */
const stepMs = 10_000;
const wholeMs = 30_000;

/**
 * Sends one mail to one person and waits until the server has taken it.
 * Nothing of the arguments can add a header: control characters become spaces in the subject, and an address that has
 * one, or names several people, is refused.
 * @throws when no server is set, or it cannot be reached, refuses the mail or takes longer than 30 s
 */
export async function sendMail({ to, subject, text, id }: Mail): Promise<void> {
  const { SMTP_URL, GURULOG_MAIL_FROM } = runtime().env;
  if (!SMTP_URL) throw new Error("SMTP_URL is not set");
  if (!isOneAddress(to)) throw new Error("this is not the address of one person");
  const host = new URL(runtime().baseUrl).hostname;
  // Made by hand: createTransport forgets the limits where a URL is given.
  const server = new SMTPTransport({
    url: SMTP_URL,
    connectionTimeout: stepMs,
    greetingTimeout: stepMs,
    socketTimeout: stepMs,
  });
  const transport = createTransport(server);
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the mail server took longer than ${wholeMs / 1000} s`)),
      wholeMs,
    );
  });
  try {
    const sent = transport.sendMail({
      from: { name: "Gurulog", address: GURULOG_MAIL_FROM ?? `gurulog@${host}` },
      to: { name: "", address: to },
      subject: oneLine(subject),
      text,
      disableFileAccess: true,
      disableUrlAccess: true,
      ...(id ? { messageId: `<${id}@${host}>` } : {}),
      // Answers of absence to a machine help nobody (RFC 3834).
      headers: { "Auto-Submitted": "auto-generated" },
    });
    await Promise.race([sent, tooLong]);
  } finally {
    clearTimeout(timer);
    transport.close();
  }
}

function isOneAddress(text: string): boolean {
  return text.length <= 320 && /^[^\p{Cc} <>,;:"()[\]\\]+@[^\p{Cc} <>,;:"()\\]+$/u.test(text);
}

function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .trim()
    .slice(0, 200);
}
