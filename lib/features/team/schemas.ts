import { z } from "zod";

const guru = z.string().min(1).max(64);

export const addMaintainerInput = z.strictObject({
  guru,
  email: z
    .string("Give the person's e-mail address.")
    .trim()
    .min(1, "Give the person's e-mail address.")
    .max(320, "This is too long for an e-mail address."),
});

export const removeMaintainerInput = z.strictObject({
  guru,
  accountId: z.uuid("This is no person's id. Reload the page."),
});
