import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { schema } from "@/lib/db/client";
import { inTransaction } from "@/lib/gate/transaction";
import { cleanText } from "@/lib/platform/clean-text";

/**
 * Keeps what is wrong with a service, for the page; null when it answers again.
 * @param words for the person, such as a ServiceTrouble has
 */
export async function keepTrouble(integrationId: string, words: string | null): Promise<void> {
  const { integration } = schema;
  const trouble = words === null ? null : cleanText(words, 500);
  await inTransaction((tx) =>
    tx
      .update(integration)
      .set({ trouble })
      .where(and(eq(integration.id, integrationId), sql`${integration.trouble} is distinct from ${trouble}`)),
  );
}
