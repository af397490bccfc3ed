import "server-only";
import { and, eq } from "drizzle-orm";
import { lockMembers } from "@/lib/access/members";
import { lockPerson } from "@/lib/access/people";
import { auditorGranted } from "@/lib/audit/catalogue/organization";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { revokeGuruRolesOf } from "@/lib/gate/leaving";
import { refuse } from "@/lib/platform/errors";
import { userInput } from "../schemas";

/**
 * The owner makes a member an auditor, who reads the whole log and nothing of gurus: the person's roles in gurus end, one
 * event each, with this one as cause.
 */
export const grantAuditor = command({
  name: "grant-auditor",
  input: userInput,
  allow: inOrganization("users:manage", ({ accountId }) => `user ${accountId}`),
  event: auditorGranted,
  target: ({ input }) => ({ id: input.accountId.toLowerCase() }),
  async run({ tx, input, principal }) {
    await lockMembers(tx);
    const person = await lockPerson(tx, principal.orgId, input.accountId);
    if (person.role === "auditor") throw refuse("exists", `${person.email} is an auditor already.`);
    if (person.role === "owner")
      throw refuse("invalid", "The owner reads the whole log already. Choose a member.");
    if (person.role === null)
      throw refuse("invalid", `${person.email} is no member. Let them in first; then make them an auditor.`);
    const { membership } = schema;
    await tx
      .update(membership)
      .set({ role: "auditor" })
      .where(and(eq(membership.orgId, principal.orgId), eq(membership.accountId, person.id)));
    const ended = await revokeGuruRolesOf(tx, principal.orgId, person);
    return {
      value: { id: person.id, email: person.email, rolesEnded: ended.length },
      audit: [
        { label: person.email, changes: [{ field: "role", before: "member", after: "auditor" }] },
        ...ended,
      ],
    };
  },
});
