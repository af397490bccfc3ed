import "server-only";
import { and, asc, eq, isNull } from "drizzle-orm";
import { emailKey } from "@/lib/access/email-key";
import { inviteCancelled } from "@/lib/audit/catalogue/members";
import { schema, type Tx } from "@/lib/db/client";
import type { AuditFact } from "@/lib/gate/facts";
import { endAccessOf, type Leaver } from "@/lib/gate/leaving";

/**
 * Takes a membership away, under `lockMembers`, with all that it gave and with what could give it back: sessions, keys,
 * roles, open invites of the person's address.
 * @returns what follows the act that took it away
 */
export async function endMembership(tx: Tx, orgId: number, person: Leaver): Promise<AuditFact[]> {
  const { membership, invite } = schema;
  await tx.delete(membership).where(and(eq(membership.orgId, orgId), eq(membership.accountId, person.id)));
  const ended = await endAccessOf(tx, orgId, person);
  const open = and(
    eq(invite.orgId, orgId),
    eq(invite.emailKey, emailKey(person.email)),
    isNull(invite.acceptedAt),
  );
  const invites = await tx
    .select({ id: invite.id, email: invite.email })
    .from(invite)
    .where(open)
    .orderBy(asc(invite.id));
  await tx.delete(invite).where(open);
  return [
    ...ended,
    ...invites.map(({ id, email }) => ({
      event: inviteCancelled,
      target: { id, type: "invite" },
      label: email,
    })),
  ];
}
