import "server-only";
import { schema, type Tx } from "@/lib/db/client";
import { runtime } from "@/lib/platform/runtime";

export interface QueuedMail {
  kind: (typeof schema.mailMessage.$inferInsert)["kind"];
  /** One e-mail address: of the person who is to read it. */
  address: string;
  /** The account of that person, where there is one: with it goes the mail. */
  accountId?: string;
  /** What it is about: the invite's, join request's or link token's id. */
  subjectId?: string;
}

/**
 * Is there a mail server? Without one the links are shown to whoever made them. What happens while a demo is filled is
 * mailed to nobody: its people are invented.
 */
export function isMailOn(): boolean {
  const { env, demoClock } = runtime();
  return env.SMTP_URL !== undefined && demoClock === undefined;
}

/**
 * Puts a mail on its way in the transaction of the act that it tells of: it is sent if the act is committed, once the
 * server takes it. Its text is made when it is sent. Does nothing without a mail server.
 */
export async function queueMail(tx: Pick<Tx, "insert">, mail: QueuedMail): Promise<void> {
  if (!isMailOn()) return;
  await tx.insert(schema.mailMessage).values(mail);
}
