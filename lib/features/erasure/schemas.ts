import { z } from "zod";

const mostEmailLength = 320;

const accountId = z.uuid("This is no person's id. Reload the page.");
const email = z.string().trim().min(3, "Give an e-mail address.").max(mostEmailLength);

/** The account of the person, or the address of somebody who has none. */
export type Who = { accountId: string } | { email: string };

export const erasePersonInput = z
  .strictObject({
    accountId: accountId.optional(),
    email: email.optional(),
    confirmation: z
      .string("Type the person's e-mail address.")
      .trim()
      .min(1, "Type the person's e-mail address.")
      .max(mostEmailLength, "This is too long for an e-mail address."),
  })
  .transform((input, context) => {
    const who = whoOf(input);
    if (who) return { who, confirmation: input.confirmation };
    context.addIssue({ code: "custom", message: "Choose whom to erase.", path: ["form"] });
    return z.NEVER;
  });

/** One of the two, as they come from a form or from the page's address; null for neither, both or nonsense. */
export function whoOf(input: { accountId?: unknown; email?: unknown }): Who | null {
  const account = accountId.safeParse(input.accountId);
  const address = email.safeParse(input.email);
  if (account.success === address.success) return null;
  return account.success ? { accountId: account.data.toLowerCase() } : { email: address.data as string };
}
