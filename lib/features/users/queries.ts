import "server-only";
import { and, asc, desc, eq, gt, lt, type SQL, sql } from "drizzle-orm";
import { membershipIn, nameOrAddressHolds, ofOrganization, searchText } from "@/lib/access/people";
import { type ReadDb, schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { cleanText } from "@/lib/platform/clean-text";
import { isUuid } from "@/lib/platform/ids";

const { account, guru, guruRole, joinRequest, membership } = schema;

const requestIn = (orgId: number) => and(eq(joinRequest.accountId, account.id), eq(joinRequest.orgId, orgId));

/** So many accounts stand on a page. */
const usersPerPage = 100;

interface UsersInput {
  /** What the name or the address holds. */
  search?: string;
  /** The page after this account, by its id. */
  after?: string | null;
  before?: string | null;
}

/** Accounts of the organization, by e-mail: members, who waits for an answer, who was removed. A page at a time. */
export const users = query({
  allow: inOrganization<UsersInput>("users:manage"),
  async run({ db, input, principal }) {
    const { orgId } = principal;
    const search = searchText(input.search ?? "");
    const total = await db.$count(account, ofOrganization(orgId));
    const wanted = and(ofOrganization(orgId), nameOrAddressHolds(search));
    const matching = search === "" ? total : await db.$count(account, wanted);

    const before = await placeOf(db, orgId, input.before);
    const asked: Awaited<ReturnType<typeof listed>> =
      before === null ? [] : await listed(db, orgId, and(wanted, lt(account.emailKey, before)), desc);
    // Short of a page the first one is meant.
    const isBackwards = asked.length >= usersPerPage;
    const after = before === null ? await placeOf(db, orgId, input.after) : null;
    const found = isBackwards
      ? asked
      : await listed(db, orgId, and(wanted, after === null ? undefined : gt(account.emailKey, after)), asc);
    const hasMore = found.length > usersPerPage;
    const rows = found.slice(0, usersPerPage);
    if (isBackwards) rows.reverse();
    const hasPrevious = isBackwards ? hasMore : after !== null;
    const hasNext = isBackwards || hasMore;
    return {
      rows,
      total,
      matching,
      previous: hasPrevious ? (rows[0]?.id ?? null) : null,
      next: hasNext ? (rows.at(-1)?.id ?? null) : null,
    };
  },
});

/** Where an account stands in the list; null for none of the organization, and the list begins at its beginning. */
async function placeOf(db: ReadDb, orgId: number, id: string | null | undefined): Promise<string | null> {
  if (!id || !isUuid(id)) return null;
  const [found] = await db
    .select({ emailKey: account.emailKey })
    .from(account)
    .where(and(eq(account.id, id), ofOrganization(orgId)));
  return found?.emailKey ?? null;
}

/** A page of accounts and one more, from the near end on. */
function listed(db: ReadDb, orgId: number, where: SQL | undefined, order: typeof asc | typeof desc) {
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
        where r.account_id = ${account.id} and g.org_id = ${orgId})`,
      apiKeys: sql<number>`(select count(*)::int from api_key k
        where k.account_id = ${account.id} and k.org_id = ${orgId})`,
    })
    .from(account)
    .leftJoin(membership, membershipIn(orgId))
    .leftJoin(joinRequest, requestIn(orgId))
    .where(where)
    .orderBy(order(account.emailKey))
    .limit(usersPerPage + 1);
}

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
        hasFactor: sql<boolean>`exists (
          select from account_factor f where f.account_id = ${account.id} and f.confirmed_at is not null)`,
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
