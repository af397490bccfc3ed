import "server-only";
import { and, eq } from "drizzle-orm";
import { guruRoleRevoked } from "@/lib/audit/catalogue/accounts";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { personOfTeamInput } from "../schemas";

/** A maintainer takes a viewer's role. */
export const removeViewer = command({
  name: "remove-viewer",
  input: personOfTeamInput,
  allow: onGuru<{ guru: string }>("team:change", ({ guru }) => guru),
  event: guruRoleRevoked,
  target: ({ input }) => ({ id: input.accountId }),
  async run({ tx, input, scope }) {
    const { guruRole, account } = schema;
    const [gone] = await tx
      .delete(guruRole)
      .where(
        and(
          eq(guruRole.guruId, scope.guru.id),
          eq(guruRole.accountId, input.accountId),
          eq(guruRole.role, "viewer"),
        ),
      )
      .returning({ accountId: guruRole.accountId });
    if (!gone)
      throw refuse("not_found", "This person is no viewer of this guru. Reload the page to see who is.");
    const [person] = await tx
      .select({ email: account.email })
      .from(account)
      .where(eq(account.id, gone.accountId));
    const email = person?.email ?? gone.accountId;
    return {
      value: { accountId: gone.accountId, email },
      audit: {
        target: { id: gone.accountId },
        label: email,
        guru: scope.guru,
        changes: [{ field: "role", before: "viewer", after: null }],
      },
    };
  },
});
