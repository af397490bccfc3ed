import "server-only";
import { eq } from "drizzle-orm";
import { hasFactor } from "@/lib/access/second-factor";
import { organizationUpdated } from "@/lib/audit/catalogue/members";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { personOf } from "../own-code";
import { requireTwoFactorInput } from "../schemas";

/**
 * The owner requires two-factor sign-in of every member, or no longer. Whoever has none is held back from their next
 * request on, until they have set it up; API keys go on.
 */
export const requireTwoFactor = command({
  name: "require-two-factor",
  input: requireTwoFactorInput,
  allow: inOrganization("organization:update"),
  event: organizationUpdated,
  target: ({ principal }) => ({ id: String(principal.orgId) }),
  async run({ tx, input, principal }) {
    const { accountId, orgId } = personOf(principal);
    const { organization } = schema;
    const [org] = await tx
      .select({ name: organization.name, required: organization.twoFactorRequired })
      .from(organization)
      .where(eq(organization.id, orgId))
      .for("update");
    if (!org) throw new Error("the organization is missing");
    const { required } = input;
    // Nothing to change is no event.
    if (org.required === required) return { value: { required }, audit: null };
    // Otherwise the owner's next page would be the set-up, without having seen that it works.
    if (required && !(await hasFactor(tx, accountId)))
      throw refuse("conflict", "Set up two-factor sign-in for yourself first, in your settings.");
    await tx.update(organization).set({ twoFactorRequired: required }).where(eq(organization.id, orgId));
    const changes = [{ field: "twoFactorRequired", before: org.required, after: required }];
    return { value: { required }, audit: { label: org.name, changes } };
  },
});
