import "server-only";
import { renewRecoveryCodes as makeCodes } from "@/lib/access/second-factor";
import { factorEnabled } from "@/lib/audit/catalogue/accounts";
import { inOrganization } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import { afterWrongCode, inTurn, personOf, takeOwnCode } from "../own-code";
import { renewRecoveryCodesInput } from "../schemas";

const renew = command({
  name: "renew-recovery-codes",
  input: renewRecoveryCodesInput,
  allow: inOrganization("factor:own"),
  event: factorEnabled,
  target: ({ principal }) => ({ id: principal.kind === "user" ? principal.accountId : "unknown" }),
  onRefusal: afterWrongCode,
  async run({ tx, input, principal }) {
    const { accountId, email } = personOf(principal);
    await takeOwnCode(tx, accountId, input.code);
    const recoveryCodes = await makeCodes(tx, accountId);
    return { value: { recoveryCodes }, audit: { label: email, details: { of: "recovery_codes" } } };
  },
});

/** A person makes new recovery codes; those before are worthless from then on. */
export const renewRecoveryCodes = around(renew, renewRecoveryCodesInput, (input, { principal }, proceed) =>
  inTurn(principal, () => proceed({ input })),
);
