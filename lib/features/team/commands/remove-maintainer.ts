import "server-only";
import { and, eq } from "drizzle-orm";
import { accountOf } from "@/lib/access/principal";
import { maintainerRemoved } from "@/lib/audit/catalogue/gurus";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { personOfTeamInput } from "../schemas";

/** A maintainer removes one, perhaps themselves. The last may leave: the owner of the organization can always act. */
export const removeMaintainer = command({
  name: "remove-maintainer",
  input: personOfTeamInput,
  allow: onGuru<{ guru: string }>("team:change", ({ guru }) => guru),
  event: maintainerRemoved,
  target: ({ input }) => ({ id: input.accountId }),
  async run({ tx, input, principal, scope }) {
    const { guruRole, account } = schema;
    const [gone] = await tx
      .delete(guruRole)
      .where(
        and(
          eq(guruRole.guruId, scope.guru.id),
          eq(guruRole.accountId, input.accountId),
          eq(guruRole.role, "maintainer"),
        ),
      )
      .returning({ accountId: guruRole.accountId });
    if (!gone)
      throw refuse("not_found", "This person is no maintainer of this guru. Reload the page to see who is.");
    const [person] = await tx
      .select({ email: account.email })
      .from(account)
      .where(eq(account.id, gone.accountId));
    const email = person?.email ?? gone.accountId;
    return {
      value: {
        accountId: gone.accountId,
        email,
        guru: scope.guru.name,
        /** The caller has given up the right to the very page that they stand on. */
        leaves:
          gone.accountId === accountOf(principal) && !("role" in principal && principal.role === "owner"),
      },
      audit: {
        target: { id: gone.accountId },
        label: email,
        guru: scope.guru,
        changes: [{ field: "role", before: "maintainer", after: null }],
      },
    };
  },
});
