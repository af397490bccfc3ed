import "server-only";
import { eq } from "drizzle-orm";
import { CheckedPassword } from "@/lib/access/checked-password";
import { oneAtATime } from "@/lib/access/one-at-a-time";
import { verifyPassword } from "@/lib/access/passwords";
import type { Principal, RequestFacts, UserPrincipal } from "@/lib/access/principal";
import {
  addressKey,
  countFailure,
  forgetFailures,
  refuseWhileDelayed,
  Throttled,
} from "@/lib/access/sign-in-delay";
import { signInFailed } from "@/lib/audit/catalogue/accounts";
import { schema, type Tx } from "@/lib/db/client";
import { type Refusal, refuse } from "@/lib/platform/errors";
import { recordCounted } from "./counted";
import { type AuditFact, eventOf } from "./facts";
import { inTransaction } from "./transaction";

/**
 * Under what wrong current passwords are counted: the account's own count, which takes a session to raise. With the one
 * of the sign-ins a stranger could keep its owner from changing the password.
 */
const ownPasswordKey = (accountId: string): string => `password-change ${accountId}`;

/**
 * Checks the current password that somebody gives besides their session, for acts that a browser found open must not be
 * enough for. Outside the act's transaction, as hashing takes long; the act calls `provePassword`. Those of one account
 * are checked one after the other, so that the delay that a wrong one causes holds for the next.
 * @param work also called for whoever is no person, with nothing checked: the act refuses them
 * @throws Refusal while wrong ones delay the next; such a try is counted, and becomes part of one LOGIN_FAILED a minute
 */
export async function withOwnPassword<T>(
  { principal, request }: { principal: Principal; request: RequestFacts },
  typed: string,
  work: (checked: CheckedPassword) => Promise<T>,
): Promise<T> {
  if (principal.kind !== "user") return work(new CheckedPassword(null, false, true));
  return oneAtATime([ownPasswordKey(principal.accountId)], async () => {
    const account = await admitted(principal, request);
    const matched = account.passwordHash !== null && (await verifyPassword(account.passwordHash, typed));
    return work(new CheckedPassword(account, matched, true));
  });
}

async function admitted(
  principal: UserPrincipal,
  request: RequestFacts,
): Promise<{ id: string; passwordHash: string | null }> {
  const { accountId } = principal;
  const found = await inTransaction(async (tx) => {
    try {
      await refuseWhileDelayed(tx, { account: ownPasswordKey(accountId), address: null });
    } catch (error) {
      if (!(error instanceof Throttled)) throw error;
      await countThrottled(tx, "password", { principal, request });
      return error;
    }
    const { account } = schema;
    const [row] = await tx
      .select({ id: account.id, passwordHash: account.passwordHash })
      .from(account)
      .where(eq(account.id, accountId));
    return row ?? refuse("unauthenticated", "This account no longer exists.");
  });
  if (found instanceof Error) throw found;
  return found;
}

/** The refusal of a wrong current password. */
export const wrongPassword = (): Refusal =>
  refuse("invalid", "The current password is wrong. Nothing was changed.", {
    fieldErrors: { currentPassword: ["This is not your current password."] },
  });

/**
 * In the act's transaction: what was checked is still the account's password, or it has none.
 * @throws Refusal for a wrong one
 */
export async function provePassword(tx: Tx, accountId: string, checked: CheckedPassword): Promise<void> {
  const { account } = schema;
  const [now] = await tx
    .select({ passwordHash: account.passwordHash })
    .from(account)
    .where(eq(account.id, accountId))
    .for("share");
  const hash = now?.passwordHash ?? null;
  if (!now || hash !== (checked.account?.passwordHash ?? null)) throw wrongPassword();
  if (hash === null) return;
  if (!checked.matched) throw wrongPassword();
  await forgetWrongPasswords(tx, accountId);
}

/** The right one was given. */
export async function forgetWrongPasswords(tx: Tx, accountId: string): Promise<void> {
  await forgetFailures(tx, ownPasswordKey(accountId));
}

/**
 * What a wrong current password comes to although the act was refused: it delays the next, and is a LOGIN_FAILED by the
 * person whose session it came from.
 * @returns null for any other refusal
 */
export async function afterWrongPassword(
  { tx, principal }: { tx: Tx; principal: Principal },
  refusal: Refusal,
): Promise<AuditFact | null> {
  if (principal.kind !== "user" || !refusal.options.fieldErrors?.currentPassword) return null;
  await countFailure(tx, { account: ownPasswordKey(principal.accountId), address: null });
  return wrongProof(principal, "password", "credentials");
}

/** LOGIN_FAILED of somebody who is signed in and gives a wrong password or code. */
export function wrongProof(
  { accountId, email }: UserPrincipal,
  method: "password" | "factor",
  reason: "credentials" | "factor" | "throttled",
): AuditFact & { target: { id: string } } {
  return {
    event: signInFailed,
    target: { id: accountId, type: "user" },
    label: email,
    accountId,
    details: { method, reason, session: true },
  };
}

/** Counts a try that the delay refused; the count becomes one event when its minute closes. */
export async function countThrottled(
  tx: Tx,
  method: "password" | "factor",
  { principal, request }: { principal: UserPrincipal; request: RequestFacts },
): Promise<void> {
  const event = eventOf(signInFailed, wrongProof(principal, method, "throttled"), principal, request);
  const by = addressKey(request.ip) ?? "-";
  await recordCounted(tx, "throttled", by, `own ${method} ${principal.accountId}`, event);
}
