import "server-only";
import { and, asc, eq, isNotNull, isNull, or, type SQL, sql } from "drizzle-orm";
import { type ListInput, type ListPage, listPage, rowsOf } from "@/lib/access/list-page";
import { membershipIn, nameOrAddressHolds, ofOrganization, searchText } from "@/lib/access/people";
import { type ReadDb, schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { cleanText } from "@/lib/platform/clean-text";
import { isUuid } from "@/lib/platform/ids";

const { account, guru, guruRole, joinRequest, membership } = schema;

/** Two lists stand on a page: those with a role, and those without one. */
interface RoleLists {
  /** What the names of both lists hold. */
  search?: string;
  /** The page of each list, from 1 on. */
  assigned?: number;
  unassigned?: number;
}

/** Does the name or the slug of a guru hold the text? */
const guruHolds = (search: string): SQL | undefined =>
  search === ""
    ? undefined
    : or(sql`position(${search} in lower(${guru.name})) > 0`, sql`position(${search} in ${guru.slug}) > 0`);

/** Gurus of the organization with the number of their maintainers and viewers, a page at a time. */
export const guruTeams = query({
  allow: inOrganization<ListInput>("users:manage"),
  async run({ db, input, principal }) {
    const { limit, offset } = rowsOf(input.page);
    const having = (role: "maintainer" | "viewer") => sql<number>`(
      select count(*)::int from guru_role r where r.guru_id = "guru"."id" and r.role = ${role})`;
    const ofOrg = eq(guru.orgId, principal.orgId);
    const found = await db
      .select({
        id: guru.id,
        slug: guru.slug,
        name: guru.name,
        visibility: guru.visibility,
        maintainers: having("maintainer"),
        viewers: having("viewer"),
      })
      .from(guru)
      .where(and(ofOrg, guruHolds(searchText(input.search ?? ""))))
      .orderBy(asc(guru.name), asc(guru.id))
      .limit(limit)
      .offset(offset);
    return { ...listPage(found, input.page), total: await db.$count(guru, ofOrg) };
  },
});

/** One guru, by slug, and the members with and without a role in it. Null for a guru that is not the organization's. */
export const guruAssignments = query({
  allow: inOrganization<RoleLists & { guru: string }>("users:manage"),
  async run({ db, input, principal }) {
    const [of] = await db
      .select({ id: guru.id, slug: guru.slug, name: guru.name, visibility: guru.visibility })
      .from(guru)
      .where(and(eq(guru.slug, cleanText(input.guru)), eq(guru.orgId, principal.orgId)));
    if (!of) return null;
    const people = (having: SQL, page: number | undefined) => {
      const { limit, offset } = rowsOf(page);
      return db
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
        .where(
          and(
            eq(membership.orgId, principal.orgId),
            having,
            nameOrAddressHolds(searchText(input.search ?? "")),
          ),
        )
        .orderBy(asc(account.email), asc(account.id))
        .limit(limit)
        .offset(offset);
    };
    return {
      guru: of,
      members: await db.$count(membership, eq(membership.orgId, principal.orgId)),
      assigned: listPage(await people(isNotNull(guruRole.role), input.assigned), input.assigned),
      unassigned: listPage(await people(isNull(guruRole.role), input.unassigned), input.unassigned),
    };
  },
});

/**
 * One account and, for a member, the gurus with and without a role of theirs; an auditor can hold none. Null for an
 * account that is not the organization's.
 */
export const userAssignments = query({
  allow: inOrganization<RoleLists & { account: string }>("users:manage"),
  async run({ db, input, principal }) {
    const { orgId } = principal;
    if (!isUuid(input.account)) return null;
    const [of] = await db
      .select({
        id: account.id,
        email: account.email,
        name: account.name,
        role: membership.role,
        isWaiting: sql<boolean>`${joinRequest.id} is not null`,
        mustChangePassword: account.mustChangePassword,
        hasFactor: sql<boolean>`exists (
          select from account_factor f where f.account_id = ${account.id} and f.confirmed_at is not null)`,
        createdAt: account.createdAt,
      })
      .from(account)
      .leftJoin(membership, membershipIn(orgId))
      .leftJoin(joinRequest, and(eq(joinRequest.accountId, account.id), eq(joinRequest.orgId, orgId)))
      .where(and(eq(account.id, input.account), ofOrganization(orgId)));
    if (!of) return null;
    if (of.role !== "owner" && of.role !== "member")
      return { user: of, gurus: 0, heldRoles: 0, assigned: noGurus, unassigned: noGurus };
    const gurusOf = (having: SQL, page: number | undefined) =>
      gurusBeside(db, { orgId, accountId: of.id, search: searchText(input.search ?? ""), having, page });
    const held = and(
      eq(guruRole.accountId, of.id),
      sql`exists (select from guru g where g.id = ${guruRole.guruId} and g.org_id = ${orgId})`,
    );
    return {
      user: of,
      gurus: await db.$count(guru, eq(guru.orgId, orgId)),
      heldRoles: await db.$count(guruRole, held),
      assigned: await gurusOf(isNotNull(guruRole.role), input.assigned),
      unassigned: await gurusOf(isNull(guruRole.role), input.unassigned),
    };
  },
});

type ListedGuru = Awaited<ReturnType<typeof gurusBeside>>["rows"][number];
const noGurus: ListPage<ListedGuru> = { rows: [], page: 1, hasMore: false };

async function gurusBeside(
  db: ReadDb,
  wanted: { orgId: number; accountId: string; search: string; having: SQL; page: number | undefined },
) {
  const { limit, offset } = rowsOf(wanted.page);
  const rows = await db
    .select({ id: guru.id, name: guru.name, visibility: guru.visibility, role: guruRole.role })
    .from(guru)
    .leftJoin(guruRole, and(eq(guruRole.guruId, guru.id), eq(guruRole.accountId, wanted.accountId)))
    .where(and(eq(guru.orgId, wanted.orgId), wanted.having, guruHolds(wanted.search)))
    .orderBy(asc(guru.name), asc(guru.id))
    .limit(limit)
    .offset(offset);
  return listPage(rows, wanted.page);
}
