import "server-only";
import { and, eq, isNotNull, isNull, or, sql } from "drizzle-orm";
import { theOrganization } from "@/lib/access/principal";
import { schema, type Tx } from "@/lib/db/client";
import { isMailOn } from "./queue-mail";

/** The owner hears of requests this often at most: strangers make them. */
const apartMinutes = 10;

/**
 * Tells the owner by mail that somebody asks to join. Its text, made when it is sent, names all who wait then: one mail
 * on its way tells of every request until it goes.
 * @param tx under `lockMembers`, so that no second one is put beside the first
 */
export async function mailOwnerOfRequest(tx: Tx, requestId: string): Promise<void> {
  if (!isMailOn()) return;
  const { mailMessage, membership, account } = schema;
  const [owner] = await tx
    .select({ id: account.id, email: account.email })
    .from(membership)
    .innerJoin(account, eq(account.id, membership.accountId))
    .where(and(eq(membership.orgId, theOrganization), eq(membership.role, "owner")));
  if (!owner) return;
  const toOwner = and(eq(mailMessage.kind, "join_requested"), eq(mailMessage.accountId, owner.id));
  // One that is being sent at this moment has its text already; one that failed gets another at its next try.
  const onItsWay = and(
    toOwner,
    eq(mailMessage.address, owner.email),
    isNull(mailMessage.deliveredAt),
    isNull(mailMessage.givenUpAt),
    or(eq(mailMessage.tries, 0), isNotNull(mailMessage.lastError)),
  );
  if ((await tx.$count(mailMessage, onItsWay)) > 0) return;
  await tx.insert(mailMessage).values({
    kind: "join_requested",
    address: owner.email,
    accountId: owner.id,
    subjectId: requestId,
    dueAt: sql`greatest(gurulog_now(), (
      select max(m.created_at) + make_interval(mins => ${apartMinutes}::int) from mail_message m
      where m.kind = 'join_requested' and m.account_id = ${owner.id} and m.given_up_at is null))`,
  });
}
