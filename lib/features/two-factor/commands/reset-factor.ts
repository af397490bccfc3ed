import "server-only";
import { eq } from "drizzle-orm";
import { removeFactor } from "@/lib/access/second-factor";
import { endStepsOf } from "@/lib/access/sign-in-steps";
import { factorDisabled } from "@/lib/audit/catalogue/accounts";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { resetFactorInput } from "../schemas";

/** The owner takes the second factor of somebody away who lost it; where it is required they set up another. */
export const resetFactor = command({
  name: "reset-factor",
  input: resetFactorInput,
  allow: inOrganization("users:manage"),
  event: factorDisabled,
  target: ({ input }) => ({ id: input.accountId }),
  async run({ tx, input, principal }) {
    const { account } = schema;
    const [person] = await tx
      .select({ id: account.id, email: account.email, name: account.name })
      .from(account)
      .where(eq(account.id, input.accountId));
    if (!person) throw refuse("not_found", "There is no such user. They may have been deleted.");
    if (principal.kind === "user" && principal.accountId === person.id)
      throw refuse("conflict", "Switch your own two-factor sign-in off with a code, in your settings.");
    if (!(await removeFactor(tx, person.id)))
      throw refuse("conflict", "This user has no two-factor sign-in. There is nothing to take away.");
    await endStepsOf(tx, person.id);
    return { value: { name: person.name }, audit: { label: person.email, details: { by: "owner" } } };
  },
});
