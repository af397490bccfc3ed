import "server-only";
import { eq, sql } from "drizzle-orm";
import { forAuthenticator } from "@/lib/access/factor-codes";
import { hasFactor, recoveryCodesLeft, unprovenSecret } from "@/lib/access/second-factor";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { personOf } from "./own-code";

/** How the person's own two-factor sign-in stands; with the secret to scan while it is not proven. */
export const ownFactor = query({
  allow: inOrganization<null>("factor:own"),
  async run({ db, principal }) {
    const { accountId, email, orgId } = personOf(principal);
    const { organization } = schema;
    const [org] = await db
      .select({ required: organization.twoFactorRequired })
      .from(organization)
      .where(eq(organization.id, orgId));
    const isOn = await hasFactor(db, accountId);
    const { account } = schema;
    const [own] = await db
      .select({ hasPassword: sql<boolean>`${account.passwordHash} is not null` })
      .from(account)
      .where(eq(account.id, accountId));
    const secret = isOn ? null : await unprovenSecret(db, accountId);
    return {
      isOn,
      isRequired: org?.required ?? false,
      /** Setting it up asks for it then. */
      hasPassword: own?.hasPassword ?? false,
      codesLeft: isOn ? await recoveryCodesLeft(db, accountId) : 0,
      toScan: secret ? forAuthenticator(secret, email) : null,
    };
  },
});
