import { z } from "zod";

const code = z
  .string("Give a code.")
  .transform((typed) => typed.trim())
  .pipe(
    z
      .string()
      .min(1, "Give the code that your authenticator app shows.")
      .max(100, "This is no code: it is too long."),
  );

/** Left out by those who have none: they sign in elsewhere. */
const currentPassword = z.string("Give your current password.").default("");

export const startFactorInput = z.strictObject({ currentPassword });
export const confirmFactorInput = z.strictObject({ code, currentPassword });
export const disableFactorInput = z.strictObject({ code });
export const renewRecoveryCodesInput = z.strictObject({ code });
export const resetFactorInput = z.strictObject({
  accountId: z.uuid("This is no person's id. Reload the page.").toLowerCase(),
});
export const resetFactorByOperatorInput = z.strictObject({ email: z.string() });
export const requireTwoFactorInput = z.strictObject({
  required: z.preprocess((v) => v === "on" || v === true || v === "true", z.boolean()),
});
