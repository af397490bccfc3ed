import { z } from "zod";

const guru = z.string().min(1).max(64);

/** Somebody who is to have a role in a guru. */
export const personByEmailInput = z.strictObject({
  guru,
  email: z
    .string("Give the person's e-mail address.")
    .trim()
    .min(1, "Give the person's e-mail address.")
    .max(320, "This is too long for an e-mail address."),
});

/** Somebody who has a role in it. */
export const personOfTeamInput = z.strictObject({
  guru,
  accountId: z.uuid("This is no person's id. Reload the page."),
});
