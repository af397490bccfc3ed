import "server-only";
import { and, eq } from "drizzle-orm";
import { inviteLinkToken } from "@/lib/access/link-tokens";
import { mayInOrganization } from "@/lib/access/permissions";
import { schema } from "@/lib/db/client";
import { anySignedIn } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { runtime } from "@/lib/platform/runtime";

/** The organization page: its name for everyone, its settings for the owner. */
export const organizationPage = query({
  allow: anySignedIn,
  async run({ db, principal }) {
    const { organization, membership } = schema;
    const [org] = await db.select().from(organization).where(eq(organization.id, principal.orgId));
    if (!org) throw new Error("the organization has no row");
    const facts = {
      name: org.name,
      mayLeave: mayInOrganization(principal, "members:leave"),
    };
    if (!mayInOrganization(principal, "organization:update")) return { ...facts, settings: null };
    const heirs = and(eq(membership.orgId, principal.orgId), eq(membership.role, "member"));
    const link = inviteLinkToken(principal.orgId, org.inviteLinkVersion);
    return {
      ...facts,
      settings: {
        memberApprovalRequired: org.memberApprovalRequired,
        inviteLink: org.inviteLinkEnabled ? `${runtime().baseUrl}/join/${link}` : null,
        seats: runtime().env.GURULOG_SEATS ?? null,
        members: await db.$count(membership, eq(membership.orgId, principal.orgId)),
        /** Is there a member to give it to? An auditor is none. */
        hasHeirs: (await db.$count(membership, heirs)) > 0,
      },
    };
  },
});
