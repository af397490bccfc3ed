import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { anonymousPrincipal, type Principal, type UserPrincipal } from "@/lib/access/principal";
import { changeEmail } from "@/lib/features/accounts/commands/change-email";
import { confirmEmail } from "@/lib/features/accounts/commands/confirm-email";
import { requestPasswordReset } from "@/lib/features/accounts/commands/request-password-reset";
import { resetPassword } from "@/lib/features/accounts/commands/reset-password";
import { ownProfile } from "@/lib/features/accounts/profile-queries";
import {
  fromElsewhere,
  otherPassword,
  personWithPassword,
  rightPassword,
  signedInAs,
} from "@/tests/integration/accounts/accounts-for-tests";
import type { MailReceiver } from "@/tests/integration/alarms/receivers";
import { breakTheLog, byKey, createTestProduct, type TestProduct } from "@/tests/support/product";
import { arriving, setMailServer, startMail, tokenIn } from "./mail-for-tests";

let product: TestProduct;
let mail: MailReceiver;
beforeAll(async () => {
  product = await createTestProduct();
  mail = await startMail(product);
});
beforeEach(() => setMailServer(product, mail.url));
afterAll(async () => {
  await mail.close();
  await product.close();
});

const newAddress = () => `new-${randomUUID()}@halden.example`;
const change = (principal: Principal, email: string, currentPassword = rightPassword) =>
  changeEmail.execute({ principal, request: fromElsewhere(), input: { email, currentPassword } });
const confirm = (principal: Principal, token: string) =>
  confirmEmail.execute({ principal, request: fromElsewhere(), input: { token } });
const addressOf = async (person: UserPrincipal) =>
  (await product.admin`select email from account where id = ${person.accountId}`)[0]?.email;
const eventsOf = async ({ accountId }: UserPrincipal) =>
  (await product.events()).filter((e) => e.account_id === accountId && !e.action.startsWith("user.signed"));

/** Asks for another address and takes the link out of its mailbox. */
async function linkFor(person: UserPrincipal, email: string): Promise<string> {
  expect(await change(person, email)).toEqual({ ok: true, value: { email, isConfirmed: false } });
  const [arrived, ...more] = await arriving(mail);
  expect(more).toEqual([]);
  expect(arrived?.to).toEqual([email]);
  return tokenIn(arrived, "/confirm-email");
}

it("an address is another's only after the link mailed there: recorded then, before and after, and the former one is told", async () => {
  const person = await personWithPassword(product);
  const email = newAddress();
  const token = await linkFor(person, email);
  expect(await addressOf(person)).toBe(person.email);
  expect(await eventsOf(person)).toEqual([]);
  await signedInAs(person.email);

  expect(await confirm(person, token)).toEqual({ ok: true, value: { email } });
  expect(await addressOf(person)).toBe(email);
  const [updated, ...more] = await eventsOf(person);
  expect(more).toEqual([]);
  expect(updated).toMatchObject({
    operation: "UPDATE_USER",
    action_type: "updated",
    model: "User",
    actor_id: person.accountId,
    // As it was then.
    actor_email: person.email,
    target_id: person.accountId,
    target_label: email,
    changes: [{ field: "email", before: person.email, after: email }],
  });
  const [told, ...others] = await arriving(mail);
  expect(others).toEqual([]);
  expect(told).toMatchObject({ to: [person.email], subject: "Your e-mail address was changed" });
  expect(told?.text).toContain(email);
  await signedInAs(email);
  await expect(signedInAs(person.email)).rejects.toThrow("not signed in");
  expect(await confirm(person, token)).toMatchObject({ ok: false, code: "expired" });
});

it("of many openings of one link at once one changes the address", async () => {
  const person = await personWithPassword(product);
  const token = await linkFor(person, newAddress());
  const results = await Promise.all(Array.from({ length: 20 }, () => confirm(person, token)));
  expect(results.filter((r) => r.ok)).toHaveLength(1);
  expect((await eventsOf(person)).map((e) => e.operation)).toEqual(["UPDATE_USER"]);
  await arriving(mail);
});

