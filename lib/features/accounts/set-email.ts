import "server-only";
import { eq, sql } from "drizzle-orm";
import { endLinks } from "@/lib/access/account-tokens";
import { emailKey } from "@/lib/access/email-key";
import { schema, type Tx } from "@/lib/db/client";
import type { AuditFact } from "@/lib/gate/facts";
import { queueMail } from "@/lib/gate/queue-mail";
import { refuse } from "@/lib/platform/errors";

/** The refusal of an address that is somebody's. */
const taken = () =>
  refuse("exists", "An account with this e-mail address exists already. Give another one.", {
    fieldErrors: { email: ["This address has an account already."] },
  });

/** Has another account the address? */
async function isTaken(tx: Pick<Tx, "select">, accountId: string, email: string): Promise<boolean> {
  const { account } = schema;
  const [found] = await tx
    .select({ id: account.id })
    .from(account)
    .where(eq(account.emailKey, emailKey(email)));
  return found !== undefined && found.id !== accountId;
}

/** unique_violation: another account took the address a moment ago. */
function isDoubled(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return typeof cause === "object" && cause !== null && "code" in cause && cause.code === "23505";
}

/** An account's address, and the account's row for this transaction alone. */
export async function lockedEmail(tx: Tx, accountId: string): Promise<string> {
  const { account } = schema;
  const [found] = await tx
    .select({ email: account.email })
    .from(account)
    .where(eq(account.id, accountId))
    .for("update");
  if (!found) throw refuse("unauthenticated", "This account no longer exists.");
  return found.email;
}

/**
 * Gives an account another address. Links mailed to the former one end, and it is told.
 * @param tx in which the account's row is locked
 * @param change `isProven`: the person has shown that it is theirs, by a link that was mailed there
 * @returns what the log says of it
 * @throws Refusal `exists` when the address is another account's
 */
export async function setEmail(
  tx: Tx,
  accountId: string,
  { before, after: email, isProven }: { before: string; after: string; isProven: boolean },
): Promise<AuditFact> {
  const { account } = schema;
  if (await isTaken(tx, accountId, email)) throw taken();
  try {
    await tx.transaction((inner) =>
      inner
        .update(account)
        .set({ email, emailKey: emailKey(email), emailProvenAt: isProven ? sql`gurulog_now()` : null })
        .where(eq(account.id, accountId)),
    );
  } catch (error) {
    throw isDoubled(error) ? taken() : error;
  }
  await endLinks(tx, accountId);
  await queueMail(tx, { kind: "email_changed", address: before, accountId });
  return { label: email, changes: [{ field: "email", before, after: email }] };
}
