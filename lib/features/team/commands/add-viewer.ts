import "server-only";
import { guruRoleAssigned } from "@/lib/audit/catalogue/accounts";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { cleanText } from "@/lib/platform/clean-text";
import { memberByEmail, wrongEmail } from "../member-by-email";
import { personByEmailInput } from "../schemas";

/** A maintainer lets another member ask the guru, by e-mail. */
export const addViewer = command({
  name: "add-viewer",
  input: personByEmailInput,
  allow: onGuru<{ guru: string }>("team:change", ({ guru }) => guru),
  event: guruRoleAssigned,
  target: ({ input }) => ({ id: input.email }),
  async run({ tx, input, principal, scope }) {
    const { guruRole } = schema;
    const person = await memberByEmail(tx, principal.orgId, cleanText(input.email));
    const [given] = await tx
      .insert(guruRole)
      .values({ guruId: scope.guru.id, accountId: person.id, role: "viewer" })
      .onConflictDoNothing({ target: [guruRole.guruId, guruRole.accountId] })
      .returning({ accountId: guruRole.accountId });
    if (!given) {
      throw wrongEmail(
        "exists",
        `${person.email} has a role in this guru already. To make a maintainer a viewer, remove them first.`,
      );
    }
    return {
      value: { accountId: person.id, email: person.email },
      targetId: person.id,
      audit: {
        target: { id: person.id },
        label: person.email,
        guru: scope.guru,
        changes: [{ field: "role", before: null, after: "viewer" }],
      },
    };
  },
});
