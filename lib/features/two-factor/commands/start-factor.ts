import "server-only";
import { z } from "zod";
import { CheckedPassword } from "@/lib/access/checked-password";
import { startFactor as makeSecret } from "@/lib/access/second-factor";
import { factorEnabled } from "@/lib/audit/catalogue/accounts";
import { inOrganization } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import { afterWrongPassword, provePassword, withOwnPassword } from "@/lib/gate/own-password";
import { refuse } from "@/lib/platform/errors";
import { personOf } from "../own-code";
import { startFactorInput } from "../schemas";

const begin = command({
  name: "start-factor",
  input: z.strictObject({ checked: z.instanceof(CheckedPassword) }),
  allow: inOrganization("factor:own"),
  event: factorEnabled,
  target: ({ principal }) => ({ id: principal.kind === "user" ? principal.accountId : "unknown" }),
  onRefusal: afterWrongPassword,
  async run({ tx, input, principal }) {
    const { accountId } = personOf(principal);
    await provePassword(tx, accountId, input.checked);
    if (!(await makeSecret(tx, accountId)))
      throw refuse("conflict", "Two-factor sign-in is on already. Switch it off first to set it up anew.");
    return { value: null, audit: null };
  },
});

/**
 * A person asks for a secret to scan, with their password: a secret that somebody else began would be known to both.
 * Nothing is recorded: until its first code is given it protects nothing.
 */
export const startFactor = around(begin, startFactorInput, ({ currentPassword }, call, proceed) =>
  withOwnPassword(call, currentPassword, (checked) => proceed({ input: { checked } })),
);
