import "server-only";
import { and, eq } from "drizzle-orm";
import { schema, type Tx } from "@/lib/db/client";

/** Who asks to join by a request; null when it is no request of the organization (any more). */
export async function askingPerson(
  tx: Pick<Tx, "select">,
  orgId: number,
  requestId: string,
): Promise<{ accountId: string; email: string } | null> {
  const { joinRequest, account } = schema;
  const [found] = await tx
    .select({ accountId: account.id, email: account.email })
    .from(joinRequest)
    .innerJoin(account, eq(account.id, joinRequest.accountId))
    .where(and(eq(joinRequest.id, requestId), eq(joinRequest.orgId, orgId)));
  return found ?? null;
}
