import "server-only";
import { and, asc, eq, sql } from "drizzle-orm";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { cleanText } from "@/lib/platform/clean-text";
import { isUuid } from "@/lib/platform/ids";
import { membershipIn, ofOrganization } from "./people";

const { account, guru, guruRole, joinRequest, membership } = schema;

const requestIn = (orgId: number) => and(eq(joinRequest.accountId, account.id), eq(joinRequest.orgId, orgId));

/** Every account of the organization, by e-mail: members, who waits for an answer, who was removed. */
export const users = query({
  allow: inOrganization<null>("users:manage"),
  async run({ db, principal }) {
    return db
      .select({
        id: account.id,
        email: account.email,
        name: account.name,
        role: membership.role,
        isWaiting: sql<boolean>`${joinRequest.id} is not null`,
        mustChangePassword: account.mustChangePassword,
        createdAt: account.createdAt,
        lastSeenAt: sql<string | null>`(
          select to_char(max(s.last_seen_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
          from session s where s.account_id = ${account.id})`,
        guruRoles: sql<number>`(select count(*)::int from guru_role r join guru g on g.id = r.guru_id
          where r.account_id = ${account.id} and g.org_id = ${principal.orgId})`,
        apiKeys: sql<number>`(select count(*)::int from api_key k
          where k.account_id = ${account.id} and k.org_id = ${principal.orgId})`,
      })
      .from(account)
      .leftJoin(membership, membershipIn(principal.orgId))
      .leftJoin(joinRequest, requestIn(principal.orgId))
      .where(ofOrganization(principal.orgId))
      .orderBy(asc(account.email), asc(account.id));
  },
});

/** Every guru of the organization with the number of its maintainers and viewers. */
export const guruTeams = query({
  allow: inOrganization<null>("users:manage"),
  async run({ db, principal }) {
    const having = (role: "maintainer" | "viewer") => sql<number>`(
      select count(*)::int from guru_role r where r.guru_id = "guru"."id" and r.role = ${role})`;
    return db
      .select({
        id: guru.id,
        slug: guru.slug,
        name: guru.name,
        visibility: guru.visibility,
        maintainers: having("maintainer"),
        viewers: having("viewer"),
      })
      .from(guru)
      .where(eq(guru.orgId, principal.orgId))
      .orderBy(asc(guru.name), asc(guru.id));
  },
});

/** One guru, by slug, and every member with the role they hold in it. Null for a guru that is not the organization's. */
export const guruAssignments = query({
  allow: inOrganization<string>("users:manage"),
  async run({ db, input, principal }) {
    const [of] = await db
      .select({ id: guru.id, slug: guru.slug, name: guru.name, visibility: guru.visibility })
      .from(guru)
      .where(and(eq(guru.slug, cleanText(input)), eq(guru.orgId, principal.orgId)));
    if (!of) return null;
    const people = await db
      .select({
        id: account.id,
        email: account.email,
        name: account.name,
        orgRole: membership.role,
        role: guruRole.role,
      })
      .from(membership)
      .innerJoin(account, eq(account.id, membership.accountId))
      .leftJoin(guruRole, and(eq(guruRole.accountId, account.id), eq(guruRole.guruId, of.id)))
      .where(eq(membership.orgId, principal.orgId))
      .orderBy(asc(account.email), asc(account.id));
    return { guru: of, people };
  },
});

/**
 * One account and, for a member, every guru with the role that they hold there; an auditor can hold none. Null for an
 * account that is not the organization's.
 */
export const userAssignments = query({
  allow: inOrganization<string>("users:manage"),
  async run({ db, input, principal }) {
    if (!isUuid(input)) return null;
    const [of] = await db
      .select({
        id: account.id,
        email: account.email,
        name: account.name,
        role: membership.role,
        isWaiting: sql<boolean>`${joinRequest.id} is not null`,
        mustChangePassword: account.mustChangePassword,
        createdAt: account.createdAt,
      })
      .from(account)
      .leftJoin(membership, membershipIn(principal.orgId))
      .leftJoin(joinRequest, requestIn(principal.orgId))
      .where(and(eq(account.id, input), ofOrganization(principal.orgId)));
    if (!of) return null;
    const gurus = await db
      .select({ id: guru.id, name: guru.name, visibility: guru.visibility, role: guruRole.role })
      .from(guru)
      .leftJoin(guruRole, and(eq(guruRole.guruId, guru.id), eq(guruRole.accountId, of.id)))
      .where(eq(guru.orgId, principal.orgId))
      .orderBy(asc(guru.name), asc(guru.id));
    const mayHold = of.role === "owner" || of.role === "member";
    return { user: of, gurus: mayHold ? gurus : [] };
  },
});
