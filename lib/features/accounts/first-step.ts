import "server-only";
import { rememberBrowser } from "@/lib/access/known-browsers";
import type { RequestFacts } from "@/lib/access/principal";
import { hasFactor } from "@/lib/access/second-factor";
import { startSession } from "@/lib/access/sessions";
import { startStep } from "@/lib/access/sign-in-steps";
import type { Tx } from "@/lib/db/client";
import type { AuditFact } from "@/lib/gate/facts";

/** What the cookies are made of, after the commit. */
export interface NewSession {
  sid: string;
  /** Value of the known browser's cookie. */
  browser: string;
}

/** A second step is due: the token of the first, for its cookie. */
export interface SecondStepDue {
  step: string;
}

export type SignedIn = NewSession | SecondStepDue;

/** Whose sign-in it is, and where it comes from. */
interface Person {
  id: string;
  email: string;
}

/**
 * Ends the first step of a sign-in, however it was done: with a session, or where the account has a second factor with a
 * step that waits for it.
 * @param method `password` or `oidc`
 * @returns the value for the cookies, and LOGIN_SUCCESS unless the second step will record it
 */
export async function endFirstStep(
  tx: Tx,
  person: Person,
  method: string,
  { tokens, request }: { tokens: readonly string[]; request: RequestFacts },
): Promise<{ value: SignedIn; signedIn: AuditFact | null }> {
  if (await hasFactor(tx, person.id))
    return { value: { step: await startStep(tx, person.id, method, request) }, signedIn: null };
  const browser = await rememberBrowser(tx, person.id, tokens);
  const sid = await startSession(tx, person.id, request);
  return { value: { sid, browser }, signedIn: { ...byThePerson(person), details: { method } } };
}

/** A fact of which a person is both actor and object, who was nobody yet when the request came. */
export function byThePerson({ id, email }: Person): AuditFact {
  return { target: { id, type: "user" }, label: email, actor: { type: "user", id, email } };
}
