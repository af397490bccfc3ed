import "server-only";
import { eq } from "drizzle-orm";
import { addMembership, lockMembers, refuseWithoutSeat, roleOf } from "@/lib/access/members";
import { joinRequestApproved } from "@/lib/audit/catalogue/members";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { queueMail } from "@/lib/gate/queue-mail";
import { refuse } from "@/lib/platform/errors";
import { askingPerson } from "../asking-person";
import { joinRequestInput } from "../schemas";

/** The owner lets somebody in who asked to join. */
export const approveJoinRequest = command({
  name: "approve-join-request",
  input: joinRequestInput,
  allow: inOrganization("members:manage"),
  event: joinRequestApproved,
  target: ({ input }) => ({ id: input.id }),
  async onRefusal({ tx, input, principal }, refusal) {
    const person = await askingPerson(tx, principal.orgId, input.id);
    return { label: person?.email ?? "-", metadata: { message: refusal.message } };
  },
  async run({ tx, input, principal }) {
    await lockMembers(tx);
    const person = await askingPerson(tx, principal.orgId, input.id);
    if (!person)
      throw refuse("not_found", "This request was answered or taken back meanwhile. Reload the page.");
    if ((await roleOf(tx, person.accountId)) !== null)
      throw refuse("exists", `${person.email} is a member already. Reject the request to clear it away.`);
    await refuseWithoutSeat(tx);
    await addMembership(tx, person.accountId, "member");
    await tx.delete(schema.joinRequest).where(eq(schema.joinRequest.id, input.id));
    await queueMail(tx, { kind: "join_approved", address: person.email, accountId: person.accountId });
    return { value: person, audit: { label: person.email } };
  },
});
