import "server-only";
import { holdAccount } from "@/lib/access/people";
import { factorKey, hasFactor, proveFactor, renewRecoveryCodes } from "@/lib/access/second-factor";
import { forgetFailures, refuseWhileDelayed } from "@/lib/access/sign-in-delay";
import { factorEnabled } from "@/lib/audit/catalogue/accounts";
import { inOrganization } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { countWrongCode, inTurn, personOf, wrongCode } from "../own-code";
import { confirmFactorInput } from "../schemas";

const enable = command({
  name: "confirm-factor",
  input: confirmFactorInput,
  allow: inOrganization("factor:own"),
  event: factorEnabled,
  target: ({ principal }) => ({ id: principal.kind === "user" ? principal.accountId : "unknown" }),
  onRefusal: countWrongCode,
  async run({ tx, input, principal }) {
    const { accountId, email } = personOf(principal);
    await refuseWhileDelayed(tx, { account: factorKey(accountId), address: null });
    await holdAccount(tx, accountId);
    if (await hasFactor(tx, accountId)) throw refuse("conflict", "Two-factor sign-in is on already.");
    if (!(await proveFactor(tx, accountId, input.code))) throw wrongCode();
    await forgetFailures(tx, factorKey(accountId));
    const recoveryCodes = await renewRecoveryCodes(tx, accountId);
    return { value: { recoveryCodes }, audit: { label: email, details: { of: "totp" } } };
  },
});

/** A person proves with a first code that their app has the secret: from now on each sign-in takes a code. */
export const confirmFactor = around(enable, confirmFactorInput, (input, { principal }, proceed) =>
  inTurn(principal, () => proceed({ input })),
);
