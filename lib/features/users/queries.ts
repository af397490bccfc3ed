import "server-only";
import { and, asc, desc, eq, gt, lt, type SQL, sql } from "drizzle-orm";
import { membershipIn, nameOrAddressHolds, ofOrganization, searchText } from "@/lib/access/people";
import { type ReadDb, schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { isUuid } from "@/lib/platform/ids";

const { account, joinRequest, membership } = schema;

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
