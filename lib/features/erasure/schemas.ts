import { z } from "zod";

const mostEmailLength = 320;

/** The account of the person, or the address of somebody who has none. */
export const whoInput = z.union([
  z.strictObject({ accountId: z.uuid("This is no person's id. Reload the page.") }),
  z.strictObject({ email: z.string().trim().min(3).max(mostEmailLength) }),
]);
export type Who = z.output<typeof whoInput>;

export const searchInput = z.string().trim().max(mostEmailLength).catch("");

const typed = z
  .string("Type the person's e-mail address.")
  .trim()
  .min(1, "Type the person's e-mail address.")
  .max(mostEmailLength, "This is too long for an e-mail address.");

export const erasePersonInput = z.union(
  [
    z.strictObject({ accountId: z.uuid(), confirmation: typed }),
    z.strictObject({ email: z.string().trim().min(3).max(mostEmailLength), confirmation: typed }),
  ],
  "Choose whom to erase, and type their e-mail address.",
);
