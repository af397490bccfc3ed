import "server-only";
import { randomBytes } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import { db, schema } from "@/lib/db/client";
import { hmacSha256 } from "@/lib/platform/crypto";
import { runtime } from "@/lib/platform/runtime";
import { type ApiKeyPrincipal, type OrgRole, type Scope, theOrganization } from "./principal";

const keyShape = /^sourcebot-[0-9a-f]{64}$/;

/** A new key: shown once, never stored. */
export function mintApiKey(): string {
  return `sourcebot-${randomBytes(32).toString("hex")}`;
}

/** What is stored of a key: HMAC-SHA256 under the instance's pepper. */
export function apiKeyHash(key: string): Buffer {
  return hmacSha256(runtime().keys.apiKeyPepper, key);
}

/** May somebody of this role have keys, by the operator's choice? It holds for keys made before it, too. */
export function mayHaveApiKeys(role: OrgRole | null): boolean {
  return role === "owner" || !runtime().env.GURULOG_API_KEYS_OWNER_ONLY;
}

/**
 * Who presents a key, looked up on every request; keeps its last use at a minute's grain.
 * @param presented as it came in the header
 * @returns null when it is malformed, unknown, deleted, expired or not the owner's where only theirs count: one answer for
 *   all
 */
export async function principalOfApiKey(presented: string): Promise<ApiKeyPrincipal | null> {
  if (!keyShape.test(presented)) return null;
  const { apiKey, account, membership } = schema;
  const [found] = await db()
    .select({
      keyId: apiKey.id,
      keyName: apiKey.name,
      scopes: apiKey.scopes,
      accountId: account.id,
      email: account.email,
      role: membership.role,
      orgId: apiKey.orgId,
      stale: sql<boolean>`${apiKey.lastUsedAt} is null or ${apiKey.lastUsedAt} < now() - interval '1 minute'`,
    })
    .from(apiKey)
    .innerJoin(account, eq(account.id, apiKey.accountId))
    .leftJoin(membership, and(eq(membership.accountId, account.id), eq(membership.orgId, apiKey.orgId)))
    .where(
      and(
        eq(apiKey.keyHash, apiKeyHash(presented)),
        sql`(${apiKey.expiresAt} is null or ${apiKey.expiresAt} > now())`,
      ),
    );
  if (!found || found.orgId !== theOrganization || !mayHaveApiKeys(found.role)) return null;
  if (found.stale)
    await db().update(apiKey).set({ lastUsedAt: sql`now()` }).where(eq(apiKey.id, found.keyId));
  const { stale: _, scopes, ...facts } = found;
  return { kind: "api_key", scopes: scopes as Scope[], ...facts };
}
