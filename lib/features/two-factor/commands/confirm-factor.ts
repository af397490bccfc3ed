import "server-only";
import { z } from "zod";
import { CheckedPassword } from "@/lib/access/checked-password";
import { holdAccount } from "@/lib/access/people";
import { hasFactor, proveFactor, renewRecoveryCodes } from "@/lib/access/second-factor";
import { countFailure, forgetFailures, refuseWhileDelayed } from "@/lib/access/sign-in-delay";
import { factorEnabled } from "@/lib/audit/catalogue/accounts";
import { inOrganization } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import { afterWrongPassword, provePassword, withOwnPassword } from "@/lib/gate/own-password";
import { refuse } from "@/lib/platform/errors";
import { inTurn, personOf, wrongCode } from "../own-code";
import { confirmFactorInput } from "../schemas";

/** Apart from codes of a factor that stands: whoever gets here sees the secret, and has nothing to guess. */
const setupKey = (accountId: string): string => `factor-setup ${accountId}`;

const enable = command({
  name: "confirm-factor",
  input: z.strictObject({ code: z.string(), checked: z.instanceof(CheckedPassword) }),
  allow: inOrganization("factor:own"),
  event: factorEnabled,
  target: ({ principal }) => ({ id: principal.kind === "user" ? principal.accountId : "unknown" }),
  async onRefusal(context, refusal) {
    const { tx, principal } = context;
    if (principal.kind === "user" && refusal.options.fieldErrors?.code)
      await countFailure(tx, { account: setupKey(principal.accountId), address: null });
    return afterWrongPassword(context, refusal);
  },
  async run({ tx, input, principal }) {
    const { accountId, email } = personOf(principal);
    await refuseWhileDelayed(tx, { account: setupKey(accountId), address: null });
    await holdAccount(tx, accountId);
    await provePassword(tx, accountId, input.checked);
    if (await hasFactor(tx, accountId)) throw refuse("conflict", "Two-factor sign-in is on already.");
    if (!(await proveFactor(tx, accountId, input.code))) throw wrongCode();
    await forgetFailures(tx, setupKey(accountId));
    const recoveryCodes = await renewRecoveryCodes(tx, accountId);
    return { value: { recoveryCodes }, audit: { label: email, details: { of: "totp" } } };
  },
});

/**
 * A person proves with a first code that their app has the secret: from now on each sign-in takes a code. With their
 * password, as whoever finds the browser open could otherwise lock them out for good.
 */
export const confirmFactor = around(enable, confirmFactorInput, ({ code, currentPassword }, call, proceed) =>
  inTurn(call.principal, () =>
    withOwnPassword(call, currentPassword, (checked) => proceed({ input: { code, checked } })),
  ),
);
