import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { maintainerAdded } from "@/lib/audit/catalogue/gurus";
import { schema, type Tx } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { cleanText } from "@/lib/platform/clean-text";
import { refuse } from "@/lib/platform/errors";
import { addMaintainerInput } from "../schemas";

/** A maintainer makes another member a maintainer, by e-mail. A viewer is promoted. */
export const addMaintainer = command({
  name: "add-maintainer",
  input: addMaintainerInput,
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

const wrongEmail = (code: "not_found" | "exists" | "invalid", message: string) =>
  refuse(code, message, { fieldErrors: { email: [message] } });

/** The membership is locked, so that someone removed at this moment gets no role afterwards. */
async function memberByEmail(tx: Tx, orgId: number, email: string): Promise<{ id: string; email: string }> {
  const { account, membership } = schema;
  const [found] = await tx
    .select({ id: account.id, email: account.email, role: membership.role })
    .from(account)
    .innerJoin(membership, and(eq(membership.accountId, account.id), eq(membership.orgId, orgId)))
    .where(eq(account.emailKey, email.trim().toLowerCase()))
    .for("share", { of: membership });
  if (!found) {
    throw wrongEmail(
      "not_found",
      "No member has this e-mail address. Check it, or ask the owner to add the person first.",
    );
  }
  if (found.role === "auditor") {
    throw wrongEmail(
      "invalid",
      "An auditor reads the audit log and can hold no role in a guru. Choose another member.",
    );
  }
  return found;
}
