import { randomUUID } from "node:crypto";
import { hashPassword } from "@/lib/access/passwords";
import type { OrgRole, RequestFacts, UserPrincipal } from "@/lib/access/principal";
import { principalOfCookie, sessionCookieValue } from "@/lib/access/sessions";
import { signIn } from "@/lib/features/accounts/commands/sign-in";
import { closeCounters } from "@/lib/gate/counted";
import { inTransaction } from "@/lib/gate/transaction";
import { type TestProduct, testRequest } from "@/tests/support/product";

export const rightPassword = "four quiet herons fishing";
export const otherPassword = "seven loud magpies nesting";

let lastHost = 0;

/** A request from an address that no other test uses, so that no delay is shared. */
export function fromElsewhere(): RequestFacts {
  lastHost += 1;
  return { ...testRequest, ip: `198.51.${100 + Math.floor(lastHost / 250)}.${(lastHost % 250) + 1}` };
}

/** An account with a password, by fixture. */
export async function personWithPassword(
  product: TestProduct,
  role: OrgRole | null = "member",
): Promise<UserPrincipal> {
  const person = await product.person(`p-${randomUUID()}@halden.example`, role);
  await product.admin`update account set password_hash = ${await hashPassword(rightPassword)} where id = ${person.accountId}`;
  return person;
}

interface SignedIn {
  cookie: string;
  browser: string;
  principal: UserPrincipal;
}

/** Signs in through the real command. */
export async function signedInAs(
  email: string,
  password = rightPassword,
  request = fromElsewhere(),
  browser?: string,
): Promise<SignedIn> {
  const input = { email, password, ...(browser === undefined ? {} : { browser }) };
  const result = await signIn.execute({ principal: { kind: "anonymous", orgId: 1 }, request, input });
  if (!result.ok || result.value === null) throw new Error(`not signed in: ${JSON.stringify(result)}`);
  if ("step" in result.value) throw new Error("a second step is due");
  const cookie = await sessionCookieValue(result.value.sid);
  const principal = await principalOfCookie(cookie);
  if (!principal) throw new Error("the session does not stand");
  return { cookie, browser: result.value.browser, principal };
}

/** Ends the minute of everything counted, and writes what it comes to. */
export async function closeMinute(product: TestProduct): Promise<void> {
  await product.admin`update audit_counter set minute = minute - interval '5 minutes'`;
  await inTransaction(closeCounters);
}

/**
 * Each minute is counted apart: what a test counts from here on falls into one, unless it takes longer than it says.
 * Waits for the next minute where this one is about to end, so the test's own timeout has to allow for that much more.
 */
export async function earlyInTheMinute(neededMs = 8_000): Promise<void> {
  while (Date.now() % 60_000 > 60_000 - neededMs) await new Promise((resolve) => setTimeout(resolve, 100));
}
