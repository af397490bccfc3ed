import "server-only";
import { and, asc, eq, sql } from "drizzle-orm";
import { inviteLinkToken } from "@/lib/access/link-tokens";
import { mayInOrganization } from "@/lib/access/permissions";
import { schema } from "@/lib/db/client";
import { anySignedIn } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { runtime } from "@/lib/platform/runtime";

const mostHeirs = 1_000;

/** The organization page: its name for everyone, its settings and whom it can be given to for the owner. */
export const organizationPage = query({
  allow: anySignedIn,
  async run({ db, principal }) {
    const { organization, membership, account } = schema;
    const [org] = await db.select().from(organization).where(eq(organization.id, principal.orgId));
    if (!org) throw new Error("the organization has no row");
    const facts = {
      name: org.name,
      mayLeave: mayInOrganization(principal, "members:leave"),
    };
    if (!mayInOrganization(principal, "organization:update")) return { ...facts, settings: null };
    const heirs = await db
      .select({ accountId: account.id, email: account.email, name: account.name })
      .from(membership)
      .innerJoin(account, eq(account.id, membership.accountId))
      .where(and(eq(membership.orgId, principal.orgId), eq(membership.role, "member")))
      .orderBy(asc(sql`lower(${account.name})`), asc(account.emailKey))
      .limit(mostHeirs);
    const link = inviteLinkToken(principal.orgId, org.inviteLinkVersion);
    return {
      ...facts,
      settings: {
        memberApprovalRequired: org.memberApprovalRequired,
        inviteLink: org.inviteLinkEnabled ? `${runtime().baseUrl}/join/${link}` : null,
        seats: runtime().env.GURULOG_SEATS ?? null,
        members: await db.$count(membership, eq(membership.orgId, principal.orgId)),
        heirs,
      },
    };
  },
});
