import "server-only";
import { and, asc, eq, inArray, isNull, sql } from "drizzle-orm";
import { emailKey } from "@/lib/access/email-key";
import { linkToken, linkTokenHash } from "@/lib/access/link-tokens";
import { lockMembers, refuseWithoutSeat } from "@/lib/access/members";
import { accountOf } from "@/lib/access/principal";
import { invitesCreated } from "@/lib/audit/catalogue/members";
import { schema, type Tx } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { queueMail } from "@/lib/gate/queue-mail";
import { refuse } from "@/lib/platform/errors";
import { mintId } from "@/lib/platform/ids";
import { invitePeopleInput } from "../schemas";

const validDays = 7;

/**
 * The owner invites people by e-mail address, all of them or none. Each invite is for one address, one use and seven
 * days; its link goes out by mail, and can be copied.
 */
export const invitePeople = command({
  name: "invite-people",
  input: invitePeopleInput,
  allow: inOrganization("members:manage"),
  event: invitesCreated,
  target: ({ principal }) => ({ id: String(principal.orgId) }),
  async onRefusal({ input }, refusal) {
    const emails = input.emails.join(", ");
    return { label: emails, metadata: { message: refusal.message, emails } };
  },
  async run({ tx, input, principal }) {
    const { emails } = input;
    await lockMembers(tx);
    await refuseWithoutSeat(tx);
    await refuseMembers(tx, principal.orgId, emails);
    await refuseInvited(tx, principal.orgId, emails);
    const made = emails.map((email) => {
      const id = mintId();
      return {
        id,
        orgId: principal.orgId,
        email,
        emailKey: emailKey(email),
        tokenHash: linkTokenHash(linkToken("invite", id)),
        invitedBy: accountOf(principal),
        expiresAt: sql`gurulog_now() + make_interval(days => ${validDays})`,
      };
    });
    await tx.insert(schema.invite).values(made);
    for (const { id, email } of made) await queueMail(tx, { kind: "invite", address: email, subjectId: id });
    const listed = emails.join(", ");
    return {
      value: { ids: made.map(({ id }) => id), emails },
      audit: { label: listed, metadata: { emails: listed } },
    };
  },
});

const refuseEmails = (message: string) => refuse("exists", message, { fieldErrors: { emails: [message] } });

async function refuseMembers(tx: Tx, orgId: number, emails: readonly string[]): Promise<void> {
  const { account, membership } = schema;
  const found = await tx
    .select({ email: account.email })
    .from(account)
    .innerJoin(membership, and(eq(membership.accountId, account.id), eq(membership.orgId, orgId)))
    .where(inArray(account.emailKey, emails.map(emailKey)))
    .orderBy(asc(account.email));
  if (found.length > 0)
    throw refuseEmails(
      `${listOf(found)} ${found.length > 1 ? "are members" : "is a member"} already. Leave them out.`,
    );
}

/** An invite that has expired makes room for another of its address. */
async function refuseInvited(tx: Tx, orgId: number, emails: readonly string[]): Promise<void> {
  const { invite } = schema;
  const mine = and(
    eq(invite.orgId, orgId),
    isNull(invite.acceptedAt),
    inArray(invite.emailKey, emails.map(emailKey)),
  );
  await tx.delete(invite).where(and(mine, sql`${invite.expiresAt} <= gurulog_now()`));
  const found = await tx.select({ email: invite.email }).from(invite).where(mine).orderBy(asc(invite.email));
  if (found.length > 0)
    throw refuseEmails(
      `${listOf(found)} ${found.length > 1 ? "have invites" : "has an invite"} already. Leave them out, or cancel their invites first.`,
    );
}

const listOf = (found: readonly { email: string }[]) => found.map(({ email }) => email).join(", ");
