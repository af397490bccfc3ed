import "server-only";
import { oneAtATime } from "@/lib/access/one-at-a-time";
import { holdAccount } from "@/lib/access/people";
import type { Principal, UserPrincipal } from "@/lib/access/principal";
import { factorKey, takeCode } from "@/lib/access/second-factor";
import { countFailure, forgetFailures, refuseWhileDelayed, Throttled } from "@/lib/access/sign-in-delay";
import type { Tx } from "@/lib/db/client";
import type { RunContext } from "@/lib/gate/command-spec";
import type { AuditFact } from "@/lib/gate/facts";
import { countThrottled, wrongProof } from "@/lib/gate/own-password";
import { type Refusal, refuse } from "@/lib/platform/errors";

/** @throws Refusal for whoever is no signed-in person: keys have no second factor */
export function personOf(principal: Principal): UserPrincipal {
  if (principal.kind !== "user") throw refuse("unauthenticated", "Sign in in a browser to do this.");
  return principal;
}

export const wrongCode = (): Refusal => {
  const message = "This code is wrong or was used before. Give the one that your app shows now.";
  return refuse("invalid", message, { fieldErrors: { code: [message] } });
};

/**
 * Takes a code of the person's own factor, for a change that a found browser must not be enough for. Wrong ones wait as
 * at the sign-in.
 * @throws Refusal for a wrong one
 */
export async function takeOwnCode(tx: Tx, accountId: string, code: string): Promise<void> {
  await refuseWhileDelayed(tx, { account: factorKey(accountId), address: null });
  await holdAccount(tx, accountId);
  if ((await takeCode(tx, accountId, code)) === null) throw wrongCode();
  await forgetFailures(tx, factorKey(accountId));
}

/**
 * What a wrong code comes to although the act was refused: it delays the next, and is a LOGIN_FAILED by the person whose
 * session it came from. One that the delay refused is counted.
 */
export async function afterWrongCode(
  { tx, principal, request }: Pick<RunContext<unknown, unknown>, "tx" | "principal" | "request">,
  refusal: Refusal,
): Promise<AuditFact | null> {
  if (principal.kind !== "user") return null;
  if (refusal instanceof Throttled) await countThrottled(tx, "factor", { principal, request });
  if (refusal.code !== "invalid") return null;
  await countFailure(tx, { account: factorKey(principal.accountId), address: null });
  return wrongProof(principal, "factor", "factor");
}

/** Codes of one account are tried one after the other, so that the delay that one causes holds for the next. */
export function inTurn<T>(principal: Principal, work: () => Promise<T>): Promise<T> {
  return oneAtATime(principal.kind === "user" ? [factorKey(principal.accountId)] : [], work);
}
