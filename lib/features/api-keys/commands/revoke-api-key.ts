import "server-only";
import { and, eq } from "drizzle-orm";
import { accountOf } from "@/lib/access/principal";
import { apiKeyDeleted } from "@/lib/audit/catalogue/organization";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { revokeApiKeyInput } from "../schemas";

/** The owner deletes anybody's key; it is refused from the next request on. */
export const revokeApiKey = command({
  name: "revoke-api-key",
  input: revokeApiKeyInput,
  allow: inOrganization("api-key:all", ({ id }) => `API key ${id}`),
  event: apiKeyDeleted,
  target: ({ principal }) => ({ id: String(principal.orgId), type: "org" }),
  async onRefusal({ input }, refusal) {
    // Of a key that is not there the id is all that is known.
    return { label: input.id, metadata: { message: refusal.message, api_key: input.id } };
  },
  async run({ tx, input, principal }) {
    const { apiKey, account } = schema;
    const [gone] = await tx
      .delete(apiKey)
      .where(and(eq(apiKey.id, input.id), eq(apiKey.orgId, principal.orgId)))
      .returning({ id: apiKey.id, name: apiKey.name, accountId: apiKey.accountId });
    if (!gone)
      throw refuse("not_found", "This key does not exist any more. Reload the page to see which ones do.");
    const [holder] = await tx
      .select({ email: account.email })
      .from(account)
      .where(eq(account.id, gone.accountId));
    const isOwn = gone.accountId === accountOf(principal);
    return {
      value: { id: gone.id, name: gone.name, holder: holder?.email ?? "" },
      targetId: gone.id,
      audit: {
        target: { id: gone.id, type: "api_key" },
        label: gone.name,
        metadata: { api_key: gone.name },
        ...(holder && !isOwn ? { details: { holder: holder.email } } : {}),
      },
    };
  },
});
