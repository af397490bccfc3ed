import "server-only";
import { and, eq } from "drizzle-orm";
import { accountOf } from "@/lib/access/principal";
import { apiKeyDeleted } from "@/lib/audit/catalogue/organization";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { cleanText } from "@/lib/platform/clean-text";
import { refuse } from "@/lib/platform/errors";
import { deleteApiKeyInput } from "../schemas";

/** A person deletes one of their keys; it is refused from the next request on. */
export const deleteApiKey = command({
  name: "delete-api-key",
  input: deleteApiKeyInput,
  allow: inOrganization("api-key:own"),
  event: apiKeyDeleted,
  target: ({ principal }) => ({ id: String(principal.orgId), type: "org" }),
  async onRefusal({ input }, refusal) {
    return {
      label: cleanText(input.name),
      metadata: { message: refusal.message, api_key: cleanText(input.name) },
    };
  },
  async run({ tx, input, principal }) {
    const { apiKey } = schema;
    const accountId = accountOf(principal);
    if (!accountId) throw refuse("unauthenticated", "Please sign in first.");
    const name = cleanText(input.name);
    const [gone] = await tx
      .delete(apiKey)
      .where(and(eq(apiKey.accountId, accountId), eq(apiKey.name, name)))
      .returning({ id: apiKey.id });
    if (!gone) throw refuse("not_found", "You have no key of this name. It may have been deleted already.");
    return {
      value: { id: gone.id, name },
      audit: { target: { id: gone.id }, label: name, metadata: { api_key: name } },
    };
  },
});
