import "server-only";
import { and, asc, eq, isNotNull, or, sql } from "drizzle-orm";
import { mayInOrganization } from "@/lib/access/permissions";
import { accountOf } from "@/lib/access/principal";
import { schema } from "@/lib/db/client";
import { anyone, anySignedIn } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";

/** Whether this instance is a demo, for good: every page says so, to anyone. */
export const isDemo = query({
  allow: anyone,
  async run({ db }) {
    const [config] = await db.execute<{ demo: boolean }>(sql`select demo from audit_config`);
    return config?.demo ?? false;
  },
});

/** What the frame of every page shows: the organization, the gurus that the person may open, and what they may do. */
export const shellFacts = query({
  allow: anySignedIn,
  async run({ db, principal }) {
    const { organization, guru, guruRole, joinRequest } = schema;
    const [org] = await db
      .select({ name: organization.name })
      .from(organization)
      .where(eq(organization.id, principal.orgId));
    const account = accountOf(principal);
    const role = principal.kind === "user" || principal.kind === "api_key" ? principal.role : null;
    const mine = and(
      eq(guruRole.guruId, guru.id),
      eq(guruRole.accountId, account ?? "00000000-0000-0000-0000-000000000000"),
    );
    const seen =
      role === "owner" ? undefined : or(isNotNull(guruRole.role), eq(guru.visibility, "organization"));
    const gurus =
      role === "owner" || role === "member"
        ? await db
            .select({ name: guru.name, slug: guru.slug })
            .from(guru)
            .leftJoin(guruRole, mine)
            .where(and(eq(guru.orgId, principal.orgId), seen))
            .orderBy(asc(sql`lower(${guru.name})`))
            .limit(200)
        : [];
    const canManageMembers = mayInOrganization(principal, "members:manage");
    return {
      organization: org?.name ?? "",
      gurus,
      canListGurus: mayInOrganization(principal, "guru:list"),
      canCreateGuru: mayInOrganization(principal, "guru:create"),
      canManageMembers,
      /** Requests to join that wait for the owner's answer. */
      waitingRequests: canManageMembers
        ? await db.$count(joinRequest, eq(joinRequest.orgId, principal.orgId))
        : 0,
      canManageUsers: mayInOrganization(principal, "users:manage"),
      canReadGlobalLog: mayInOrganization(principal, "audit:read-global"),
      canErasePerson: mayInOrganization(principal, "audit:erase-person"),
      canVerifyLog: mayInOrganization(principal, "audit:verify"),
    };
  },
});
