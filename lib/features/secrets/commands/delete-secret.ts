import "server-only";
import { and, eq } from "drizzle-orm";
import { secretUses } from "@/lib/access/secrets";
import { secretDeleted } from "@/lib/audit/catalogue/gurus";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { refuse } from "@/lib/platform/errors";
import { secretInput } from "../schemas";
import { usesInWords } from "../uses-in-words";

/** A maintainer deletes a secret that nothing uses. One in use is refused, with what uses it. */
export const deleteSecret = command({
  name: "delete-secret",
  input: secretInput,
  allow: onGuru<{ guru: string }>("secret:manage", ({ guru }) => guru),
  event: secretDeleted,
  target: ({ input }) => ({ id: input.id }),
  async run({ tx, input, scope }) {
    const { secret } = schema;
    // Waits for a source that is being added with it (`holdSecret`), and is then seen here.
    const [found] = await tx
      .select({ id: secret.id, name: secret.name })
      .from(secret)
      .where(and(eq(secret.guruId, scope.guru.id), eq(secret.id, input.id)))
      .for("update");
    if (!found) throw refuse("not_found", "This guru has no such secret any more. Reload the page.");
    const uses = await secretUses(tx, scope.guru.id, found.name);
    if (uses.length > 0)
      throw refuse("conflict", `${found.name} is used by ${usesInWords(uses)}. Delete or change that first.`);
    await tx.delete(secret).where(eq(secret.id, found.id));
    return {
      value: { name: found.name },
      audit: { target: { id: found.id }, label: found.name, guru: scope.guru },
    };
  },
});
