import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { anonymousPrincipal } from "@/lib/access/principal";
import { principalOfCookie, sessionCookieValue } from "@/lib/access/sessions";
import { changePassword } from "@/lib/features/accounts/commands/change-password";
import { signIn } from "@/lib/features/accounts/commands/sign-in";
import { breakTheLog, byKey, createTestProduct, type TestProduct } from "@/tests/support/product";
import {
  fromElsewhere,
  otherPassword,
  personWithPassword,
  rightPassword,
  signedInAs,
} from "./accounts-for-tests";

let product: TestProduct;
beforeAll(async () => {
  product = await createTestProduct();
});
afterAll(() => product.close());

const right = { currentPassword: rightPassword, newPassword: otherPassword };
const changesOf = async (accountId: string) =>
  (await product.events()).filter((e) => e.account_id === accountId && !e.action.startsWith("user.sign"));

it("leaves this browser known, and no other", async () => {
  const person = await personWithPassword(product);
  const here = await signedInAs(person.email);
  await signedInAs(person.email);
  const result = await changePassword.execute({
    principal: here.principal,
    request: fromElsewhere(),
    input: { ...right, browser: here.browser },
  });
  expect(result.ok).toBe(true);
  const known = await product.admin`select from known_browser where account_id = ${person.accountId}`;
  expect(known).toHaveLength(1);
  const again = await signedInAs(person.email, otherPassword, fromElsewhere(), here.browser);
  expect(again.browser).toBe(here.browser);
});

it("ends all other sessions and every copy of this one's cookie: PASSWORD_CHANGED leads, REVOKE_SESSION has the number", async () => {
  const person = await personWithPassword(product);
  const here = await signedInAs(person.email);
  const others = [await signedInAs(person.email), await signedInAs(person.email)];
  const result = await changePassword.execute({
    principal: here.principal,
    request: fromElsewhere(),
    input: right,
  });
  if (!result.ok || result.value === null) throw new Error(JSON.stringify(result));
  for (const { cookie } of [here, ...others]) expect(await principalOfCookie(cookie)).toBeNull();
  expect(await principalOfCookie(await sessionCookieValue(result.value.sid))).toMatchObject({
    accountId: person.accountId,
  });

  const [changed, revoked, ...more] = await changesOf(person.accountId);
  expect(more).toEqual([]);
  expect(changed).toMatchObject({
    operation: "PASSWORD_CHANGED",
    actor_id: person.accountId,
    target_id: person.accountId,
    details: { by: "self" },
    cause: null,
  });
  expect(revoked).toMatchObject({
    operation: "REVOKE_SESSION",
    model: "Session",
    target_id: person.accountId,
    details: { sessions: 2 },
    cause: changed?.id,
  });
  expect(JSON.stringify([changed, revoked])).not.toMatch(
    new RegExp(`${rightPassword}|${otherPassword}|argon2`),
  );

  const old = await signIn.execute({
    principal: anonymousPrincipal,
    request: fromElsewhere(),
    input: { email: person.email, password: rightPassword },
  });
  expect(old).toMatchObject({ ok: false, code: "unauthenticated" });
  await signedInAs(person.email, otherPassword);
});

it("records no ended session when there was no other", async () => {
  const person = await personWithPassword(product);
  const here = await signedInAs(person.email);
  expect(
    (await changePassword.execute({ principal: here.principal, request: fromElsewhere(), input: right })).ok,
  ).toBe(true);
  expect((await changesOf(person.accountId)).map((e) => e.operation)).toEqual(["PASSWORD_CHANGED"]);
});

it("makes every browser unknown: whoever had the former password may have signed in with their own", async () => {
  const person = await personWithPassword(product);
  const here = await signedInAs(person.email);
  const known = async () =>
    (await product.admin`select from known_browser where account_id = ${person.accountId}`).length;
  expect(await known()).toBe(1);
  const call = { principal: here.principal, request: fromElsewhere() };
  await changePassword.execute({ ...call, input: { ...right, currentPassword: "not it at all, really" } });
  expect(await known()).toBe(1);
  expect((await changePassword.execute({ ...call, input: right })).ok).toBe(true);
  expect(await known()).toBe(0);
});

it("ends the duty to change a password that was given", async () => {
  const person = await personWithPassword(product, null);
  await product.admin`update account set must_change_password = true where id = ${person.accountId}`;
  const here = await signedInAs(person.email);
  expect(here.principal.mustChangePassword).toBe(true);
  const result = await changePassword.execute({
    principal: here.principal,
    request: fromElsewhere(),
    input: right,
  });
  if (!result.ok || result.value === null) throw new Error("refused");
  expect(await principalOfCookie(await sessionCookieValue(result.value.sid))).toMatchObject({
    mustChangePassword: false,
  });
});

