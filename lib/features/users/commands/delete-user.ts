import "server-only";
import { eq } from "drizzle-orm";
import { lockMembers } from "@/lib/access/members";
import { lockPerson } from "@/lib/access/people";
import { accountOf } from "@/lib/access/principal";
import { userDeleted } from "@/lib/audit/catalogue/accounts";
import { schema } from "@/lib/db/client";
import { closeStepsOf } from "@/lib/gate/abandoned-steps";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { cancelInvitesOf, deleteViewsOf, endAccessOf, rejectRequestOf } from "@/lib/gate/leaving";
import { refuse } from "@/lib/platform/errors";
import { userInput } from "../schemas";

/**
 * The owner deletes an account. Its sessions and keys are dead from the next request on; they, its roles, its
 * saved views, and what would let it in again (an open request, an open invite) end with one event each, with this one as
 * cause. What it did stays in the log under its address.
 */
export const deleteUser = command({
  name: "delete-user",
  input: userInput,
  allow: inOrganization("users:manage", ({ accountId }) => `user ${accountId}`),
  event: userDeleted,
  target: ({ input }) => ({ id: input.accountId.toLowerCase() }),
  async run({ tx, input, principal }) {
    await lockMembers(tx);
    const person = await lockPerson(tx, principal.orgId, input.accountId);
    if (person.role === "owner") {
      throw refuse(
        "invalid",
        person.id === accountOf(principal)
          ? "You are the owner. Hand the ownership over to another member first; they can then delete your account."
          : "The owner's account cannot be deleted. The ownership has to be handed over first.",
      );
    }
    const { orgId } = principal;
    const ended = [
      ...(await endAccessOf(tx, orgId, person)),
      ...(await deleteViewsOf(tx, person)),
      ...(await rejectRequestOf(tx, orgId, person)),
      ...(await cancelInvitesOf(tx, orgId, person.email)),
    ];
    // With the account they would go, and with them that somebody has its password.
    await closeStepsOf(tx, person.id);
    await tx.delete(schema.account).where(eq(schema.account.id, person.id));
    return {
      value: { id: person.id, email: person.email },
      audit: [{ label: person.email, details: { name: person.name, role: person.role } }, ...ended],
    };
  },
});
