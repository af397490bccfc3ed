import { z } from "zod";

export const apiKeyScopes = ["audit:read", "search", "gurus"] as const;
const maxKeyLifeDays = 3_650;

const emptyToNull = (v: unknown) => (v === "" || v === undefined ? null : v);
const asList = (v: unknown) => (v === undefined || v === "" ? [] : Array.isArray(v) ? v : [v]);

/** Forms send every line end as CR LF, whatever was stored: a name that has one could not be deleted by it. */
const lines = (name: string) => name.replace(/\r\n?/g, "\n");

export const createApiKeyInput = z.strictObject({
  name: z
    .string("Give the key a name.")
    .trim()
    .overwrite(lines)
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

export const deleteApiKeyInput = z.strictObject({ name: z.string().overwrite(lines).min(1).max(64) });

export const revokeApiKeyInput = z.strictObject({ id: z.uuid("This is no key's id. Reload the page.") });
