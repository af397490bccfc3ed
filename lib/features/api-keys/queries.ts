import "server-only";
import { and, asc, eq, ne, or, sql } from "drizzle-orm";
import { mayHaveApiKeys } from "@/lib/access/api-keys";
import { type ListInput, listPage, rowsOf } from "@/lib/access/list-page";
import { nameOrAddressHolds, searchText } from "@/lib/access/people";
import { mayInOrganization } from "@/lib/access/permissions";
import { accountOf } from "@/lib/access/principal";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { query } from "@/lib/gate/query";

/** The caller's own keys, by name. */
export const ownApiKeys = query({
  allow: inOrganization<null>("api-key:own"),
  async run({ db, principal }) {
    const { apiKey } = schema;
    const accountId = accountOf(principal);
    if (!accountId) return [];
    return db
      .select({
        id: apiKey.id,
        name: apiKey.name,
        scopes: apiKey.scopes,
        createdAt: apiKey.createdAt,
        expiresAt: apiKey.expiresAt,
        lastUsedAt: apiKey.lastUsedAt,
      })
      .from(apiKey)
      .where(eq(apiKey.accountId, accountId))
      .orderBy(asc(apiKey.name));
  },
});

/** May the caller make keys, and do theirs open anything; do they see everybody's? */
export const ownKeyRights = query({
  allow: inOrganization<null>("api-key:own"),
  async run({ principal }) {
    return {
      mayHaveKeys: "role" in principal && mayHaveApiKeys(principal.role),
      seesAll: mayInOrganization(principal, "api-key:all"),
    };
  },
});

/** The keys of everybody else, by whose they are, a page at a time; for the owner. */
export const othersApiKeys = query({
  allow: inOrganization<ListInput>("api-key:all"),
  async run({ db, input, principal }) {
    const { apiKey, account, membership } = schema;
    const { limit, offset } = rowsOf(input.page);
    const search = searchText(input.search ?? "");
    const named = search === "" ? undefined : sql`position(${search} in lower(${apiKey.name})) > 0`;
    const others = and(
      eq(apiKey.orgId, principal.orgId),
      ne(apiKey.accountId, accountOf(principal) ?? "00000000-0000-0000-0000-000000000000"),
    );
    const rows = await db
      .select({
        id: apiKey.id,
        name: apiKey.name,
        scopes: apiKey.scopes,
        createdAt: apiKey.createdAt,
        expiresAt: apiKey.expiresAt,
        lastUsedAt: apiKey.lastUsedAt,
        accountId: account.id,
        holderEmail: account.email,
        holderName: account.name,
        role: membership.role,
      })
      .from(apiKey)
      .innerJoin(account, eq(account.id, apiKey.accountId))
      .leftJoin(
        membership,
        and(eq(membership.accountId, apiKey.accountId), eq(membership.orgId, apiKey.orgId)),
      )
      .where(and(others, named ? or(named, nameOrAddressHolds(search)) : undefined))
      .orderBy(asc(account.email), asc(apiKey.name), asc(apiKey.id))
      .limit(limit)
      .offset(offset);
    const page = listPage(rows, input.page);
    return {
      ...page,
      rows: page.rows.map(({ role, ...row }) => ({ ...row, opens: mayHaveApiKeys(role) })),
      total: await db.$count(apiKey, others),
    };
  },
});
