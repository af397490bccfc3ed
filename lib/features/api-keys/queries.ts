import "server-only";
import { and, asc, eq } from "drizzle-orm";
import { mayHaveApiKeys } from "@/lib/access/api-keys";
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

/** Everybody's keys, by whose they are; for the owner. */
export const allApiKeys = query({
  allow: inOrganization<null>("api-key:all"),
  async run({ db, principal }) {
    const { apiKey, account, membership } = schema;
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
      .where(eq(apiKey.orgId, principal.orgId))
      .orderBy(asc(account.email), asc(apiKey.name));
    return rows.map(({ role, ...row }) => ({ ...row, opens: mayHaveApiKeys(role) }));
  },
});
