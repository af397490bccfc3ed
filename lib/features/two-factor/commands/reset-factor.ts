import "server-only";
import { lockPerson } from "@/lib/access/people";
import { accountOf } from "@/lib/access/principal";
import { removeFactor } from "@/lib/access/second-factor";
import { endStepsOf } from "@/lib/access/sign-in-steps";
import { factorDisabled } from "@/lib/audit/catalogue/accounts";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { resetFactorInput } from "../schemas";

/** The owner takes the second factor of somebody away who lost it; where it is required they set up another. */
export const resetFactor = command({
  name: "reset-factor",
  input: resetFactorInput,
  allow: inOrganization("users:manage", ({ accountId }) => `user ${accountId}`),
  event: factorDisabled,
  target: ({ input }) => ({ id: input.accountId }),
  async run({ tx, input, principal }) {
    if (input.accountId === accountOf(principal))
      throw refuse("conflict", "Switch your own two-factor sign-in off with a code, under Security.");
    const person = await lockPerson(tx, principal.orgId, input.accountId);
    if (!(await removeFactor(tx, person.id)))
      throw refuse("conflict", `${person.email} has no two-factor sign-in. There is nothing to take away.`);
    await endStepsOf(tx, person.id);
    return {
      value: { id: person.id, email: person.email },
      audit: { label: person.email, details: { by: "owner" } },
    };
  },
});
