import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { apiKeyHash, mayHaveApiKeys, mintApiKey } from "@/lib/access/api-keys";
import { holdMembership } from "@/lib/access/members";
import { accountOf } from "@/lib/access/principal";
import { apiKeyCreated } from "@/lib/audit/catalogue/organization";
import { schema, type Tx } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { cleanText } from "@/lib/platform/clean-text";
import { refuse } from "@/lib/platform/errors";
import { createApiKeyInput } from "../schemas";

/** A person makes an API key for themselves. The key is in the answer and nowhere else. */
export const createApiKey = command({
  name: "create-api-key",
  input: createApiKeyInput,
  allow: inOrganization("api-key:own"),
  event: apiKeyCreated,
  target: ({ principal }) => ({ id: String(principal.orgId), type: "org" }),
  async onRefusal({ input }, refusal) {
    return {
      label: cleanText(input.name),
      metadata: { message: refusal.message, api_key: cleanText(input.name) },
    };
  },
  async run({ tx, input, principal }) {
    const accountId = accountOf(principal);
    if (!accountId) throw refuse("unauthenticated", "Please sign in first.");
    if (!mayHaveApiKeys(await holdMembership(tx, accountId)))
      throw refuse("forbidden", "Only the owner of this organization may have API keys. Ask them for one.");
    const proof = await proofOf(tx, accountId);
    await lockMembership(tx, principal.orgId, accountId);
    const name = cleanText(input.name);
    const key = mintApiKey();
    const [made] = await tx
      .insert(schema.apiKey)
      .values({
        orgId: principal.orgId,
        accountId,
        name,
        keyHash: apiKeyHash(key),
        scopes: input.scopes,
        expiresAt:
          input.expiresInDays === null
            ? null
            : sql`gurulog_now() + make_interval(days => ${input.expiresInDays})`,
      })
      .onConflictDoNothing({ target: [schema.apiKey.accountId, schema.apiKey.name] })
      .returning({ id: schema.apiKey.id, expiresAt: schema.apiKey.expiresAt });
    if (!made)
      throw refuse(
        "exists",
        "You already have a key of this name. Choose another name, or delete the old key first.",
      );
    // The insert waits for whoever takes keys and sessions from the account at this moment: none is made behind them.
    if ((await proofOf(tx, accountId)) !== proof)
      throw refuse("conflict", "Your account has just changed. Sign in again, and make the key then.");
    return {
      value: { id: made.id, name, key },
      targetId: made.id,
      audit: {
        target: { id: made.id },
        label: name,
        metadata: { api_key: name },
        details: { scopes: input.scopes, expiresAt: made.expiresAt?.toISOString() ?? null },
      },
    };
  },
});

/** What changes when an account goes over to its person: by single sign-on, or by a new password. */
async function proofOf(tx: Tx, accountId: string): Promise<string> {
  const { account } = schema;
  const [found] = await tx
    .select({ provenAt: account.emailProvenAt, password: account.passwordHash })
    .from(account)
    .where(eq(account.id, accountId));
  return JSON.stringify(found);
}

/** Whoever is removed at this moment gets no key afterwards. */
async function lockMembership(tx: Tx, orgId: number, accountId: string): Promise<void> {
  const { membership } = schema;
  const [held] = await tx
    .select({ role: membership.role })
    .from(membership)
    .where(and(eq(membership.orgId, orgId), eq(membership.accountId, accountId)))
    .for("key share");
  if (!held) throw refuse("forbidden", "You are no member of this organization any more.");
}
