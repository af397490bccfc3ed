import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { anonymousPrincipal, type UserPrincipal } from "@/lib/access/principal";
import { principalOfCookie, sessionCookieValue } from "@/lib/access/sessions";
import { mostStepFailures } from "@/lib/access/sign-in-steps";
import { changePassword } from "@/lib/features/accounts/commands/change-password";
import { completeSignIn } from "@/lib/features/accounts/commands/complete-sign-in";
import { signIn } from "@/lib/features/accounts/commands/sign-in";
import { resetUserPassword } from "@/lib/features/users/commands/reset-user-password";
import { closeAbandonedSteps } from "@/lib/gate/abandoned-steps";
import { breakTheLog, countOf, createTestProduct, type TestProduct } from "@/tests/support/product";
import {
  closeMinute,
  fromElsewhere,
  otherPassword,
  personWithPassword,
  rightPassword,
  signedInAs,
} from "../accounts/accounts-for-tests";
import { type Authenticator, Clock, enrol } from "./factor-for-tests";

const principal = anonymousPrincipal;
let product: TestProduct;
let clock: Clock;
let person: UserPrincipal;
let app: Authenticator;

beforeAll(async () => {
  product = await createTestProduct();
  clock = new Clock(product);
});
afterAll(() => product.close());
beforeEach(async () => {
  await product.admin`delete from sign_in_delay`;
  person = await personWithPassword(product);
  app = await enrol(person);
  // The code of the set-up is used.
  clock.forward(60);
});

async function firstStep(request = fromElsewhere(), email = person.email): Promise<string> {
  const result = await signIn.execute({ principal, request, input: { email, password: rightPassword } });
  if (!result.ok || result.value === null || !("step" in result.value))
    throw new Error(`no second step: ${JSON.stringify(result)}`);
  return result.value.step;
}
const second = (step: string | undefined, code: string, request = fromElsewhere()) =>
  completeSignIn.execute({ principal, request, input: { step, code } });
const events = async (action: string) =>
  (await product.events(action)).filter((event) => event.target_id === person.accountId);
/** Six digits that are the code of no moment near this one. */
const wrongCode = () => {
  const near = new Set<string>();
  for (const seconds of [-30, 30, 30]) {
    clock.forward(seconds);
    near.add(app.code());
  }
  clock.forward(-30);
  return ["000001", "000002", "000003", "000004"].find((code) => !near.has(code)) ?? "";
};

