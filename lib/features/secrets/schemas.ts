import { z } from "zod";
import { maxSecretName, secretNameShape } from "@/lib/access/secret-name";
import { isUuid } from "@/lib/platform/ids";

const maxSecretValue = 8_000;
/** Secrets of one guru. */
export const mostSecrets = 200;

const guru = z.string().min(1).max(64);
const id = z.string("Choose a secret.").refine(isUuid, "Choose a secret of the list.");

/** Line ends, tabs and all that does not print: a credential goes into a header, where such would end it. */
const unprintable = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

export const writeSecretInput = z.strictObject({
  guru,
  name: z
    .string("Give the secret a name.")
    .trim()
    .min(1, "Give the secret a name.")
    .max(maxSecretName, `A name has at most ${maxSecretName} characters.`)
    .regex(secretNameShape, "A name has letters, digits and underscores alone, such as GITHUB_TOKEN."),
  // Its own name, so that no form ever gives it back.
  secretValue: z
    .string("Enter the value.")
    .max(maxSecretValue, `A value has at most ${maxSecretValue.toLocaleString("en-US")} characters.`)
    .trim()
    .min(1, "Enter the value.")
    .refine((value) => !unprintable.test(value), "A value is one line without control characters."),
});

export const secretInput = z.strictObject({ guru, id });
