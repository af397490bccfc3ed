import "server-only";
import { and, inArray } from "drizzle-orm";
import { guruRoleRevoked } from "@/lib/audit/catalogue/accounts";
import { schema } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { lockGurus, lockMembersOf, pairsOf, rolesHeld } from "../role-pairs";
import { revokeGuruRolesInput } from "../schemas";

/** The owner takes each of some people's roles in each of some gurus. One event a person and guru; all of them, or none. */
export const revokeGuruRoles = command({
  name: "revoke-guru-roles",
  input: revokeGuruRolesInput,
  allow: inOrganization("users:manage"),
  event: guruRoleRevoked,
  target: ({ input }) => ({ id: input.accounts[0] ?? "unknown" }),
  async run({ tx, input, principal }) {
    const people = await lockMembersOf(tx, principal.orgId, input.accounts);
    const gurus = await lockGurus(tx, principal.orgId, input.gurus);
    const held = await rolesHeld(tx, input);
    const [first, ...rest] = pairsOf(gurus, people)
      .filter(({ key }) => held.has(key))
      .map(({ guru, person, key }) => ({
        target: { id: person.id },
        label: person.email,
        guru,
        changes: [{ field: "role", before: held.get(key) ?? null, after: null }],
      }));
    if (!first)
      throw refuse("not_found", "They hold no role there any more. Reload the page to see who holds one.");
    const { guruRole } = schema;
    await tx
      .delete(guruRole)
      .where(and(inArray(guruRole.guruId, input.gurus), inArray(guruRole.accountId, input.accounts)));
    return { value: { changed: 1 + rest.length }, audit: [first, ...rest] };
  },
});
