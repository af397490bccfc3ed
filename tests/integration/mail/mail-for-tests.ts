import { sql } from "@/lib/db/client";
import { deliverMail } from "@/lib/features/mail/deliver-mail";
import { parseEnv } from "@/lib/platform/env";
import { setRuntime } from "@/lib/platform/runtime";
import { type MailReceiver, startMailReceiver } from "@/tests/integration/alarms/receivers";
import type { TestProduct } from "@/tests/support/product";

export const baseUrl = "https://log.halden.example";

/** A mail server of the product's own from here on; null takes it away. */
export function setMailServer(product: TestProduct, url: string | null): void {
  const env = parseEnv(url === null ? {} : { SMTP_URL: url });
  setRuntime(Object.assign(product.runtime, { env, baseUrl }));
}

export async function startMail(product: TestProduct): Promise<MailReceiver> {
  const receiver = await startMailReceiver();
  setMailServer(product, receiver.url);
  return receiver;
}

export interface ReadMail {
  to: string[];
  subject: string;
  text: string;
  messageId: string;
}

/** Sends what is due, and gives what arrived since the last call as its reader sees it. */
export async function arriving(receiver: MailReceiver): Promise<ReadMail[]> {
  await deliverMail(sql());
  return receiver.mails.splice(0).map(({ to, raw }) => {
    const [head = "", ...rest] = raw.split("\r\n\r\n");
    const headers = head.replace(/\r\n[ \t]+/g, " ").split("\r\n");
    const header = (name: string) =>
      headers
        .find((h) => h.toLowerCase().startsWith(`${name}:`))
        ?.slice(name.length + 1)
        .trim() ?? "";
    return {
      to,
      subject: header("subject"),
      text: decoded(rest.join("\r\n\r\n"), header("content-transfer-encoding")).replaceAll("\r\n", "\n"),
      messageId: header("message-id"),
    };
  });
}

function decoded(body: string, encoding: string): string {
  if (encoding === "base64") return Buffer.from(body, "base64").toString();
  if (encoding !== "quoted-printable") return body;
  const bytes = body
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString();
}

/** The token in a mail's link. */
export function tokenIn(mail: ReadMail | undefined, path: string): string {
  const found = mail?.text.match(new RegExp(`${baseUrl}${path}/([\\w-]{43})(?=\\s|$)`))?.[1];
  if (!found) throw new Error(`no link to ${path} in ${JSON.stringify(mail)}`);
  return found;
}
