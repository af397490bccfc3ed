import "server-only";
import { and, eq } from "drizzle-orm";
import { lockMembers, noteRemoval } from "@/lib/access/members";
import { memberRemoved } from "@/lib/audit/catalogue/members";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { endMembership } from "../end-membership";
import { memberInput } from "../schemas";

/**
 * The owner removes a member. Sessions, keys and roles end with the next request; the account and its events stay. They
 * come back by the owner's approval or invite alone, whatever door stands open.
 */
export const removeMember = command({
  name: "remove-member",
  input: memberInput,
  allow: inOrganization("members:manage"),
  event: memberRemoved,
  target: ({ input }) => ({ id: input.accountId }),
  async run({ tx, input, principal }) {
    await lockMembers(tx);
    const { membership, account } = schema;
    const [person] = await tx
      .select({ id: account.id, email: account.email, role: membership.role })
      .from(membership)
      .innerJoin(account, eq(account.id, membership.accountId))
      .where(and(eq(membership.orgId, principal.orgId), eq(membership.accountId, input.accountId)))
      .for("update", { of: membership });
    if (!person)
      throw refuse("not_found", "This person is no member any more. Reload the page to see who is.");
    if (person.role === "owner")
      throw refuse("conflict", "The owner cannot be removed. Give the organization to another member first.");
    const followers = await endMembership(tx, principal.orgId, person);
    await noteRemoval(tx, principal.orgId, person.id);
    return {
      value: { accountId: person.id, email: person.email },
      audit: [
        { label: person.email, changes: [{ field: "role", before: person.role, after: null }] },
        ...followers,
      ],
    };
  },
});
