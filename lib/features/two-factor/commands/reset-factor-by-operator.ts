import "server-only";
import { eq } from "drizzle-orm";
import { emailKey } from "@/lib/access/email-key";
import { removeFactor } from "@/lib/access/second-factor";
import { endStepsOf } from "@/lib/access/sign-in-steps";
import { factorDisabled } from "@/lib/audit/catalogue/accounts";
import { schema } from "@/lib/db/client";
import { systemOnly } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { cleanText } from "@/lib/platform/clean-text";
import { refuse } from "@/lib/platform/errors";
import { resetFactorByOperatorInput } from "../schemas";

/**
 * Whoever runs the server takes the second factor of somebody away: of the owner above all, for whom nobody else can.
 * Recorded as System's act, as nobody is signed in.
 */
export const resetFactorByOperator = command({
  name: "reset-factor-by-operator",
  input: resetFactorByOperatorInput,
  allow: systemOnly,
  event: factorDisabled,
  target: () => ({ id: "unknown" }),
  async run({ tx, input }) {
    const { account } = schema;
    const [person] = await tx
      .select({ id: account.id, email: account.email })
      .from(account)
      .where(eq(account.emailKey, emailKey(cleanText(input.email).trim())))
      .for("update");
    if (!person)
      throw refuse("not_found", "No account has this e-mail address. Write it as it stands under Users.");
    if (!(await removeFactor(tx, person.id)))
      throw refuse("conflict", `${person.email} has no two-factor sign-in. There is nothing to take away.`);
    await endStepsOf(tx, person.id);
    return {
      value: { email: person.email },
      targetId: person.id,
      audit: { target: { id: person.id }, label: person.email, details: { by: "operator" } },
    };
  },
});
