import "server-only";
import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { lockMembers } from "@/lib/access/members";
import { organizationUpdated } from "@/lib/audit/catalogue/members";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";

/** The owner makes another invite link: every earlier one opens nothing from then on. */
export const renewInviteLink = command({
  name: "renew-invite-link",
  input: z.strictObject({}),
  allow: inOrganization("organization:update"),
  event: organizationUpdated,
  target: ({ principal }) => ({ id: String(principal.orgId) }),
  async run({ tx, principal }) {
    await lockMembers(tx);
    const { organization } = schema;
    const [made] = await tx
      .update(organization)
      .set({ inviteLinkVersion: sql`${organization.inviteLinkVersion} + 1` })
      .where(eq(organization.id, principal.orgId))
      .returning({ name: organization.name, version: organization.inviteLinkVersion });
    if (!made) throw refuse("not_found", "This organization does not exist.");
    const { name, version } = made;
    return {
      value: null,
      audit: { label: name, changes: [{ field: "inviteLinkVersion", before: version - 1, after: version }] },
    };
  },
});
