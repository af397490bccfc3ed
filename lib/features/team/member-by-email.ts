import "server-only";
import { and, eq } from "drizzle-orm";
import { emailKey } from "@/lib/access/email-key";
import { schema, type Tx } from "@/lib/db/client";
import { refuse } from "@/lib/platform/errors";

/** A refusal that stands beside the field of the address. */
export const wrongEmail = (code: "not_found" | "exists" | "invalid", message: string) =>
  refuse(code, message, { fieldErrors: { email: [message] } });

/**
 * The member whom a form names. The membership is locked, so that someone removed at this moment gets no role afterwards.
 * @throws Refusal `not_found` for no member, `invalid` for an auditor
 */
export async function memberByEmail(
  tx: Tx,
  orgId: number,
  email: string,
): Promise<{ id: string; email: string }> {
  const { account, membership } = schema;
  const [found] = await tx
    .select({ id: account.id, email: account.email, role: membership.role })
    .from(account)
    .innerJoin(membership, and(eq(membership.accountId, account.id), eq(membership.orgId, orgId)))
    .where(eq(account.emailKey, emailKey(email.trim())))
    .for("share", { of: membership });
  if (!found) {
    throw wrongEmail(
      "not_found",
      "No member has this e-mail address. Check it, or ask the owner to add the person first.",
    );
  }
  if (found.role === "auditor") {
    throw wrongEmail(
      "invalid",
      "An auditor reads the audit log and can hold no role in a guru. Choose another member.",
    );
  }
  return found;
}
