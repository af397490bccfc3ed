import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { type ReadDb, schema, type Tx } from "@/lib/db/client";
import { isLinkToken, linkTokenHash } from "./link-tokens";
import { dropUnprovenFactor } from "./second-factor";
import { endStepsOf } from "./sign-in-steps";

type Purpose = "password_reset" | "email_change";

/** A link's row while it can be used. */
export interface OpenLink {
  id: string;
  accountId: string;
  /** The address that the account is to have, in a change of address. */
  email: string | null;
}

/** @returns null for a link that is unknown, used, ended or too old: one answer for all */
export async function openLink(
  db: Pick<ReadDb, "select">,
  purpose: Purpose,
  token: string,
): Promise<OpenLink | null> {
  if (!isLinkToken(token)) return null;
  const { accountToken } = schema;
  const [found] = await db
    .select({ id: accountToken.id, accountId: accountToken.accountId, email: accountToken.email })
    .from(accountToken)
    .where(
      and(
        eq(accountToken.tokenHash, linkTokenHash(token)),
        eq(accountToken.purpose, purpose),
        sql`${accountToken.usedAt} is null`,
        sql`${accountToken.expiresAt} > gurulog_now()`,
      ),
    );
  return found ?? null;
}

/**
 * Uses a link up. Of any number at once one succeeds.
 * @returns false when somebody else just did, or ended it
 */
export async function consumeLink(tx: Tx, id: string): Promise<boolean> {
  const { accountToken } = schema;
  const used = await tx
    .update(accountToken)
    .set({ usedAt: sql`gurulog_now()` })
    .where(and(eq(accountToken.id, id), sql`${accountToken.usedAt} is null`))
    .returning({ id: accountToken.id });
  return used.length > 0;
}

/**
 * Ends what was mailed to an account: links to a new password and to another address; sign-ins that wait for their second
 * step; and a second factor that was begun, whose secret somebody else may have seen. Called wherever the password or the
 * address changes, so that nothing of before opens the account afterwards.
 */
export async function endLinks(tx: Tx, accountId: string): Promise<void> {
  const { accountToken } = schema;
  await tx
    .delete(accountToken)
    .where(and(eq(accountToken.accountId, accountId), sql`${accountToken.usedAt} is null`));
  await endStepsOf(tx, accountId);
  await dropUnprovenFactor(tx, accountId);
}
