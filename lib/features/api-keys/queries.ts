import "server-only";
import { asc, eq } from "drizzle-orm";
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
