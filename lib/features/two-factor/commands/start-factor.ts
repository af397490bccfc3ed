import "server-only";
import { startFactor as makeSecret } from "@/lib/access/second-factor";
import { factorEnabled } from "@/lib/audit/catalogue/accounts";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { personOf } from "../own-code";
import { startFactorInput } from "../schemas";

/** A person asks for a secret to scan. Nothing is recorded: until its first code is given it protects nothing. */
export const startFactor = command({
  name: "start-factor",
  input: startFactorInput,
  allow: inOrganization("factor:own"),
  event: factorEnabled,
  target: ({ principal }) => ({ id: principal.kind === "user" ? principal.accountId : "unknown" }),
  async run({ tx, principal }) {
    const { accountId } = personOf(principal);
    if (!(await makeSecret(tx, accountId)))
      throw refuse("conflict", "Two-factor sign-in is on already. Switch it off first to set it up anew.");
    return { value: null, audit: null };
  },
});
