import "server-only";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { emailKey } from "@/lib/access/email-key";
import { insertMember, lockMembers, refuseWithoutSeat } from "@/lib/access/members";
import { mayInOrganization } from "@/lib/access/permissions";
import { userCreated } from "@/lib/audit/catalogue/accounts";
import { schema, type Tx } from "@/lib/db/client";
import { inOrganization } from "@/lib/gate/allow";
import { around } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import { cancelInvitesOf } from "@/lib/gate/leaving";
import { cleanText } from "@/lib/platform/clean-text";
import { refuse } from "@/lib/platform/errors";
import { mintId } from "@/lib/platform/ids";
import { GivenPassword } from "../given-password";
import { createUserInput } from "../schemas";

const makeUser = command({
  name: "create-user",
  input: z.strictObject({
    email: z.string(),
    name: z.string(),
    given: z.instanceof(GivenPassword).nullable(),
  }),
  allow: inOrganization("users:manage"),
  event: userCreated,
  target: () => ({ id: "unknown" }),
  async onRefusal({ input }, refusal) {
    // The id of the account that did not come to be is in no table.
    return { target: { id: mintId() }, label: input.email, metadata: { message: refusal.message } };
  },
  async run({ tx, input, principal }) {
    const { email, given } = input;
    if (given === null)
      throw refuse("conflict", "Your rights have just changed. Reload the page and try again.");
    await lockMembers(tx);
    await refuseTaken(tx, email);
    await refuseWithoutSeat(tx);
    const person = {
      email,
      name: cleanText(input.name),
      passwordHash: given.hash,
      mustChangePassword: true,
      isEmailProven: true,
    };
    const id = await insertMember(tx, person, "member");
    return {
      value: { id, email, password: given.password },
      targetId: id,
      audit: [{ target: { id }, label: email }, ...(await cancelInvitesOf(tx, principal.orgId, email))],
    };
  },
});

async function refuseTaken(tx: Tx, email: string): Promise<void> {
  const found = await tx.$count(schema.account, eq(schema.account.emailKey, emailKey(email)));
  if (found === 0) return;
  const message =
    "An account with this e-mail address exists already. If they are no member, invite them instead.";
  throw refuse("exists", message, { fieldErrors: { email: [message] } });
}

/**
 * The owner makes an account for somebody, who is a member at once. The password is in the answer and nowhere else; it
 * must be changed at the first sign-in.
 */
export const createUser = around(makeUser, createUserInput, async ({ email, name }, call, proceed) => {
  // Whoever may not do it costs no hash.
  const given = mayInOrganization(call.principal, "users:manage") ? await GivenPassword.make() : null;
  return proceed({ input: { email, name, given } });
});
