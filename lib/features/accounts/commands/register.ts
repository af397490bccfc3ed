import "server-only";
import { z } from "zod";
import { HashedPassword } from "@/lib/access/hashed-password";
import { browserTokens, rememberBrowser } from "@/lib/access/known-browsers";
import {
  addMembership,
  insertAccount,
  lockMembers,
  ownerExists,
  refuseWithoutSeat,
} from "@/lib/access/members";
import { oneAtATime } from "@/lib/access/one-at-a-time";
import { passwordProblem } from "@/lib/access/password-rules";
import { hashPassword } from "@/lib/access/passwords";
import { anonymousPrincipal } from "@/lib/access/principal";
import { startSession } from "@/lib/access/sessions";
import { addressKey, countFailure } from "@/lib/access/sign-in-delay";
import { registered, signedIn } from "@/lib/audit/catalogue/accounts";
import type { Tx } from "@/lib/db/client";
import { anyone } from "@/lib/gate/allow";
import { around, invalid } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import type { AuditFact } from "@/lib/gate/facts";
import {
  acceptInvite,
  isInviteLink,
  joinedFact,
  joiningNow,
  requestedFact,
  requestToJoin,
  StepRefused,
} from "@/lib/gate/joining";
import { cleanText } from "@/lib/platform/clean-text";
import { refuse } from "@/lib/platform/errors";
import { creationFailedFact } from "../creation-failed";
import { registerInput } from "../schemas";
import { admitRegistration, registrationsKey } from "./admit-registration";
import type { NewSession } from "./sign-in";

const makeAccount = command({
  name: "register",
  input: z.strictObject({
    name: z.string(),
    email: z.string(),
    tokens: z.array(z.string()),
    hashed: z.instanceof(HashedPassword),
    invite: z.string().optional(),
    link: z.string().optional(),
  }),
  allow: anyone,
  event: registered,
  target: () => ({ id: "unknown" }),
  async onRefusal({ tx, input, request }, refusal) {
    if (refusal.code !== "internal")
      await countFailure(tx, { account: null, address: addressKey(request.ip) });
    const fact = creationFailedFact(input.email, refusal);
    return refusal instanceof StepRefused ? { ...fact, event: refusal.event, target: refusal.target } : fact;
  },
  async run({ tx, input, request }) {
    await lockMembers(tx);
    if (!(await ownerExists(tx)))
      throw refuse("closed", "This instance has no owner yet. Open the set-up link that its start printed.");
    const { email } = input;
    const { id, joined } = await enter(tx, input, async () => {
      const passwordHash = input.hashed.hash;
      // A moment ago the door was closed, and hashing not worth it.
      if (passwordHash === null) throw refuse("busy", "Registration has just been opened. Please try again.");
      return insertAccount(tx, {
        email,
        name: cleanText(input.name),
        passwordHash,
        isEmailProven: false,
      });
    });
    // Each stands for several events and perhaps a mail: what one address may make is bounded. An invite is the owner's own.
    if (input.invite === undefined)
      await countFailure(tx, { account: null, address: registrationsKey(request.ip) });
    const browser = await rememberBrowser(tx, id, input.tokens);
    const sid = await startSession(tx, id, request);
    const fact = { target: { id }, label: email, actor: { type: "user" as const, id, email } };
    return {
      value: { sid, browser } satisfies NewSession,
      targetId: id,
      audit: [
        fact,
        { ...fact, event: signedIn, details: { method: "password" } },
        ...joined.map((one) => ({ ...one, actor: fact.actor })),
      ],
    };
  },
});

/**
 * Makes the account, and a member of it where the way in allows that: an invite, the organization's invite link, or no
 * approval needed. Otherwise the person asks to join, and waits.
 * @returns the account's id, and what is recorded besides the registration
 */
async function enter(
  tx: Tx,
  way: { email: string; invite?: string | undefined; link?: string | undefined },
  account: () => Promise<string>,
): Promise<{ id: string; joined: AuditFact[] }> {
  if (way.invite !== undefined) {
    let id = "";
    const accepted = await acceptInvite(tx, way.invite, way.email, async () => {
      id = await account();
      return id;
    });
    return { id, joined: [accepted] };
  }
  const joining = await joiningNow(tx);
  if (way.link !== undefined && !isInviteLink(joining, way.link))
    throw refuse(
      "closed",
      "This invite link no longer works. Ask the owner of this organization for another.",
    );
  if (way.link !== undefined || !joining.approvalRequired) {
    await refuseWithoutSeat(tx);
    const id = await account();
    await addMembership(tx, id, "member");
    return { id, joined: [joinedFact({ id, email: way.email }, way.link === undefined ? "open" : "link")] };
  }
  const id = await account();
  await requestToJoin(tx, id);
  return { id, joined: [requestedFact(way.email)] };
}

/** A person makes an account for themselves and is signed in with it: as a member, or as one who waits for approval. */
export const register = around(
  makeAccount,
  registerInput,
  async ({ password, browser, ...person }, { request }, proceed) => {
    const problem = passwordProblem(password, person);
    if (problem) return invalid({ password: [problem] });
    const principal = anonymousPrincipal;
    const address = addressKey(request.ip);
    return oneAtATime(address === null ? [] : [`address ${address}`], async () => {
      const admitted = await admitRegistration.execute({
        principal,
        request,
        input: { invite: person.invite, link: person.link },
      });
      if (!admitted.ok) return admitted;
      // A closed door costs no hash.
      const hash = admitted.value?.isOpen ? await hashPassword(password) : null;
      return proceed({
        principal,
        request,
        input: { ...person, tokens: browserTokens(browser), hashed: new HashedPassword(hash) },
      });
    });
  },
);
