import "server-only";
import { and, asc, eq, inArray } from "drizzle-orm";
import { z } from "zod";
import { integrationTypes } from "@/lib/access/integration-types";
import { secretNameShape } from "@/lib/access/secret-name";
import { secretRead } from "@/lib/audit/catalogue/gurus";
import { schema } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { sensitiveRead } from "@/lib/gate/sensitive-read";

/**
 * Records that secrets of the guru go to a service, as a person wants it asked with them. Committed before the service is
 * asked: whatever it answers, and whether an integration comes of it or not, the values have left.
 * @returns the names that the guru has
 */
export const useSecrets = sensitiveRead({
  name: "use-secrets",
  input: z.strictObject({
    guru: z.string(),
    names: z.array(z.string().regex(secretNameShape)),
    type: z.enum(integrationTypes),
    /** Where they go. */
    host: z.string(),
  }),
  allow: onGuru<{ guru: string }>("integration:manage", ({ guru }) => guru),
  event: secretRead,
  target: ({ input }) => ({ id: input.type }),
  async run({ tx, input, scope }) {
    const { secret } = schema;
    const { type, host } = input;
    const rows = await tx
      .select({ id: secret.id, name: secret.name })
      .from(secret)
      .where(and(eq(secret.guruId, scope.guru.id), inArray(secret.name, input.names)))
      .orderBy(asc(secret.name));
    const [first, ...others] = rows.map(({ id, name }) => ({
      target: { id },
      label: name,
      guru: scope.guru,
      details: { type, host },
    }));
    const value = rows.map(({ name }) => name);
    return { value, audit: first ? [first, ...others] : null };
  },
});
