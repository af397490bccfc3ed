import "server-only";
import { eq } from "drizzle-orm";
import { removeFactor } from "@/lib/access/second-factor";
import { factorDisabled } from "@/lib/audit/catalogue/accounts";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { afterWrongCode, inTurn, personOf, takeOwnCode } from "../own-code";
import { disableFactorInput } from "../schemas";

const disable = command({
  name: "disable-factor",
  input: disableFactorInput,
  allow: inOrganization("factor:own"),
  event: factorDisabled,
  target: ({ principal }) => ({ id: principal.kind === "user" ? principal.accountId : "unknown" }),
  onRefusal: afterWrongCode,
  async run({ tx, input, principal }) {
    const { accountId, email, orgId } = personOf(principal);
    const { organization } = schema;
    const [org] = await tx
      .select({ required: organization.twoFactorRequired })
      .from(organization)
      .where(eq(organization.id, orgId))
      .for("share");
    if (org?.required)
      throw refuse("conflict", "The owner requires two-factor sign-in of everybody, so it stays on.");
    await takeOwnCode(tx, accountId, input.code);
    await removeFactor(tx, accountId);
    return { value: null, audit: { label: email, details: { by: "self" } } };
  },
});

/** A person switches two-factor sign-in off, with a code: whoever finds the browser open cannot. */
export const disableFactor = around(disable, disableFactorInput, (input, { principal }, proceed) =>
  inTurn(principal, () => proceed({ input })),
);
