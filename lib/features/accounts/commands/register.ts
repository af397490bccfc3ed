import "server-only";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { browserTokens, rememberBrowser } from "@/lib/access/known-browsers";
import { oneAtATime } from "@/lib/access/one-at-a-time";
import { passwordProblem } from "@/lib/access/password-rules";
import { hashPassword } from "@/lib/access/passwords";
import { anonymousPrincipal, theOrganization } from "@/lib/access/principal";
import { startSession } from "@/lib/access/sessions";
import { addressKey, countFailure } from "@/lib/access/sign-in-delay";
import { registered, signedIn } from "@/lib/audit/catalogue/accounts";
import { schema, type Tx } from "@/lib/db/client";
import { anyone } from "@/lib/gate/allow";
import { command } from "@/lib/gate/command";
import { cleanText } from "@/lib/platform/clean-text";
import { refuse } from "@/lib/platform/errors";
import { around, invalid } from "../around";
import { HashedPassword } from "../checked-password";
import { creationFailedFact } from "../creation-failed";
import { insertMember, lockMembers, ownerExists, refuseWithoutSeat } from "../members";
import { registerInput } from "../schemas";
import { admitRegistration } from "./admit-registration";
import type { NewSession } from "./sign-in";

const makeAccount = command({
  name: "register",
  input: z.strictObject({
    name: z.string(),
    email: z.string(),
    tokens: z.array(z.string()),
    hashed: z.instanceof(HashedPassword),
  }),
  allow: anyone,
  event: registered,
  target: () => ({ id: "unknown" }),
  async onRefusal({ tx, input, request }, refusal) {
    if (refusal.code !== "internal")
      await countFailure(tx, { account: null, address: addressKey(request.ip) });
    return creationFailedFact(input.email, refusal);
  },
  async run({ tx, input, request }) {
    await lockMembers(tx);
    await refuseWhileClosed(tx);
    await refuseWithoutSeat(tx);
    const passwordHash = input.hashed.hash;
    // It was closed a moment ago, when hashing was not worth it, and has just been opened.
    if (passwordHash === null) throw refuse("busy", "Registration has just been opened. Please try again.");
    const { email } = input;
    const id = await insertMember(tx, { email, name: cleanText(input.name), passwordHash }, "member");
    const browser = await rememberBrowser(tx, id, input.tokens);
    const sid = await startSession(tx, id, request);
    const fact = { target: { id }, label: email, actor: { type: "user" as const, id, email } };
    return {
      value: { sid, browser } satisfies NewSession,
      targetId: id,
      audit: [fact, { ...fact, event: signedIn, details: { method: "password" } }],
    };
  },
});

async function refuseWhileClosed(tx: Tx): Promise<void> {
  const { organization } = schema;
  if (!(await ownerExists(tx))) {
    throw refuse("closed", "This instance has no owner yet. Open the set-up link that its start printed.");
  }
  const [org] = await tx
    .select({ approval: organization.memberApprovalRequired })
    .from(organization)
    .where(eq(organization.id, theOrganization));
  if (org?.approval !== false)
    throw refuse("closed", "Registration is closed. Ask the owner of this organization to let you in.");
}

/** A person makes an account for themselves and is signed in with it, where the organization lets people join freely. */
export const register = around(
  makeAccount,
  registerInput,
  async ({ name, email, password, browser }, { request }, proceed) => {
    const problem = passwordProblem(password, { email, name });
    if (problem) return invalid({ password: [problem] });
    const principal = anonymousPrincipal;
    const address = addressKey(request.ip);
    return oneAtATime(address === null ? [] : [`address ${address}`], async () => {
      const admitted = await admitRegistration.execute({ principal, request, input: {} });
      if (!admitted.ok) return admitted;
      // A closed door costs no hash.
      const hash = admitted.value?.open ? await hashPassword(password) : null;
      return proceed({
        principal,
        request,
        input: { name, email, tokens: browserTokens(browser), hashed: new HashedPassword(hash) },
      });
    });
  },
);
