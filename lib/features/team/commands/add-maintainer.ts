import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { maintainerAdded } from "@/lib/audit/catalogue/gurus";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { cleanText } from "@/lib/platform/clean-text";
import { memberByEmail, wrongEmail } from "../member-by-email";
import { personByEmailInput } from "../schemas";

/** A maintainer makes another member a maintainer, by e-mail. A viewer is promoted. */
export const addMaintainer = command({
  name: "add-maintainer",
  input: personByEmailInput,
  allow: onGuru<{ guru: string }>("team:change", ({ guru }) => guru),
  event: maintainerAdded,
  target: ({ input }) => ({ id: input.email }),
  async run({ tx, input, principal, scope }) {
    const { guruRole } = schema;
    const person = await memberByEmail(tx, principal.orgId, cleanText(input.email));
    const key = and(eq(guruRole.guruId, scope.guru.id), eq(guruRole.accountId, person.id));
    const [held] = await tx.select({ role: guruRole.role }).from(guruRole).where(key).for("update");
    const [given] = await tx
      .insert(guruRole)
      .values({ guruId: scope.guru.id, accountId: person.id, role: "maintainer" })
      .onConflictDoUpdate({
        target: [guruRole.guruId, guruRole.accountId],
        set: { role: "maintainer" },
        setWhere: sql`${guruRole.role} <> 'maintainer'`,
      })
      .returning({ accountId: guruRole.accountId });
    if (!given) throw wrongEmail("exists", `${person.email} is a maintainer of this guru already.`);
    return {
      value: { accountId: person.id, email: person.email },
      targetId: person.id,
      audit: {
        target: { id: person.id },
        label: person.email,
        guru: scope.guru,
        changes: [{ field: "role", before: held?.role ?? null, after: "maintainer" }],
      },
    };
  },
});