it("a link is worth nothing to another account, to a key, and to nobody", async () => {
  const person = await personWithPassword(product);
  const other = await personWithPassword(product);
  const token = await linkFor(person, newAddress());
  expect(await confirm(other, token)).toMatchObject({ ok: false, code: "expired" });
  expect(await confirm(byKey(person), token)).toMatchObject({ ok: false, code: "unauthenticated" });
  expect(await confirm(anonymousPrincipal, token)).toMatchObject({ ok: false, code: "unauthenticated" });
  expect(await addressOf(person)).toBe(person.email);
  expect(await addressOf(other)).toBe(other.email);
  expect((await confirm(person, token)).ok).toBe(true);
  await arriving(mail);
});

it("only the last link counts, and a link that is too old does not", async () => {
  const person = await personWithPassword(product);
  const [first, second] = [await linkFor(person, newAddress()), await linkFor(person, newAddress())];
  expect(await confirm(person, first)).toMatchObject({ ok: false, code: "expired" });
  await product.admin`update account_token set expires_at = now() where account_id = ${person.accountId}`;
  expect(await confirm(person, second)).toMatchObject({ ok: false, code: "expired" });
  expect(await addressOf(person)).toBe(person.email);
});

it("ends the links to a new password that were mailed to the former address", async () => {
  const person = await personWithPassword(product);
  const token = await linkFor(person, newAddress());
  await requestPasswordReset.execute({
    principal: anonymousPrincipal,
    request: fromElsewhere(),
    input: { email: person.email },
  });
  const reset = tokenIn((await arriving(mail))[0], "/reset-password");
  expect((await confirm(person, token)).ok).toBe(true);
  const result = await resetPassword.execute({
    principal: anonymousPrincipal,
    request: fromElsewhere(),
    input: { token: reset, newPassword: otherPassword },
  });
  expect(result).toMatchObject({ ok: false, code: "expired" });
  await arriving(mail);
});

it("an address of another account is answered as a free one; only who reads its mail learns that it is taken", async () => {
  const person = await personWithPassword(product);
  const other = await personWithPassword(product);
  const email = other.email.replace(/^p/, "P");
  const token = await linkFor(person, email);
  const profile = await ownProfile.execute({ principal: person, request: fromElsewhere(), input: null });
  expect(profile).toMatchObject({ ok: true, value: { email: person.email, waitingEmail: email } });
  expect(
    await product.admin`select from sign_in_delay where key like ${`%${person.accountId}`}`,
  ).toHaveLength(0);
  expect(await confirm(person, token)).toMatchObject({
    ok: false,
    code: "exists",
    fieldErrors: { email: [expect.any(String)] },
  });
  expect([await addressOf(person), await addressOf(other)]).toEqual([person.email, other.email]);
  expect(await eventsOf(person)).toEqual([]);
});

it("without a mail server a taken address is refused, and asking for many is slowed", async () => {
  setMailServer(product, null);
  const person = await personWithPassword(product);
  const other = await personWithPassword(product);
  for (let i = 0; i < 6; i += 1)
    expect(await change(person, other.email.toUpperCase())).toMatchObject({
      ok: false,
      code: "exists",
      fieldErrors: { email: [expect.any(String)] },
    });
  const held = await product.admin`
    update sign_in_delay set blocked_until = now() + interval '60 seconds'
    where key like ${`%${person.accountId}`} and blocked_until is not null returning 1`;
  expect(held).toHaveLength(1);
  expect(await change(person, newAddress())).toMatchObject({ ok: false, code: "throttled" });
  expect(await eventsOf(person)).toEqual([]);
});

it("an address that was taken after the mail is refused", async () => {
  const person = await personWithPassword(product);
  const other = await personWithPassword(product);
  const email = newAddress();
  const token = await linkFor(person, email);
  await product.admin`update account set email = ${email}, email_key = ${email} where id = ${other.accountId}`;
  expect(await confirm(person, token)).toMatchObject({ ok: false, code: "exists" });
  expect(await addressOf(person)).toBe(person.email);
  expect(await eventsOf(person)).toEqual([]);
});

