import "server-only";
import { sql } from "drizzle-orm";
import { guruRoleAssigned } from "@/lib/audit/catalogue/accounts";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { lockGurus, lockMembersOf, pairsOf, rolesHeld } from "../role-pairs";
import { assignGuruRolesInput } from "../schemas";

/**
 * The owner gives each of some people a role in each of some gurus; whoever has another role there changes it. One event
 * a person and guru; all of them, or none.
 */
export const assignGuruRoles = command({
  name: "assign-guru-roles",
  input: assignGuruRolesInput,
  allow: inOrganization("users:manage", ({ role }) => `role ${role}`),
  event: guruRoleAssigned,
  target: ({ input }) => ({ id: input.accounts[0] ?? "unknown" }),
  async run({ tx, input, principal }) {
    const { role } = input;
    const people = await lockMembersOf(tx, principal.orgId, input.accounts);
    const auditor = people.find((person) => person.role === "auditor");
    if (auditor) {
      throw refuse(
        "invalid",
        `${auditor.email} is an auditor and can hold no role in a guru. Leave them out, or make them a member again first.`,
      );
    }
    const gurus = await lockGurus(tx, principal.orgId, input.gurus);
    const held = await rolesHeld(tx, input);
    const due = pairsOf(gurus, people).filter(({ key }) => held.get(key) !== role);
    const [first, ...rest] = due.map(({ guru, person, key }) => ({
      target: { id: person.id },
      label: person.email,
      guru,
      changes: [{ field: "role", before: held.get(key) ?? null, after: role }],
    }));
    if (!first) throw refuse("exists", `They have the role ${role} already. Nothing was changed.`);
    const { guruRole } = schema;
    await tx
      .insert(guruRole)
      .values(due.map(({ guru, person }) => ({ guruId: guru.id, accountId: person.id, role })))
      .onConflictDoUpdate({
        target: [guruRole.guruId, guruRole.accountId],
        set: { role: sql`excluded.role` },
      });
    return { value: { changed: due.length, role }, audit: [first, ...rest] };
  },
});
