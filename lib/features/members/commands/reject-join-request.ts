import "server-only";
import { eq } from "drizzle-orm";
import { lockMembers } from "@/lib/access/members";
import { joinRequestRejected } from "@/lib/audit/catalogue/members";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { askingPerson } from "../asking-person";
import { joinRequestInput } from "../schemas";

/** The owner does not let somebody in. Their account stays, without a membership; they can ask again. */
export const rejectJoinRequest = command({
  name: "reject-join-request",
  input: joinRequestInput,
  allow: inOrganization("members:manage"),
  event: joinRequestRejected,
  target: ({ input }) => ({ id: input.id }),
  async run({ tx, input, principal }) {
    await lockMembers(tx);
    const person = await askingPerson(tx, principal.orgId, input.id);
    if (!person)
      throw refuse("not_found", "This request was answered or taken back meanwhile. Reload the page.");
    await tx.delete(schema.joinRequest).where(eq(schema.joinRequest.id, input.id));
    return { value: person, audit: { label: person.email } };
  },
});
