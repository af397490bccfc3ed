import "server-only";
import { and, asc, desc, eq, isNull, sql } from "drizzle-orm";
import { linkToken } from "@/lib/access/link-tokens";
import { type ListInput, listPage, rowsOf } from "@/lib/access/list-page";
import { nameOrAddressHolds, searchText } from "@/lib/access/people";
import { type ReadDb, schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";
import { isMailOn } from "@/lib/gate/queue-mail";
import { runtime } from "@/lib/platform/runtime";

export const membersTabs = ["members", "requests", "invites"] as const;
export type MembersTab = (typeof membersTabs)[number];

/** The members page: how many there are of each kind, and the rows of one tab. */
export const membersPage = query({
  allow: inOrganization<ListInput & { tab: MembersTab }>("members:manage"),
  async run({ db, input, principal }) {
    const { orgId } = principal;
    const wanted = { orgId, search: searchText(input.search ?? ""), page: input.page ?? 1 };
    const counts = await countsOf(db, orgId);
    const rows = { members: [] as Member[], requests: [] as Request[], invites: [] as Invite[] };
    let hasMore = false;
    const take = <T>(found: T[]): T[] => {
      const page = listPage(found, wanted.page);
      hasMore = page.hasMore;
      return page.rows;
    };
    if (input.tab === "members") rows.members = take(await membersOf(db, wanted));
    if (input.tab === "requests") rows.requests = take(await requestsOf(db, wanted));
    if (input.tab === "invites") rows.invites = take(await invitesOf(db, wanted));
    const { page } = wanted;
    return {
      counts,
      ...rows,
      page,
      hasMore,
      seats: runtime().env.GURULOG_SEATS ?? null,
      isMailOn: isMailOn(),
    };
  },
});

interface Wanted {
  orgId: number;
  search: string;
  page: number;
}

type Member = Awaited<ReturnType<typeof membersOf>>[number];
type Request = Awaited<ReturnType<typeof requestsOf>>[number];
export type Invite = Awaited<ReturnType<typeof invitesOf>>[number];

async function countsOf(db: ReadDb, orgId: number): Promise<Record<MembersTab, number>> {
  const { membership, joinRequest, invite } = schema;
  return {
    members: await db.$count(membership, eq(membership.orgId, orgId)),
    requests: await db.$count(joinRequest, eq(joinRequest.orgId, orgId)),
    invites: await db.$count(invite, and(eq(invite.orgId, orgId), isNull(invite.acceptedAt))),
  };
}

function membersOf(db: ReadDb, { orgId, search, page }: Wanted) {
  const { limit, offset } = rowsOf(page);
  const { membership, account } = schema;
  return db
    .select({
      accountId: account.id,
      email: account.email,
      name: account.name,
      role: membership.role,
      since: membership.createdAt,
    })
    .from(membership)
    .innerJoin(account, eq(account.id, membership.accountId))
    .where(and(eq(membership.orgId, orgId), nameOrAddressHolds(search)))
    .orderBy(desc(sql`${membership.role} = 'owner'`), asc(sql`lower(${account.name})`), asc(account.emailKey))
    .limit(limit)
    .offset(offset);
}

function requestsOf(db: ReadDb, { orgId, search, page }: Wanted) {
  const { limit, offset } = rowsOf(page);
  const { joinRequest, account } = schema;
  return db
    .select({ id: joinRequest.id, email: account.email, name: account.name, since: joinRequest.createdAt })
    .from(joinRequest)
    .innerJoin(account, eq(account.id, joinRequest.accountId))
    .where(and(eq(joinRequest.orgId, orgId), nameOrAddressHolds(search)))
    .orderBy(asc(joinRequest.createdAt), asc(joinRequest.id))
    .limit(limit)
    .offset(offset);
}

async function invitesOf(db: ReadDb, { orgId, search, page }: Wanted) {
  const { limit, offset } = rowsOf(page);
  const { invite, account } = schema;
  const found = search === "" ? undefined : sql`position(${search} in ${invite.emailKey}) > 0`;
  const rows = await db
    .select({
      id: invite.id,
      email: invite.email,
      invitedBy: account.email,
      expiresAt: invite.expiresAt,
      isExpired: sql<boolean>`${invite.expiresAt} <= gurulog_now()`,
    })
    .from(invite)
    .leftJoin(account, eq(account.id, invite.invitedBy))
    .where(and(eq(invite.orgId, orgId), isNull(invite.acceptedAt), found))
    .orderBy(desc(invite.createdAt), asc(invite.emailKey))
    .limit(limit)
    .offset(offset);
  return rows.map((row) => ({
    ...row,
    /** Null once it opens nothing. */
    link: row.isExpired ? null : `${runtime().baseUrl}/invite/${linkToken("invite", row.id)}`,
  }));
}
