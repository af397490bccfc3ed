import { z } from "zod";

const mostNameLength = 100;
const checkbox = z.preprocess((v) => v === "on" || v === true || v === "true", z.boolean());

/** The whole form: a box that is absent is not ticked. */
export const updateOrganizationInput = z.strictObject({
  name: z
    .string("Name the organization.")
    .transform((v) => v.normalize("NFC").trim())
    .pipe(
      z
        .string()
        .min(1, "Name the organization.")
        .max(mostNameLength, `Use at most ${mostNameLength} characters.`),
    ),
  memberApprovalRequired: checkbox,
  inviteLinkEnabled: checkbox,
});