describe("a sign-in with two factors", () => {
  it("gives no session and no event for the password, and LOGIN_SUCCESS with both after the code", async () => {
    const sessions = await countOf("session");
    const request = fromElsewhere();
    const step = await firstStep(request);
    expect([await countOf("session"), (await events("user.signed_in")).length]).toEqual([sessions, 0]);
    const result = await second(step, app.code(), request);
    if (!result.ok || result.value === null) throw new Error("refused");
    const user = await principalOfCookie(await sessionCookieValue(result.value.sid));
    expect(user).toMatchObject({ accountId: person.accountId, mustEnrolFactor: false });
    const [event, ...more] = await events("user.signed_in");
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      operation: "LOGIN_SUCCESS",
      outcome: "success",
      actor_id: person.accountId,
      ip: request.ip,
      details: { method: "password", factor: "totp" },
      cause: null,
    });
  });

  it("takes each code once, also when it comes twice at the same moment", async () => {
    const steps = await Promise.all(Array.from({ length: 4 }, () => firstStep()));
    const code = app.code();
    const results = await Promise.all(steps.map((step) => second(step, code)));
    expect(results.filter((result) => result.ok).length).toBe(1);
    expect((await events("user.signed_in")).length).toBe(1);
    clock.forward(30);
    expect((await second(await firstStep(), code)).ok).toBe(false);
    expect((await second(await firstStep(), app.code())).ok).toBe(true);
  });

  it("takes the code of half a minute ago and of the next, and none beyond", async () => {
    const now = app.code();
    clock.forward(30);
    expect((await second(await firstStep(), now)).ok).toBe(true);
    clock.forward(120);
    const old = app.code();
    clock.forward(90);
    expect((await second(await firstStep(), old)).ok).toBe(false);
  });

  it("records a wrong code as LOGIN_FAILED with reason factor, by nobody, about the account", async () => {
    const request = fromElsewhere();
    const result = await second(await firstStep(request), wrongCode(), request);
    expect(result).toMatchObject({ ok: false, code: "invalid", fieldErrors: { code: [expect.any(String)] } });
    expect(await events("user.sign_in_failed")).toMatchObject([
      {
        actor_type: "anonymous",
        actor_id: "anonymous",
        account_id: person.accountId,
        target_label: person.email,
        ip: request.ip,
        details: { reason: "factor", method: "password" },
      },
    ]);
  });

  it("ends with the fifth wrong code; then the password is asked for anew", async () => {
    const step = await firstStep();
    for (let i = 0; i < mostStepFailures; i += 1) expect((await second(step, wrongCode())).ok).toBe(false);
    expect(await second(step, app.code())).toMatchObject({ ok: false, code: "expired" });
    expect((await events("user.sign_in_failed")).length).toBe(mostStepFailures);
  });

  it("delays wrong codes over any number of steps and addresses, and counts what it refuses", async () => {
    const tries = 24;
    let refused = 0;
    for (let i = 0; i < tries; i += 1) {
      const result = await second(await firstStep(), wrongCode());
      if (!result.ok && result.code === "throttled") refused += 1;
    }
    await closeMinute(product);
    const failures = await events("user.sign_in_failed");
    const counted = failures.filter((event) => event.details.reason === "throttled");
    expect(refused).toBeGreaterThan(tries / 2);
    expect(counted.reduce((sum, event) => sum + Number(event.details.count), 0)).toBe(refused);
    expect(failures.length - counted.length).toBe(tries - refused);
  });

  it("lets hardly one of many codes sent at once past the delay that one of them causes", async () => {
    const steps = await Promise.all(Array.from({ length: 24 }, () => firstStep()));
    const results = await Promise.all(steps.map((step) => second(step, wrongCode())));
    const tried = results.filter((result) => !result.ok && result.code === "invalid").length;
    // Five are free, the sixth begins the delay, which lets one more through when it ends while this runs.
    expect(tried).toBeGreaterThanOrEqual(6);
    expect(tried).toBeLessThan(12);
  });

  it("takes a recovery code once, however it is typed, and says how many are left", async () => {
    const [code = "", other = ""] = app.recoveryCodes;
    const results = await Promise.all(
      [code, code.toLowerCase(), code.replaceAll("-", " "), code].map(async (typed) =>
        second(await firstStep(), typed),
      ),
    );
    expect(results.filter((result) => result.ok).length).toBe(1);
    const [used] = await events("user.recovery_code_used");
    const [signedIn] = await events("user.signed_in");
    expect(used).toMatchObject({
      operation: "RECOVERY_CODE_USED",
      actor_id: person.accountId,
      details: { left: 9 },
      cause: signedIn?.id,
    });
    expect(signedIn?.details).toMatchObject({ factor: "recovery_code" });
    expect((await second(await firstStep(), other)).ok).toBe(true);
  });

  it("takes no other account's codes", async () => {
    const stranger = await personWithPassword(product);
    const theirs = await enrol(stranger);
    clock.forward(60);
    expect((await second(await firstStep(), theirs.code())).ok).toBe(false);
    expect((await second(await firstStep(), theirs.recoveryCodes[0] ?? "")).ok).toBe(false);
  });

  it.each([undefined, "", "x", "A".repeat(43), "\0".repeat(43), "x".repeat(10_000)])(
    "goes on from no step that never was: %#",
    async (step) => {
      expect(await second(step, app.code())).toMatchObject({ ok: false, code: "expired" });
    },
  );

  it.each([
    "\0",
    "١٢٣٤٥٦",
    "12345",
    "1234567",
    "0x1234",
    "1e5",
    "'; drop table account; --",
    "x".repeat(10_000_000),
  ])("takes no hostile code: %#", async (code) => {
    const step = await firstStep();
    expect(await second(step, code)).toMatchObject({ ok: false, code: "invalid" });
    expect((await second(step, app.code())).ok).toBe(true);
  });

  it("is over after ten minutes, and when the password changes", async () => {
    const step = await firstStep();
    await product.admin`update sign_in_step set expires_at = expires_at - interval '10 minutes'`;
    expect(await second(step, app.code())).toMatchObject({ ok: false, code: "expired" });
    const { sid } = await fullSignIn();
    const user = await principalOfCookie(await sessionCookieValue(sid));
    const begun = await firstStep();
    const changed = await changePassword.execute({
      principal: user ?? anonymousPrincipal,
      request: fromElsewhere(),
      input: { currentPassword: rightPassword, newPassword: otherPassword },
    });
    expect(changed.ok).toBe(true);
    clock.forward(60);
    expect(await second(begun, app.code())).toMatchObject({ ok: false, code: "expired" });
  });

  it("that nobody completes is LOGIN_FAILED, once, from where the password came; one with wrong codes is recorded already", async () => {
    const request = fromElsewhere();
    await firstStep(request);
    await second(await firstStep(), wrongCode());
    await closeAbandonedSteps();
    expect((await events("user.sign_in_failed")).length).toBe(1);
    await product.admin`update sign_in_step set expires_at = now() - interval '1 second'`;
    await Promise.all([closeAbandonedSteps(), closeAbandonedSteps()]);
    const failed = await events("user.sign_in_failed");
    expect(failed.length).toBe(2);
    expect(failed.at(-1)).toMatchObject({
      actor_type: "anonymous",
      ip: request.ip,
      details: { reason: "factor", method: "password" },
    });
    expect(await countOf("sign_in_step")).toBe(0);
  });

  it("that a new password from the owner ends is LOGIN_FAILED all the same: somebody had the former one", async () => {
    const owner = await product.person(`owner-${person.email}`, "owner");
    const step = await firstStep();
    const input = { accountId: person.accountId };
    const reset = await resetUserPassword.execute({ principal: owner, request: fromElsewhere(), input });
    expect(reset.ok).toBe(true);
    clock.forward(60);
    expect(await second(step, app.code())).toMatchObject({ ok: false, code: "expired" });
    await closeAbandonedSteps();
    expect((await events("user.sign_in_failed")).map((event) => event.details.reason)).toEqual(["factor"]);
  });

  it("does not happen when the log takes no event, and the code may be given again", async () => {
    const step = await firstStep();
    const mend = await breakTheLog(product);
    const result = await second(step, app.code());
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect((await second(step, app.code())).ok).toBe(true);
  });

  it("makes a browser known with the second step, not with the password alone", async () => {
    const known = await countOf("known_browser");
    const step = await firstStep();
    expect(await countOf("known_browser")).toBe(known);
    await second(step, app.code());
    expect(await countOf("known_browser")).toBe(known + 1);
  });
});

async function fullSignIn(): Promise<{ sid: string }> {
  clock.forward(60);
  const result = await second(await firstStep(), app.code());
  if (!result.ok || result.value === null) throw new Error("refused");
  clock.forward(60);
  return result.value;
}

it("without a second factor a sign-in is as before", async () => {
  const other = await personWithPassword(product);
  expect((await signedInAs(other.email)).principal.accountId).toBe(other.accountId);
});
