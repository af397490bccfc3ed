import "server-only";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { refuseWhileDelayed } from "@/lib/access/sign-in-delay";
import { passwordChanged } from "@/lib/audit/catalogue/accounts";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";

/**
 * Under what wrong current passwords are counted: the account's own count, which takes a session to raise. With the one
 * of the sign-ins a stranger could keep its owner from changing the password.
 */
export const passwordChangeKey = (accountId: string): string => `password-change ${accountId}`;

/** Before a current password is checked: too many wrong ones must wait. Nothing is recorded: no password was changed. */
export const admitPasswordChange = command({
  name: "admit-password-change",
  input: z.strictObject({}),
  allow: inOrganization("password:change-own"),
  event: passwordChanged,
  target: ({ principal }) => ({ id: principal.kind === "user" ? principal.accountId : "unknown" }),
  async run({ tx, principal }) {
    if (principal.kind !== "user") throw refuse("unauthenticated", "Sign in to change your password.");
    await refuseWhileDelayed(tx, { account: passwordChangeKey(principal.accountId), address: null });
    const { account } = schema;
    const [found] = await tx
      .select({
        id: account.id,
        passwordHash: account.passwordHash,
        email: account.email,
        name: account.name,
      })
      .from(account)
      .where(eq(account.id, principal.accountId));
    if (!found) throw refuse("unauthenticated", "This account no longer exists.");
    return { value: found, audit: null };
  },
});
