import "server-only";
import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import { HashedPassword } from "@/lib/access/hashed-password";
import { browserTokens, rememberBrowser } from "@/lib/access/known-browsers";
import { insertMember, lockMembers, ownerExists } from "@/lib/access/members";
import { oneAtATime } from "@/lib/access/one-at-a-time";
import { passwordProblem } from "@/lib/access/password-rules";
import { hashPassword } from "@/lib/access/passwords";
import { anonymousPrincipal, theOrganization } from "@/lib/access/principal";
import { startSession } from "@/lib/access/sessions";
import { addressKey, countFailure } from "@/lib/access/sign-in-delay";
import { ownerCreated, registered, signedIn } from "@/lib/audit/catalogue/accounts";
import { schema, type Tx } from "@/lib/db/client";
import { anyone } from "@/lib/gate/allow";
import { around, invalid } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import { cleanText } from "@/lib/platform/clean-text";
import { sameSecret } from "@/lib/platform/crypto";
import { refuse } from "@/lib/platform/errors";
import { runtime } from "@/lib/platform/runtime";
import { creationFailedFact } from "../creation-failed";
import { onboardingInput } from "../schemas";
import { admitRegistration } from "./admit-registration";
import type { NewSession } from "./sign-in";

const makeOwner = command({
  name: "complete-onboarding",
  input: z.strictObject({
    ...onboardingInput.pick({
      organization: true,
      name: true,
      email: true,
      joinWithoutApproval: true,
      retentionDays: true,
    }).shape,
    tokens: z.array(z.string()),
    tokenRight: z.boolean(),
    hashed: z.instanceof(HashedPassword),
  }),
  allow: anyone,
  event: registered,
  target: () => ({ id: "unknown" }),
  async onRefusal({ tx, input, request }, refusal) {
    if (!input.tokenRight) await countFailure(tx, { account: null, address: addressKey(request.ip) });
    return creationFailedFact(input.email, refusal);
  },
  async run({ tx, input, request }) {
    if (!input.tokenRight) {
      const message =
        "The set-up token is wrong. Open the set-up link that the start printed, or copy the token from it.";
      throw refuse("forbidden", message, { fieldErrors: { setupToken: ["This is not the set-up token."] } });
    }
    await lockMembers(tx);
    const passwordHash = input.hashed.hash;
    if (passwordHash === null || (await ownerExists(tx))) {
      throw refuse("closed", "This instance has its owner already. Sign in, or ask the owner to let you in.");
    }
    const organization = cleanText(input.organization);
    const memberApprovalRequired = !input.joinWithoutApproval;
    await tx
      .update(schema.organization)
      .set({ name: organization, memberApprovalRequired })
      .where(eq(schema.organization.id, theOrganization));
    const retentionDays = await chooseRetention(tx, input.retentionDays);
    const { email } = input;
    const person = { email, name: cleanText(input.name), passwordHash, isEmailProven: true };
    const id = await insertMember(tx, person, "owner");
    const browser = await rememberBrowser(tx, id, input.tokens);
    const sid = await startSession(tx, id, request);
    const fact = { target: { id }, label: email, actor: { type: "user" as const, id, email } };
    return {
      value: { sid, browser } satisfies NewSession,
      targetId: id,
      audit: [
        fact,
        { ...fact, event: signedIn, details: { method: "password" } },
        {
          ...fact,
          event: ownerCreated,
          target: { id: String(theOrganization) },
          label: organization,
          details: { organization, memberApprovalRequired, retentionDays },
        },
      ],
    };
  },
});

/** Keeps the answer. The environment's value, where it is set, stays in force. @returns the days in force */
async function chooseRetention(tx: Tx, days: number): Promise<number> {
  const fixed = runtime().env.GURULOG_AUDIT_RETENTION_DAYS;
  if (fixed !== undefined) return fixed;
  await tx.execute(sql`select audit_choose_retention(${days}::int)`);
  return days;
}

/**
 * The first visitor who holds the set-up token makes the owner's account and names the organization. One winner: all
 * others are refused.
 */
export const completeOnboarding = around(makeOwner, onboardingInput, async (input, { request }, proceed) => {
  const { setupToken, password, browser, ...chosen } = input;
  const problem = passwordProblem(password, chosen);
  if (problem) return invalid({ password: [problem] });
  const principal = anonymousPrincipal;
  const tokenRight = sameSecret(setupToken, runtime().keys.setupToken);
  const tokens = browserTokens(browser);
  const act = (hash: string | null) =>
    proceed({
      principal,
      request,
      input: { ...chosen, tokens, tokenRight, hashed: new HashedPassword(hash) },
    });
  if (tokenRight) return act(await hashPassword(password));
  const address = addressKey(request.ip);
  return oneAtATime(address === null ? [] : [`address ${address}`], async () => {
    const admitted = await admitRegistration.execute({ principal, request, input: {} });
    return admitted.ok ? act(null) : admitted;
  });
});
