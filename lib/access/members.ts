import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { schema, type Tx } from "@/lib/db/client";
import { refuse } from "@/lib/platform/errors";
import { runtime } from "@/lib/platform/runtime";
import { emailKey } from "./email-key";
import { type OrgRole, theOrganization } from "./principal";

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
    throw refuse(
      "closed",
      "All seats of this organization are taken. Its owner can remove a member, or raise GURULOG_SEATS.",
    );
}

export interface NewAccount {
  email: string;
  name: string;
  /** Null for somebody who signs in elsewhere. */
  passwordHash: string | null;
  mustChangePassword?: boolean;
  /** By the owner's word, or the identity provider's. Whoever registers can type any address. */
  isEmailProven: boolean;
}

/**
 * Makes an account that is no member.
 * @throws Refusal `exists` when the address has an account
 */
export async function insertAccount(tx: Tx, { isEmailProven, ...person }: NewAccount): Promise<string> {
  const { account } = schema;
  const [made] = await tx
    .insert(account)
    .values({
      ...person,
      emailKey: emailKey(person.email),
      emailProvenAt: isEmailProven ? sql`gurulog_now()` : null,
    })
    .onConflictDoNothing({ target: account.emailKey })
    .returning({ id: account.id });
  if (!made)
    throw refuse("exists", "An account with this e-mail address exists already. Sign in instead.", {
      fieldErrors: { email: ["This address has an account already."] },
    });
  return made.id;
}

/** What an account is in the organization; null for one that is no member (any more, or yet). */
export async function roleOf(tx: Pick<Tx, "select">, accountId: string): Promise<OrgRole | null> {
  const { membership } = schema;
  const [found] = await tx
    .select({ role: membership.role })
    .from(membership)
    .where(and(eq(membership.orgId, theOrganization), eq(membership.accountId, accountId)));
  return found?.role ?? null;
}

/**
 * The role that an account has now, and keeps until the transaction ends. For acts that give something lasting: the right
 * to them was looked up before, and a removal at this moment comes before them or after them.
 * @throws Refusal `forbidden` when it is no member any more
 */
export async function holdMembership(tx: Pick<Tx, "select">, accountId: string): Promise<OrgRole> {
  const { membership } = schema;
  const [found] = await tx
    .select({ role: membership.role })
    .from(membership)
    .where(and(eq(membership.orgId, theOrganization), eq(membership.accountId, accountId)))
    .for("share");
  if (!found) throw refuse("forbidden", "You are no member of this organization any more.");
  return found.role;
}

/** Makes an account a member, under `lockMembers` and with a seat for it. That the owner once removed it is over. */
export async function addMembership(tx: Tx, accountId: string, role: "owner" | "member"): Promise<void> {
  const { membership, removedMember } = schema;
  await tx.insert(membership).values({ orgId: theOrganization, accountId, role });
  await tx
    .delete(removedMember)
    .where(and(eq(removedMember.orgId, theOrganization), eq(removedMember.accountId, accountId)));
}

/** Notes that the owner took a membership away. */
export async function noteRemoval(tx: Tx, orgId: number, accountId: string): Promise<void> {
  await tx.insert(schema.removedMember).values({ orgId, accountId }).onConflictDoNothing();
}

/**
 * Did the owner remove this account, and not let it in again? Then it joins by an invite or an approval alone: no open
 * door, invite link or identity provider undoes what the owner did.
 */
export async function wasRemoved(tx: Pick<Tx, "select">, accountId: string): Promise<boolean> {
  const { removedMember } = schema;
  const found = await tx
    .select({ id: removedMember.accountId })
    .from(removedMember)
    .where(and(eq(removedMember.orgId, theOrganization), eq(removedMember.accountId, accountId)));
  return found.length > 0;
}

/**
 * Makes an account and its membership.
 * @throws Refusal `exists` when the address has an account
 */
export async function insertMember(tx: Tx, person: NewAccount, role: "owner" | "member"): Promise<string> {
  const id = await insertAccount(tx, person);
  await addMembership(tx, id, role);
  return id;
}
