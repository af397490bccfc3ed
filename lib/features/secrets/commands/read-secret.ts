import "server-only";
import { and, eq } from "drizzle-orm";
import { keyGoneInWords, openValue } from "@/lib/access/secrets";
import { secretRead } from "@/lib/audit/catalogue/gurus";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { sensitiveRead } from "@/lib/gate/sensitive-read";
import { refuse } from "@/lib/platform/errors";
import { secretInput } from "../schemas";

/** A maintainer has a secret shown. The value leaves after the reading is recorded. */
export const readSecret = sensitiveRead({
  name: "read-secret",
  input: secretInput,
  allow: onGuru<{ guru: string }>("secret:manage", ({ guru }) => guru),
  event: secretRead,
  target: ({ input }) => ({ id: input.id }),
  async run({ tx, input, scope }) {
    const { secret } = schema;
    const [found] = await tx
      .select({ id: secret.id, name: secret.name, sealed: secret.sealed })
      .from(secret)
      .where(and(eq(secret.guruId, scope.guru.id), eq(secret.id, input.id)));
    if (!found) throw refuse("not_found", "This guru has no such secret. Reload the page.");
    const { id, name, sealed } = found;
    return {
      value: { name, secretValue: opened(scope.guru.id, name, sealed) },
      audit: { target: { id }, label: name, guru: scope.guru },
    };
  },
});

function opened(guruId: string, name: string, sealed: Uint8Array): string {
  try {
    return openValue(guruId, name, sealed);
  } catch (error) {
    const words = keyGoneInWords(error, name);
    throw words === null ? error : refuse("conflict", words);
  }
}
