import "server-only";
import { z } from "zod";
import { browserTokens, rememberBrowser } from "@/lib/access/known-browsers";
import { oneAtATime } from "@/lib/access/one-at-a-time";
import { holdAccount } from "@/lib/access/people";
import { anonymousPrincipal } from "@/lib/access/principal";
import { factorKey, recoveryCodesLeft, takeCode } from "@/lib/access/second-factor";
import { startSession } from "@/lib/access/sessions";
import {
  addressKey,
  countFailure,
  forgetFailures,
  refuseWhileDelayed,
  Throttled,
} from "@/lib/access/sign-in-delay";
import {
  countStepFailure,
  endStep,
  knownStep,
  type SignInStep,
  standingStep,
} from "@/lib/access/sign-in-steps";
import { recoveryCodeUsed, signedIn, signInFailed } from "@/lib/audit/catalogue/accounts";
import { readDb } from "@/lib/db/client";
import { anyone } from "@/lib/gate/allow";
import { around, invalid } from "@/lib/gate/around";
import { command } from "@/lib/gate/command";
import { recordCounted } from "@/lib/gate/counted";
import { type AuditFact, eventOf } from "@/lib/gate/facts";
import { refuse } from "@/lib/platform/errors";
import { byThePerson, type NewSession } from "../first-step";
import { completeSignInInput } from "../schemas";

const over = () => refuse("expired", "This sign-in took too long or was tried too often. Sign in again.");
const wrongMessage = "This code is wrong or was used before. Give the one that your app shows now.";

/** The first step as it stood when the code came; a class, so that nothing from outside can pass for one. */
class FirstStep {
  constructor(
    readonly token: string,
    readonly step: SignInStep,
  ) {}

  toJSON(): string {
    return "first step";
  }
}

const takeSecondStep = command({
  name: "complete-sign-in",
  input: z.strictObject({ first: z.instanceof(FirstStep), code: z.string(), tokens: z.array(z.string()) }),
  allow: anyone,
  event: signedIn,
  target: ({ input }) => ({ id: input.first.step.accountId }),
  async onRefusal({ tx, input, principal, request }, refusal) {
    const { accountId, email, method } = input.first.step;
    const isWrong = refusal.code === "invalid";
    const details = { method, ...(isWrong ? { reason: "factor" } : {}) };
    const fact: AuditFact = { label: email, accountId, details };
    if (refusal instanceof Throttled) {
      const event = { ...fact, target: { id: accountId }, details: { method, reason: "throttled" } };
      const counted = eventOf(signInFailed, event, principal, request);
      await recordCounted(
        tx,
        "throttled",
        addressKey(request.ip) ?? "-",
        `second step ${accountId}`,
        counted,
      );
      return null;
    }
    if (refusal.code === "expired") return null;
    if (isWrong) {
      await countFailure(tx, { account: factorKey(accountId), address: addressKey(request.ip) });
      await countStepFailure(tx, input.first.token);
    }
    return fact;
  },
  async run({ tx, input, request }) {
    const { token, step } = input.first;
    const { accountId: id, email, method } = step;
    await holdAccount(tx, id);
    // Those before may have ended it, or its ten minutes are over.
    if (!(await standingStep(tx, token))) throw over();
    await refuseWhileDelayed(tx, { account: factorKey(id), address: addressKey(request.ip) });
    const factor = await takeCode(tx, id, input.code);
    if (factor === null) throw refuse("invalid", wrongMessage, { fieldErrors: { code: [wrongMessage] } });
    // Of two right codes at once one ends the step; the other comes too late, and its code is given back.
    if (!(await endStep(tx, token))) throw over();
    await forgetFailures(tx, factorKey(id));
    const browser = await rememberBrowser(tx, id, input.tokens);
    const sid = await startSession(tx, id, request);
    const person = byThePerson({ id, email });
    const lead: AuditFact = { ...person, details: { method, factor } };
    const used: AuditFact = {
      ...person,
      event: recoveryCodeUsed,
      details: { left: await recoveryCodesLeft(tx, id) },
    };
    return {
      value: { sid, browser } satisfies NewSession,
      targetId: id,
      audit: factor === "recovery_code" ? [lead, used] : lead,
    };
  },
});

/**
 * The second step of a sign-in: the code of the authenticator app, or a recovery code. Codes of one account are tried one
 * after the other, so that the delay that one causes holds for the next.
 */
export const completeSignIn = around(
  takeSecondStep,
  completeSignInInput,
  async ({ code, step: token, browser }, { request }, proceed) => {
    const step = await knownStep(readDb(), token);
    if (!step || token === undefined) throw over();
    const address = addressKey(request.ip);
    const queues = [factorKey(step.accountId), ...(address === null ? [] : [`address ${address}`])];
    return oneAtATime(queues, async () => {
      if (code.length > 100) return invalid({ code: [wrongMessage] });
      const input = { first: new FirstStep(token, step), code, tokens: browserTokens(browser) };
      return proceed({ principal: anonymousPrincipal, request, input });
    });
  },
);
