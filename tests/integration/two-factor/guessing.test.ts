import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { anonymousPrincipal, type UserPrincipal } from "@/lib/access/principal";
import { countFailure } from "@/lib/access/sign-in-delay";
import { completeSignIn } from "@/lib/features/accounts/commands/complete-sign-in";
import { signIn } from "@/lib/features/accounts/commands/sign-in";
import { disableFactor } from "@/lib/features/two-factor/commands/disable-factor";
import { renewRecoveryCodes } from "@/lib/features/two-factor/commands/renew-recovery-codes";
import { inTransaction } from "@/lib/gate/transaction";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import {
  closeMinute,
  earlyInTheMinute,
  fromElsewhere,
  personWithPassword,
  rightPassword,
} from "../accounts/accounts-for-tests";
import { type Authenticator, Clock, enrol } from "./factor-for-tests";

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
  clock.forward(60);
});

/** No code at all: a guess that is wrong at any moment. */
const noCode = "no code";

async function guess(code = noCode) {
  const from = fromElsewhere();
  const first = await signIn.execute({
    principal: anonymousPrincipal,
    request: from,
    input: { email: person.email, password: rightPassword },
  });
  if (!first.ok || first.value === null || !("step" in first.value)) throw new Error("no second step");
  const input = { step: first.value.step, code };
  return completeSignIn.execute({ principal: anonymousPrincipal, request: from, input });
}
const disable = (code: string, attempt: { attemptId?: string } = {}) =>
  disableFactor.execute({ principal: person, request, input: { code }, ...attempt });
const failures = async () =>
  (await product.events("user.sign_in_failed")).filter((event) => event.target_id === person.accountId);
const counted = async () =>
  (
    await product.admin`
      select failures, extract(epoch from blocked_until - last_failure_at)::int as delay from sign_in_delay
      where key = ${`factor ${person.accountId}`}`
  )[0];

/** Lets time pass: for codes by the product's clock, for delays by their rows, as the database has its own. */
async function pass(seconds: number): Promise<void> {
  clock.forward(seconds);
  await product.admin`
    update sign_in_delay set last_failure_at = last_failure_at - make_interval(secs => ${seconds}),
      blocked_until = blocked_until - make_interval(secs => ${seconds})`;
}
/** However slow the machine is: a delay that stands does not end while the test goes on. */
const holdDelays = () => product.admin`
  update sign_in_delay set blocked_until = blocked_until + interval '1 minute'`;

/** Waits out each delay and guesses again. */
async function guessPatiently(times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    expect(await guess()).toMatchObject({ ok: false, code: "invalid" });
    await pass(Number((await counted())?.delay ?? 0) + 1);
  }
}

it("whoever has the password and waits out every delay gets one code an hour in the end", async () => {
  await guessPatiently(18);
  expect(await counted()).toEqual({ failures: 18, delay: 3_600 });
  await guessPatiently(1);
  expect(await counted()).toEqual({ failures: 19, delay: 3_600 });
  expect(await guess()).toMatchObject({ ok: false, code: "invalid" });
  expect(await guess(app.code())).toMatchObject({
    ok: false,
    code: "throttled",
    message: "Too many tries. Wait 60 minutes.",
  });
});

it("is remembered for a day, also by the sweep that others' failures cause, and no longer", async () => {
  await guessPatiently(8);
  const othersFail = (times: number) =>
    inTransaction(async (tx) => {
      for (let i = 0; i < times; i += 1) await countFailure(tx, { account: `other ${i}`, address: null });
    });
  await pass(23 * 3_600);
  await othersFail(30);
  expect((await counted())?.failures).toBe(8);
  await guessPatiently(1);
  expect((await counted())?.failures).toBe(9);
  await pass(24 * 3_600 + 1);
  await othersFail(30);
  expect(await counted()).toBeUndefined();
});

it("is forgotten with a right code, in either place, and with the factor", async () => {
  await guessPatiently(7);
  expect((await guess(app.code())).ok).toBe(true);
  expect(await counted()).toBeUndefined();
  await guessPatiently(2);
  clock.forward(60);
  expect((await disable(app.code())).ok).toBe(true);
  expect(await counted()).toBeUndefined();
});

it("adds up over both places: somebody with a session gets no tries besides", async () => {
  await guessPatiently(5);
  expect(await disable(noCode)).toMatchObject({ ok: false, code: "invalid" });
  await holdDelays();
  expect(await guess(app.code())).toMatchObject({ ok: false, code: "throttled" });
  expect(await disable(app.code())).toMatchObject({ ok: false, code: "throttled" });
});

it("behind a session a wrong code is LOGIN_FAILED with reason factor, by that person; tries that wait are counted", async () => {
  const renew = (code: string) => renewRecoveryCodes.execute({ principal: person, request, input: { code } });
  for (const act of [disable, renew, disable, renew, disable, renew])
    expect(await act(noCode)).toMatchObject({ ok: false, code: "invalid" });
  await holdDelays();
  await earlyInTheMinute();
  for (let i = 0; i < 3; i += 1) expect(await renew(app.code())).toMatchObject({ code: "throttled" });
  await closeMinute(product);
  const recorded = await failures();
  expect(recorded.map((event) => event.details.reason)).toEqual([...Array(6).fill("factor"), "throttled"]);
  for (const event of recorded)
    expect(event).toMatchObject({
      operation: "LOGIN_FAILED",
      actor_type: "user",
      actor_id: person.accountId,
      account_id: person.accountId,
      target_label: person.email,
      ip: request.ip,
      details: { method: "factor", session: true },
    });
  expect(recorded.at(-1)?.details.count).toBe(3);
}, 40_000);

it("of an attempt that is sent twice while tries wait, one is counted; another attempt is another try", async () => {
  for (let i = 0; i < 6; i += 1) expect(await disable(noCode)).toMatchObject({ code: "invalid" });
  await holdDelays();
  await earlyInTheMinute();
  const once = { attemptId: randomUUID() };
  const answers = await Promise.all([disable(app.code(), once), disable(app.code(), once)]);
  for (const answer of answers)
    expect(answer).toMatchObject({ code: "throttled", message: expect.stringContaining("Too many tries") });
  await disable(app.code(), { attemptId: randomUUID() });
  await closeMinute(product);
  expect((await failures()).at(-1)?.details).toMatchObject({ reason: "throttled", count: 2 });
}, 40_000);
