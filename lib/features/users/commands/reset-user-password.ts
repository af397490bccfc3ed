import "server-only";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { endLinks } from "@/lib/access/account-tokens";
import { emailKey } from "@/lib/access/email-key";
import { forgetBrowsers } from "@/lib/access/known-browsers";
import { lockPerson } from "@/lib/access/people";
import { mayInOrganization } from "@/lib/access/permissions";
import { accountOf } from "@/lib/access/principal";
import { factorKey } from "@/lib/access/second-factor";
import { forgetFailures } from "@/lib/access/sign-in-delay";
import { passwordChanged } from "@/lib/audit/catalogue/accounts";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import { endSessionsOf } from "@/lib/gate/leaving";
import { queueMail } from "@/lib/gate/queue-mail";
import { refuse } from "@/lib/platform/errors";
import { GivenPassword } from "../given-password";
import { userInput } from "../schemas";

const setPassword = command({
  name: "reset-user-password",
  input: z.strictObject({ accountId: z.string(), given: z.instanceof(GivenPassword).nullable() }),
  allow: inOrganization("users:manage", ({ accountId }) => `user ${accountId}`),
  event: passwordChanged,
  target: ({ input }) => ({ id: input.accountId }),
  async run({ tx, input, principal }) {
    const { accountId, given } = input;
    if (given === null)
      throw refuse("conflict", "Your rights have just changed. Reload the page and try again.");
    if (accountId === accountOf(principal))
      throw refuse("invalid", "This is your own account. Change your password under Profile.");
    const person = await lockPerson(tx, principal.orgId, accountId);
    await tx
      .update(schema.account)
      .set({ passwordHash: given.hash, mustChangePassword: true })
      .where(eq(schema.account.id, accountId));
    await endLinks(tx, accountId);
    await forgetBrowsers(tx, accountId);
    // Whoever was locked out for a while by somebody's guesses can use the new password at once.
    await forgetFailures(tx, emailKey(person.email));
    await forgetFailures(tx, factorKey(accountId));
    const ended = await endSessionsOf(tx, person);
    await queueMail(tx, {
      kind: "password_reset_by_owner",
      address: person.email,
      accountId,
      subjectId: accountId,
    });
    return {
      value: { id: accountId, email: person.email, password: given.password },
      audit: [{ label: person.email, details: { by: "owner" } }, ...ended],
    };
  },
});

/**
 * The owner gives somebody a new password, shown once and to be changed at the next sign-in. All sessions of the account
 * end; its keys go on.
 */
export const resetUserPassword = around(setPassword, userInput, async ({ accountId }, call, proceed) => {
  const given = mayInOrganization(call.principal, "users:manage") ? await GivenPassword.make() : null;
  return proceed({ input: { accountId: accountId.toLowerCase(), given } });
});
