import { z } from "zod";
import { emailKey } from "@/lib/access/email-key";
import { emailField } from "@/lib/access/person-fields";

/** So many addresses fit into one event whole. */
export const mostInvites = 30;
const mostAddressLength = 254;

/** Addresses as people paste them: one a line, or with commas, semicolons or blanks between. Each comes once. */
function addressesIn(text: string): string[] {
  const found = new Map<string, string>();
  for (const address of text.normalize("NFC").split(/[\s,;]+/))
    if (address !== "" && !found.has(emailKey(address))) found.set(emailKey(address), address);
  return [...found.values()];
}

export const invitePeopleInput = z.strictObject({
  emails: z
    .string("Give at least one e-mail address.")
    .max(20_000, `Invite at most ${mostInvites} people at a time.`)
    .transform((text, ctx) => {
      const addresses = addressesIn(text);
      const problem = problemOf(addresses);
      if (problem === null) return addresses;
      ctx.addIssue({ code: "custom", message: problem });
      return z.NEVER;
    }),
});

function problemOf(addresses: string[]): string | null {
  if (addresses.length === 0) return "Give at least one e-mail address.";
  if (addresses.length > mostInvites) return `Invite at most ${mostInvites} people at a time.`;
  const wrong = addresses.find((one) => !z.email().max(mostAddressLength).safeParse(one).success);
  if (wrong === undefined) return null;
  const shown = wrong.length <= 60 ? wrong : `${wrong.slice(0, 59).toWellFormed()}…`;
  return `“${shown}” is not an e-mail address. Write each as name@example.com, one a line.`;
}

/** In the form in which ids are stored: the log names what was acted on by them. */
const idField = (problem: string) => z.uuid(problem).toLowerCase();
export const inviteInput = z.strictObject({ id: idField("This is no invite's id. Reload the page.") });
export const joinRequestInput = z.strictObject({ id: idField("This is no request's id. Reload the page.") });
export const memberInput = z.strictObject({ accountId: idField("This is no person's id. Reload the page.") });

/** The member who is to be the owner, as the owner types them: a list of all would be as long as the organization. */
export const transferOwnershipInput = z.strictObject({
  email: emailField("Give the e-mail address of the new owner, such as name@example.com."),
});

const linkToken = z
  .string("Open the link again.")
  .min(1, "Open the link again.")
  .max(100, "Open the link again.");

export const acceptInviteInput = z.strictObject({ token: linkToken });
export const joinOrganizationInput = z.strictObject({
  /** The token of the organization's invite link. */
  link: z.preprocess((v) => (v === "" ? undefined : v), linkToken.optional()),
});

/** One's own address, typed. */
export const leaveOrganizationInput = z.strictObject({
  confirmation: z.string("Type your e-mail address.").max(320, "This is not your e-mail address."),
});