it("two accounts that take one address at once: one has it, the other is refused", async () => {
  const email = newAddress();
  const people = [await personWithPassword(product), await personWithPassword(product)];
  const tokens: string[] = [];
  for (const person of people) tokens.push(await linkFor(person, email));
  const results = await Promise.all(people.map((person, i) => confirm(person, tokens[i] ?? "")));
  expect(results.filter((r) => r.ok)).toHaveLength(1);
  expect(results.find((r) => !r.ok)).toMatchObject({ code: "exists" });
  await arriving(mail);
});

it("one's own address in another case is a change like any other", async () => {
  const person = await personWithPassword(product);
  const email = person.email.replace(/^p/, "P");
  expect((await confirm(person, await linkFor(person, email))).ok).toBe(true);
  expect(await addressOf(person)).toBe(email);
  await arriving(mail);
});

it("without a mail server the password alone changes it, at once", async () => {
  setMailServer(product, null);
  const person = await personWithPassword(product);
  const email = newAddress();
  expect(await change(person, email)).toEqual({ ok: true, value: { email, isConfirmed: true } });
  expect(await addressOf(person)).toBe(email);
  expect(await eventsOf(person)).toMatchObject([
    { operation: "UPDATE_USER", changes: [{ field: "email", before: person.email, after: email }] },
  ]);
});

it("whoever has no password proves the address by mail; without a mail server they are told what to ask for", async () => {
  const person = await product.person(`sso-${randomUUID()}@halden.example`);
  const email = newAddress();
  expect((await confirm(person, await linkFor(person, email))).ok).toBe(true);
  await arriving(mail);
  setMailServer(product, null);
  expect(await change(person, newAddress(), "")).toMatchObject({
    ok: false,
    code: "closed",
    message: expect.stringMatching(/mail server/),
  });
  expect(await addressOf(person)).toBe(email);
});

it("a wrong password changes nothing, sends nothing, and delays after five", async () => {
  const person = await personWithPassword(product);
  for (let i = 0; i < 6; i += 1)
    expect(await change(person, newAddress(), "not it at all, really")).toMatchObject({
      ok: false,
      code: "invalid",
      fieldErrors: { currentPassword: [expect.any(String)] },
    });
  await product.admin`update sign_in_delay set blocked_until = now() + interval '60 seconds' where key like ${`%${person.accountId}`}`;
  expect(await change(person, newAddress())).toMatchObject({ ok: false, code: "throttled" });
  expect(await arriving(mail)).toEqual([]);
  expect(await addressOf(person)).toBe(person.email);
  const failed = (await product.events("user.sign_in_failed")).filter((e) => e.actor_id === person.accountId);
  expect(failed.map((e) => e.details.reason)).toEqual(Array(6).fill("credentials"));
});

it("ten mails a day at most go out, to whatever addresses", async () => {
  const person = await personWithPassword(product);
  for (let i = 0; i < 10; i += 1) await linkFor(person, newAddress());
  expect(await change(person, newAddress())).toMatchObject({ ok: false, code: "throttled" });
  expect(await arriving(mail)).toEqual([]);
});

it.each([
  "",
  "no address",
  "a@b",
  "a@b.example\r\nBcc: c@d.example",
  "a@b.example, c@d.example",
  "\0a@b.example",
  `${"a".repeat(400)}@b.example`,
])("%.40j is no address", async (email) => {
  const person = await personWithPassword(product);
  expect(await change(person, email)).toMatchObject({
    ok: false,
    code: "invalid",
    fieldErrors: { email: [expect.any(String)] },
  });
});

it("changes nothing when the log takes no event", async () => {
  const person = await personWithPassword(product);
  const token = await linkFor(person, newAddress());
  const mend = await breakTheLog(product);
  const result = await confirm(person, token);
  await mend();
  expect(result).toMatchObject({ ok: false, code: "internal" });
  expect(await addressOf(person)).toBe(person.email);
  expect(await arriving(mail)).toEqual([]);
  expect((await confirm(person, token)).ok).toBe(true);
  await arriving(mail);
});
