import "server-only";
import { eq, inArray } from "drizzle-orm";
import { schema, type Tx } from "@/lib/db/client";
import { emailKey } from "./email-key";
import { openCredentials, sealCredentials } from "./integrations";

/** In place of an address that must not be kept any more. */
const erased = "(erased)";

/**
 * Takes the accounts of erased people out of integrations: credentials that name one of the addresses lose it, and the
 * token with it, which was that person's. The integration stays, and says that its credentials are refused.
 * @param tx of the erasure
 * @param addresses in lower case
 */
export async function forgetServiceAccounts(tx: Tx, addresses: readonly string[]): Promise<void> {
  const { integration } = schema;
  // Only these name their account by its address.
  const rows = await tx
    .select()
    .from(integration)
    .where(inArray(integration.type, ["JIRA", "CONFLUENCE", "ZENDESK"]))
    .for("update");
  const gone = new Set(addresses.map(emailKey));
  for (const { id, guruId, type, credentials } of rows) {
    const open = openedOrNull(() => openCredentials(guruId, type, credentials));
    if (!open?.email || !gone.has(emailKey(open.email))) continue;
    const left = { ...open, email: erased, apiToken: erased };
    await tx
      .update(integration)
      .set({
        ...sealCredentials(guruId, type, left),
        accountName: erased,
        trouble: "The account whose credentials these were was erased. Enter others.",
      })
      .where(eq(integration.id, id));
  }
}

/** What lies under a key that is gone, or was damaged, is read by nobody. */
function openedOrNull<T>(open: () => T): T | null {
  try {
    return open();
  } catch {
    return null;
  }
}
