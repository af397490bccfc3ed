import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { theOrganization } from "@/lib/access/principal";
import { schema, type Tx } from "@/lib/db/client";
import { refuse } from "@/lib/platform/errors";
import { runtime } from "@/lib/platform/runtime";
import { emailKey } from "./rules";

/** One transaction at a time decides who becomes a member: one owner, and no seat given twice. Until the transaction ends. */
export async function lockMembers(tx: Pick<Tx, "execute">): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('gurulog.members'))`);
}

export async function ownerExists(tx: Pick<Tx, "select">): Promise<boolean> {
  const { membership } = schema;
  const found = await tx
    .select({ id: membership.accountId })
    .from(membership)
    .where(and(eq(membership.orgId, theOrganization), eq(membership.role, "owner")));
  return found.length > 0;
}

/**
 * Is there a seat for one more member? Asked under `lockMembers`.
 * @throws Refusal `closed` when GURULOG_SEATS are taken
 */
export async function refuseWithoutSeat(tx: Tx): Promise<void> {
  const seats = runtime().env.GURULOG_SEATS;
  if (seats === undefined) return;
  const taken = await tx.$count(schema.membership, eq(schema.membership.orgId, theOrganization));
  if (taken >= seats)
    throw refuse("closed", "All seats of this organization are taken. Ask its owner for one.");
}

/**
 * Makes an account and its membership.
 * @throws Refusal `exists` when the address has an account
 */
export async function insertMember(
  tx: Tx,
  person: { email: string; name: string; passwordHash: string },
  role: "owner" | "member",
): Promise<string> {
  const { account, membership } = schema;
  const [made] = await tx
    .insert(account)
    .values({ ...person, emailKey: emailKey(person.email) })
    .onConflictDoNothing({ target: account.emailKey })
    .returning({ id: account.id });
  if (!made)
    throw refuse("exists", "An account with this e-mail address exists already. Sign in instead.", {
      fieldErrors: { email: ["This address has an account already."] },
    });
  await tx.insert(membership).values({ orgId: theOrganization, accountId: made.id, role });
  return made.id;
}
