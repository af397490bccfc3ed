import "server-only";
import { and, eq } from "drizzle-orm";
import { lockMembers } from "@/lib/access/members";
import { lockPerson } from "@/lib/access/people";
import { auditorRevoked } from "@/lib/audit/catalogue/organization";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { userInput } from "../schemas";

/** The owner makes an auditor a member again; from the next request on they read no more of the whole log. */
export const revokeAuditor = command({
  name: "revoke-auditor",
  input: userInput,
  allow: inOrganization("users:manage", ({ accountId }) => `user ${accountId}`),
  event: auditorRevoked,
  target: ({ input }) => ({ id: input.accountId.toLowerCase() }),
  async run({ tx, input, principal }) {
    await lockMembers(tx);
    const person = await lockPerson(tx, principal.orgId, input.accountId);
    if (person.role !== "auditor")
      throw refuse("not_found", `${person.email} is no auditor. Reload the page to see who is.`);
    const { membership } = schema;
    await tx
      .update(membership)
      .set({ role: "member" })
      .where(and(eq(membership.orgId, principal.orgId), eq(membership.accountId, person.id)));
    return {
      value: { id: person.id, email: person.email },
      audit: { label: person.email, changes: [{ field: "role", before: "auditor", after: "member" }] },
    };
  },
});
