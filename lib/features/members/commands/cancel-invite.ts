import "server-only";
import { and, eq, isNull } from "drizzle-orm";
import { lockMembers } from "@/lib/access/members";
import { inviteCancelled } from "@/lib/audit/catalogue/members";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { inviteInput } from "../schemas";

/** The owner takes an invite back, also one that has expired. Its link opens nothing from then on. */
export const cancelInvite = command({
  name: "cancel-invite",
  input: inviteInput,
  allow: inOrganization("members:manage"),
  event: inviteCancelled,
  target: ({ input }) => ({ id: input.id }),
  async run({ tx, input, principal }) {
    await lockMembers(tx);
    const { invite } = schema;
    const [gone] = await tx
      .delete(invite)
      .where(and(eq(invite.id, input.id), eq(invite.orgId, principal.orgId), isNull(invite.acceptedAt)))
      .returning({ id: invite.id, email: invite.email });
    if (!gone) throw refuse("not_found", "This invite was accepted or cancelled meanwhile. Reload the page.");
    return { value: gone, audit: { label: gone.email } };
  },
});
