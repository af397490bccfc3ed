import "server-only";
import { eq } from "drizzle-orm";
import { ownerExists } from "@/lib/access/members";
import { oidcSettings } from "@/lib/access/openid-connect";
import { theOrganization } from "@/lib/access/principal";
import { readDb, schema } from "@/lib/db/client";
import { anyone } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { runtime } from "@/lib/platform/runtime";

/** Has somebody completed the onboarding? For the launcher. */
export async function organizationHasOwner(): Promise<boolean> {
  return ownerExists(readDb());
}

/** What the pages before signing in may say to anyone. */
export const entryFacts = query({
  allow: anyone,
  async run({ db }) {
    const { organization } = schema;
    const [org] = await db
      .select({ name: organization.name, memberApprovalRequired: organization.memberApprovalRequired })
      .from(organization)
      .where(eq(organization.id, theOrganization));
    return {
      ownerExists: await ownerExists(db),
      organization: org?.name ?? "",
      memberApprovalRequired: org?.memberApprovalRequired ?? true,
      /** An identity provider is configured. */
      singleSignOn: oidcSettings() !== null,
      /** Set: the environment says how long events are kept, and onboarding does not ask. */
      fixedRetentionDays: runtime().env.GURULOG_AUDIT_RETENTION_DAYS ?? null,
    };
  },
});
