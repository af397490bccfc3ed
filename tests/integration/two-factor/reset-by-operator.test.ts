import { afterAll, beforeAll, expect, it } from "vitest";
import { anonymousPrincipal, noRequest, systemPrincipal } from "@/lib/access/principal";
import { completeSignIn } from "@/lib/features/accounts/commands/complete-sign-in";
import { signIn } from "@/lib/features/accounts/commands/sign-in";
import { resetFactorByOperator } from "@/lib/features/two-factor/commands/reset-factor-by-operator";
import { breakTheLog, byKey, createTestProduct, type TestProduct } from "@/tests/support/product";
import { fromElsewhere, personWithPassword, rightPassword, signedInAs } from "../accounts/accounts-for-tests";
import { Clock, enrol } from "./factor-for-tests";

let product: TestProduct;
let clock: Clock;
beforeAll(async () => {
  product = await createTestProduct();
  clock = new Clock(product);
});
afterAll(() => product.close());

const reset = (email: string) =>
  resetFactorByOperator.execute({ principal: systemPrincipal, request: noRequest, input: { email } });
async function firstStep(email: string): Promise<string> {
  const input = { email, password: rightPassword };
  const result = await signIn.execute({ principal: anonymousPrincipal, request: fromElsewhere(), input });
  if (!result.ok || result.value === null || !("step" in result.value)) throw new Error("no second step");
  return result.value.step;
}

it("lets the owner in again who lost app and codes: FACTOR_DISABLED by System, and the password is enough", async () => {
  const owner = await personWithPassword(product, "owner");
  const app = await enrol(owner);
  clock.forward(60);
  const step = await firstStep(owner.email);
  const key = `factor ${owner.accountId}`;
  await product.admin`
    insert into sign_in_delay (kind, key, failures, last_failure_at, blocked_until)
    values ('account', ${key}, 20, now(), now() + interval '1 hour')`;
  expect(await reset(owner.email.toUpperCase())).toMatchObject({ ok: true, value: { email: owner.email } });
  expect((await product.events()).at(-1)).toMatchObject({
    operation: "FACTOR_DISABLED",
    outcome: "success",
    actor_type: "system",
    actor_id: "system",
    target_id: owner.accountId,
    target_label: owner.email,
    ip: null,
    details: { by: "operator" },
  });
  // A sign-in that waited for its code does not go on without one.
  const input = { step, code: app.code() };
  const second = await completeSignIn.execute({
    principal: anonymousPrincipal,
    request: fromElsewhere(),
    input,
  });
  expect(second).toMatchObject({ ok: false, code: "expired" });
  expect((await signedInAs(owner.email)).principal.accountId).toBe(owner.accountId);
  expect(await product.admin`select from sign_in_delay where key = ${key}`).toHaveLength(0);
  const left = await product.admin`select from recovery_code where account_id = ${owner.accountId}`;
  expect(left).toHaveLength(0);
});

it("says whose it cannot be, and records nothing then", async () => {
  const person = await personWithPassword(product);
  const before = (await product.events()).length;
  expect(await reset(person.email)).toMatchObject({ ok: false, code: "conflict" });
  for (const email of ["nobody@halden.example", "", "\0", "%", "x".repeat(1_000_000)])
    expect(await reset(email)).toMatchObject({ ok: false, code: "not_found" });
  expect((await product.events()).length).toBe(before);
});

it("is nobody's who is signed in, and nothing when the log takes no event", async () => {
  const person = await personWithPassword(product);
  await enrol(person);
  const input = { email: person.email };
  for (const principal of [person, byKey(person), anonymousPrincipal])
    expect((await resetFactorByOperator.execute({ principal, request: noRequest, input })).ok).toBe(false);
  const mend = await breakTheLog(product);
  expect(await reset(person.email)).toMatchObject({ ok: false, code: "internal" });
  await mend();
  expect(await product.admin`select from account_factor where account_id = ${person.accountId}`).toHaveLength(
    1,
  );
});
