import { z } from "zod";

export { leastPasswordLength } from "@/lib/access/password-length";

export const mostEmailLength = 320;
export const mostNameLength = 100;
const mostOrganizationLength = 100;
export const defaultRetentionDays = 90;
const mostRetentionDays = 36_500;

const text = (missing: string) => z.string(missing).transform((v) => v.normalize("NFC").trim());
const named = (missing: string, most: number) =>
  text(missing).pipe(z.string().min(1, missing).max(most, `Use at most ${most} characters.`));

/** An address as it is stored. How it is compared: `emailKey`. */
const email = named("Give your e-mail address.", mostEmailLength).pipe(
  z.email("This is not an e-mail address. Write it as name@example.com."),
);
/** Its rules (length, common ones) are checked on the server, where the list of common ones is. */
const newPassword = z.string("Choose a password.").min(1, "Choose a password.");
const checkbox = z.preprocess((v) => v === "on" || v === true || v === "true", z.boolean());

/** Lenient on purpose: what is no e-mail address is a failed try like any other. */
export const signInInput = z.strictObject({
  email: text("Give your e-mail address.").pipe(z.string().min(1, "Give your e-mail address.")),
  password: z.string("Give your password.").min(1, "Give your password."),
  /** The cookie by which a browser is known; from the request, never from the form. */
  browser: z.string().optional(),
});

export const registerInput = z.strictObject({
  name: named("Give your name.", mostNameLength),
  email,
  password: newPassword,
  browser: z.string().optional(),
});

export const onboardingInput = z.strictObject({
  setupToken: text("Give the set-up token.").pipe(
    z.string().min(1, "Give the set-up token; it stands in the output of the start."),
  ),
  organization: named("Name the organization.", mostOrganizationLength),
  name: named("Give your name.", mostNameLength),
  email,
  password: newPassword,
  joinWithoutApproval: checkbox,
  /** Absent when the environment sets it. 0 keeps events for ever. */
  retentionDays: z.preprocess(
    // Blanks alone would become 0, which keeps for ever.
    (v) => (v === undefined || (typeof v === "string" && v.trim() === "") ? defaultRetentionDays : v),
    z.coerce
      .number("Give a number of days.")
      .int("Give whole days.")
      .min(0, "Give 0 (for ever) or more days.")
      .max(mostRetentionDays, `Give at most ${mostRetentionDays} days, or 0 for ever.`),
  ),
  browser: z.string().optional(),
});

export const changePasswordInput = z.strictObject({
  currentPassword: z.string("Give your current password.").min(1, "Give your current password."),
  newPassword,
});

export const ownerFromEnvironmentInput = z.strictObject({ email, password: newPassword });
