import { z } from "zod";
import { emailField, mostNameLength, named, trimmed } from "@/lib/access/person-fields";

export { leastPasswordLength } from "@/lib/access/password-length";
export { mostEmailLength, mostNameLength } from "@/lib/access/person-fields";

const mostOrganizationLength = 100;
export const defaultRetentionDays = 90;
const mostRetentionDays = 36_500;

const email = emailField("Give your e-mail address.");
/** Its rules (length, common ones) are checked on the server, where the list of common ones is. */
const newPassword = z.string("Choose a password.").min(1, "Choose a password.");
const checkbox = z.preprocess((v) => v === "on" || v === true || v === "true", z.boolean());

/** Lenient on purpose: what is no e-mail address is a failed try like any other. */
export const signInInput = z.strictObject({
  email: trimmed("Give your e-mail address.").pipe(z.string().min(1, "Give your e-mail address.")),
  password: z.string("Give your password.").min(1, "Give your password."),
  /** The cookie by which a browser is known; from the request, never from the form. */
  browser: z.string().optional(),
});

const wayIn = z.preprocess((v) => (v === "" ? undefined : v), z.string().max(100).optional());

export const registerInput = z.strictObject({
  name: named("Give your name.", mostNameLength),
  email,
  password: newPassword,
  browser: z.string().optional(),
  /** The token of an invite, or of the organization's invite link, by which the person came. */
  invite: wayIn,
  link: wayIn,
});

export const onboardingInput = z.strictObject({
  setupToken: trimmed("Give the set-up token.").pipe(
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

export const completeSignInInput = z.strictObject({
  code: trimmed("Give a code.").pipe(z.string().min(1, "Give the code that your authenticator app shows.")),
  /** The cookie of the first step; from the request, never from the form. */
  step: z.string().optional(),
  browser: z.string().optional(),
});

export const changePasswordInput = z.strictObject({
  currentPassword: z.string("Give your current password.").min(1, "Give your current password."),
  newPassword,
  browser: z.string().optional(),
});

export const ownerFromEnvironmentInput = z.strictObject({ email, password: newPassword });

/** Lenient, as at signing in: the answer is the same for any text. */
export const requestPasswordResetInput = z.strictObject({
  email: trimmed("Give your e-mail address.").pipe(z.string().min(1, "Give your e-mail address.")),
});

const linkToken = z.string("Open the link of the mail again.").min(1, "Open the link of the mail again.");

export const resetPasswordInput = z.strictObject({ token: linkToken, newPassword });

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];
/** Stands for the zone that the browser tells. */
export const browserTimeZone = "auto";

/** Every zone that can be chosen, by its IANA name. */
export function timeZones(): string[] {
  return [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])];
}

export const profileInput = z.strictObject({
  name: named("Give your name.", mostNameLength),
  theme: z.enum(themes, "Choose one of the three."),
  timeZone: z
    .string("Choose a time zone.")
    .refine((zone) => zone === browserTimeZone || timeZones().includes(zone), "Choose one of the list."),
});

export const changeEmailInput = z.strictObject({
  email,
  /** Left out by those who have none: they sign in elsewhere. */
  currentPassword: z.string("Give your current password.").default(""),
});

export const confirmEmailInput = z.strictObject({ token: linkToken });
