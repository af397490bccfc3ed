import { z } from "zod";

export const apiKeyScopes = ["audit:read", "search", "gurus"] as const;
const maxKeyLifeDays = 3_650;

const emptyToNull = (v: unknown) => (v === "" || v === undefined ? null : v);
const asList = (v: unknown) => (v === undefined || v === "" ? [] : Array.isArray(v) ? v : [v]);

export const createApiKeyInput = z.strictObject({
  name: z
    .string("Give the key a name.")
    .trim()
    .min(1, "Give the key a name.")
    .max(64, "A name has at most 64 characters."),
  /** Empty = all that its owner may do. */
  scopes: z.preprocess(asList, z.array(z.enum(apiKeyScopes)).max(apiKeyScopes.length)),
  /** Days until it expires; empty = never. */
  expiresInDays: z.preprocess(
    emptyToNull,
    z.coerce
      .number("Give a number of days.")
      .int("Give whole days.")
      .min(1, "At least one day.")
      .max(maxKeyLifeDays, `At most ${maxKeyLifeDays} days.`)
      .nullable(),
  ),
});

export const deleteApiKeyInput = z.strictObject({ name: z.string().min(1).max(64) });
