import "server-only";
import { eq } from "drizzle-orm";
import { lockMembers } from "@/lib/access/members";
import { organizationUpdated } from "@/lib/audit/catalogue/members";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { cleanText } from "@/lib/platform/clean-text";
import { refuse } from "@/lib/platform/errors";
import { updateOrganizationInput } from "../schemas";

/** The owner changes the organization's name and how people join it. Saving what stands there already is no event. */
export const updateOrganization = command({
  name: "update-organization",
  input: updateOrganizationInput,
  allow: inOrganization("organization:update"),
  event: organizationUpdated,
  target: ({ principal }) => ({ id: String(principal.orgId) }),
  async run({ tx, input, principal }) {
    // How people join is read under the same lock: nobody enters by a door that was closed before.
    await lockMembers(tx);
    const { organization } = schema;
    const [before] = await tx
      .select({
        name: organization.name,
        memberApprovalRequired: organization.memberApprovalRequired,
        inviteLinkEnabled: organization.inviteLinkEnabled,
      })
      .from(organization)
      .where(eq(organization.id, principal.orgId))
      .for("update");
    if (!before) throw refuse("not_found", "This organization does not exist.");
    const after = { ...input, name: cleanText(input.name) };
    const fields = ["name", "memberApprovalRequired", "inviteLinkEnabled"] as const;
    const changes = fields
      .filter((field) => before[field] !== after[field])
      .map((field) => ({ field, before: before[field], after: after[field] }));
    if (changes.length === 0) return { value: { changed: 0 }, audit: null };
    await tx.update(organization).set(after).where(eq(organization.id, principal.orgId));
    return { value: { changed: changes.length }, audit: { label: after.name, changes } };
  },
});
