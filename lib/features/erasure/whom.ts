import "server-only";
import { sql } from "drizzle-orm";
import type { Tx } from "@/lib/db/client";
import type { Who } from "./schemas";

/**
 * What a person is called, and what must be typed to erase them: the account's e-mail, how the log calls somebody who
 * left, or the address itself.
 * @returns null when there is no such person, or they are erased already
 */
export async function nameOf(db: Pick<Tx, "execute">, orgId: number, who: Who): Promise<string | null> {
  if ("email" in who) return who.email;
  const [found] = await db.execute<{ name: string | null }>(sql`
    select coalesce(
      (select email from account where id = ${who.accountId}::uuid),
      (select label from audit_facet where org_id = ${orgId} and dimension = 'user' and value = ${who.accountId}::text
        and not exists (select from audit_erasure where account_id = ${who.accountId}::uuid)
        order by scope limit 1)) as name`);
  return found?.name ?? null;
}