it("records a wrong current password as LOGIN_FAILED, changes nothing, and delays after five, without touching the sign-in", async () => {
  const person = await personWithPassword(product);
  const here = await signedInAs(person.email);
  const wrong = { currentPassword: "not it at all, really", newPassword: otherPassword };
  const attempt = (input: unknown) =>
    changePassword.execute({ principal: here.principal, request: fromElsewhere(), input });
  for (let i = 0; i < 6; i += 1)
    expect(await attempt(wrong)).toMatchObject({
      ok: false,
      code: "invalid",
      fieldErrors: { currentPassword: expect.any(Array) },
    });
  await product.admin`update sign_in_delay set blocked_until = now() + interval '60 seconds' where key like ${`%${person.accountId}`}`;
  expect(await attempt(right)).toMatchObject({ ok: false, code: "throttled" });
  expect(await changesOf(person.accountId)).toEqual([]);
  const failed = (await product.events("user.sign_in_failed")).filter(
    (e) => e.account_id === person.accountId,
  );
  expect(failed).toHaveLength(6);
  for (const event of failed)
    expect(event).toMatchObject({
      actor_type: "user",
      actor_id: person.accountId,
      target_id: person.accountId,
      details: { reason: "credentials", method: "password", session: true },
    });
  await signedInAs(person.email);
});

it.each(["short", "123456789012", rightPassword])(
  "refuses the new password %j beside the field",
  async (newPassword) => {
    const person = await personWithPassword(product);
    const here = await signedInAs(person.email);
    const result = await changePassword.execute({
      principal: here.principal,
      request: fromElsewhere(),
      input: { currentPassword: rightPassword, newPassword },
    });
    expect(result).toMatchObject({
      ok: false,
      code: "invalid",
      fieldErrors: { newPassword: [expect.any(String)] },
    });
    expect(await changesOf(person.accountId)).toEqual([]);
  },
);

it("is refused to nobody, to a key, and to a session that has ended", async () => {
  const person = await personWithPassword(product);
  const here = await signedInAs(person.email);
  for (const principal of [anonymousPrincipal, byKey(person)]) {
    expect(await changePassword.execute({ principal, request: fromElsewhere(), input: right })).toMatchObject(
      { ok: false, code: "unauthenticated" },
    );
  }
  await product.admin`delete from session where account_id = ${person.accountId}`;
  expect(
    await changePassword.execute({ principal: here.principal, request: fromElsewhere(), input: right }),
  ).toMatchObject({ ok: false, code: "unauthenticated" });
  await signedInAs(person.email);
});

it("changes nothing when the log takes no event", async () => {
  const person = await personWithPassword(product);
  const here = await signedInAs(person.email);
  const mend = await breakTheLog(product);
  const result = await changePassword.execute({
    principal: here.principal,
    request: fromElsewhere(),
    input: right,
  });
  await mend();
  expect(result).toMatchObject({ ok: false, code: "internal" });
  expect(await principalOfCookie(here.cookie)).not.toBeNull();
  await signedInAs(person.email);
});

it("is done and recorded once under one attempt id, and keeps no trace of a password with the attempt", async () => {
  const person = await personWithPassword(product);
  const here = await signedInAs(person.email);
  const call = { principal: here.principal, request: fromElsewhere(), input: right, attemptId: randomUUID() };
  expect((await changePassword.execute(call)).ok).toBe(true);
  expect(await changePassword.execute(call)).toMatchObject({ ok: true, repeated: true });
  expect((await changesOf(person.accountId)).map((e) => e.operation)).toEqual(["PASSWORD_CHANGED"]);
  const digests =
    await product.admin`select encode(input_digest, 'hex') as digest from attempt where command = 'change-password'`;
  const another = await personWithPassword(product);
  const there = await signedInAs(another.email);
  const input = { currentPassword: rightPassword, newPassword: "another phrase altogether" };
  await changePassword.execute({
    principal: there.principal,
    request: fromElsewhere(),
    input,
    attemptId: randomUUID(),
  });
  const after =
    await product.admin`select distinct encode(input_digest, 'hex') as digest from attempt where command = 'change-password'`;
  expect(after).toEqual(digests);
});

it("lets one of two changes sent at once win, and the other says that the password is another now", async () => {
  const person = await personWithPassword(product);
  const [here, there] = [await signedInAs(person.email), await signedInAs(person.email)];
  const results = await Promise.all([
    changePassword.execute({ principal: here.principal, request: fromElsewhere(), input: right }),
    changePassword.execute({
      principal: there.principal,
      request: fromElsewhere(),
      input: { ...right, newPassword: "a third phrase of words" },
    }),
  ]);
  expect(results.filter((r) => r.ok)).toHaveLength(1);
  expect((await changesOf(person.accountId)).filter((e) => e.operation === "PASSWORD_CHANGED")).toHaveLength(
    1,
  );
});
