import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { HashedPassword } from "@/lib/access/hashed-password";
import { insertMember, lockMembers, ownerExists } from "@/lib/access/members";
import { passwordProblem } from "@/lib/access/password-rules";
import { hashPassword } from "@/lib/access/passwords";
import { noRequest, systemPrincipal, theOrganization } from "@/lib/access/principal";
import { ownerCreated, userCreated } from "@/lib/audit/catalogue/accounts";
import { readDb, schema } from "@/lib/db/client";
import { systemOnly } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { EnvError } from "@/lib/platform/env";
import { runtime } from "@/lib/platform/runtime";
import { creationFailedFact } from "../creation-failed";
import { nameOfEmail } from "../rules";
import { defaultRetentionDays, mostNameLength, ownerFromEnvironmentInput } from "../schemas";

const makeOwner = command({
  name: "create-owner-from-environment",
  input: z.strictObject({ email: z.string(), hashed: z.instanceof(HashedPassword) }),
  allow: systemOnly,
  event: userCreated,
  target: () => ({ id: "unknown" }),
  async onRefusal({ input }, refusal) {
    return creationFailedFact(input.email, refusal);
  },
  async run({ tx, input }) {
    await lockMembers(tx);
    const { email } = input;
    const passwordHash = input.hashed.hash;
    // Another instance, starting at the same time, was first.
    if (passwordHash === null || (await ownerExists(tx))) return { value: false, audit: null };
    const { organization } = schema;
    await tx
      .update(organization)
      .set({ name: "Organization" })
      .where(and(eq(organization.id, theOrganization), eq(organization.name, "")));
    const [org] = await tx
      .select({ name: organization.name, memberApprovalRequired: organization.memberApprovalRequired })
      .from(organization)
      .where(eq(organization.id, theOrganization));
    if (!org) throw new Error("the organization is missing");
    const [kept] = await tx.execute<{ days: number | null }>(
      sql`select retention_days as days from audit_config`,
    );
    const id = await insertMember(
      tx,
      { email, name: nameOfEmail(email).slice(0, mostNameLength), passwordHash, isEmailProven: true },
      "owner",
    );
    return {
      value: true,
      targetId: id,
      audit: [
        { target: { id }, label: email },
        {
          event: ownerCreated,
          // The new account acts, from no address: nobody was at a browser.
          actor: { type: "user", id, email },
          target: { id: String(theOrganization) },
          label: org.name,
          details: {
            organization: org.name,
            memberApprovalRequired: org.memberApprovalRequired,
            retentionDays: kept?.days ?? defaultRetentionDays,
          },
        },
      ],
    };
  },
});

/**
 * Makes the owner's account from GURULOG_OWNER_EMAIL and GURULOG_OWNER_PASSWORD, for unattended set-ups. Called at each
 * start; ignored once an owner exists.
 * @returns true when the account was made now
 * @throws EnvError one line, when only one of the two is set or one cannot be used
 */
export async function createOwnerFromEnvironment(): Promise<boolean> {
  const { GURULOG_OWNER_EMAIL: email, GURULOG_OWNER_PASSWORD: password } = runtime().env;
  if ((email === undefined && password === undefined) || (await ownerExists(readDb()))) return false;
  if (email === undefined)
    throw new EnvError("GURULOG_OWNER_EMAIL is missing. Set it beside GURULOG_OWNER_PASSWORD, or neither.");
  if (password === undefined)
    throw new EnvError("GURULOG_OWNER_PASSWORD is missing. Set it beside GURULOG_OWNER_EMAIL, or neither.");
  const parsed = ownerFromEnvironmentInput.shape.email.safeParse(email);
  if (!parsed.success)
    throw new EnvError(
      "GURULOG_OWNER_EMAIL must be an e-mail address such as name@example.com. Set it right or leave both unset.",
    );
  const problem = passwordProblem(password, { email: parsed.data, name: "" });
  if (problem) throw new EnvError(`GURULOG_OWNER_PASSWORD cannot be used: ${problem}`);
  const hashed = new HashedPassword(await hashPassword(password));
  const made = await makeOwner.execute({
    principal: systemPrincipal,
    request: noRequest,
    input: { email: parsed.data, hashed },
  });
  if (!made.ok) throw new Error(`the owner's account could not be made: ${made.message}`);
  return made.value === true;
}
