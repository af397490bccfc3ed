import { z } from "zod";
import { emailField, nameField } from "@/lib/access/person-fields";

/** Roles in a guru that the owner can give. */
const guruRoles = ["viewer", "maintainer"] as const;
const mostAtOnce = 200;

const accountId = z.uuid("This is no person's id. Reload the page.");
const asList = (v: unknown) => (v === undefined || v === "" ? [] : Array.isArray(v) ? v : [v]);
const ids = (what: string, id: z.ZodType<string>) =>
  z.preprocess(
    asList,
    z
      .array(id)
      .min(1, `Choose at least one ${what}.`)
      .max(mostAtOnce, `Choose at most ${mostAtOnce} at a time.`)
      .transform((all) => [...new Set(all.map((each) => each.toLowerCase()))]),
  );

export const createUserInput = z.strictObject({
  email: emailField("Give the person's e-mail address."),
  name: nameField("Give the person's full name."),
});

/** An act on one account. */
export const userInput = z.strictObject({ accountId });

const pairs = {
  gurus: ids("guru", z.uuid("This is no guru's id. Reload the page.")),
  accounts: ids("person", accountId),
};
const isFewPairs = ({ gurus, accounts }: { gurus: string[]; accounts: string[] }) =>
  gurus.length * accounts.length <= mostAtOnce;
const tooMany = `Change at most ${mostAtOnce} roles at a time.`;

/** Each of the persons gets the role in each of the gurus. */
export const assignGuruRolesInput = z
  .strictObject({ ...pairs, role: z.enum(guruRoles, "Choose a role: viewer or maintainer.") })
  .refine(isFewPairs, tooMany);
export const revokeGuruRolesInput = z.strictObject(pairs).refine(isFewPairs, tooMany);
