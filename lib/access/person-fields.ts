import { z } from "zod";

export const mostEmailLength = 320;
export const mostNameLength = 100;

/** Text without the blanks around it, in one Unicode form. */
export const trimmed = (missing: string) => z.string(missing).transform((v) => v.normalize("NFC").trim());
/** The same, that must be there and not too long. */
export const named = (missing: string, most: number) =>
  trimmed(missing).pipe(z.string().min(1, missing).max(most, `Use at most ${most} characters.`));

/** An address as it is stored. How it is compared: `emailKey`. */
export const emailField = (missing: string) =>
  named(missing, mostEmailLength).pipe(
    z.email("This is not an e-mail address. Write it as name@example.com."),
  );
export const nameField = (missing: string) => named(missing, mostNameLength);
