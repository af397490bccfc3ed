import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { linkToken } from "@/lib/access/link-tokens";
import { anonymousPrincipal } from "@/lib/access/principal";
import { principalOfCookie } from "@/lib/access/sessions";
import { changePassword } from "@/lib/features/accounts/commands/change-password";
import { requestPasswordReset } from "@/lib/features/accounts/commands/request-password-reset";
import { resetPassword } from "@/lib/features/accounts/commands/reset-password";
import {
  fromElsewhere,
  otherPassword,
  personWithPassword,
  rightPassword,
  signedInAs,
} from "@/tests/integration/accounts/accounts-for-tests";
import type { MailReceiver } from "@/tests/integration/alarms/receivers";
import { breakTheLog, createTestProduct, type TestProduct } from "@/tests/support/product";
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

const ask = (email: string, request = fromElsewhere()) =>
  requestPasswordReset.execute({ principal: anonymousPrincipal, request, input: { email } });
const reset = (token: string, newPassword = otherPassword, request = fromElsewhere()) =>
  resetPassword.execute({ principal: anonymousPrincipal, request, input: { token, newPassword } });
const eventsOf = async (accountId: string) =>
  (await product.events()).filter((e) => e.account_id === accountId && !e.action.startsWith("user.signed"));

/** Asks for a link and takes it out of the mailbox. */
async function linkFor(email: string): Promise<string> {
  expect(await ask(email)).toEqual({ ok: true, value: null });
  const [arrived, ...more] = await arriving(mail);
  expect(more).toEqual([]);
  expect(arrived?.to).toEqual([email]);
  return tokenIn(arrived, "/reset-password");
}

it("a mailed link changes the password once, ends every session, and is recorded as the person's act by mail", async () => {
  const person = await personWithPassword(product);
  const before = [await signedInAs(person.email), await signedInAs(person.email)];
  const token = await linkFor(person.email);
  const request = fromElsewhere();
  expect(await reset(token, otherPassword, request)).toEqual({ ok: true, value: null });
  for (const { cookie } of before) expect(await principalOfCookie(cookie)).toBeNull();

  const [changed, revoked, ...more] = await eventsOf(person.accountId);
  expect(more).toEqual([]);
  expect(changed).toMatchObject({
    operation: "PASSWORD_CHANGED",
    actor_type: "user",
    actor_id: person.accountId,
    actor_email: person.email,
    target_id: person.accountId,
    target_label: person.email,
    ip: request.ip,
    details: { by: "mail" },
    cause: null,
  });
  expect(revoked).toMatchObject({
    operation: "REVOKE_SESSION",
    target_id: person.accountId,
    details: { sessions: 2 },
    cause: changed?.id,
  });

  await signedInAs(person.email, otherPassword);
  expect(await reset(token, "a third phrase of words")).toMatchObject({ ok: false, code: "expired" });
  await signedInAs(person.email, otherPassword);
});

it("of twenty uses of one link at once one changes the password", async () => {
  const person = await personWithPassword(product);
  const token = await linkFor(person.email);
  const phrases = Array.from({ length: 20 }, (_, i) => `phrase number ${i} of many words`);
  const results = await Promise.all(phrases.map((phrase) => reset(token, phrase)));
  const winner = results.findIndex((r) => r.ok);
  expect(results.filter((r) => r.ok)).toHaveLength(1);
  for (const result of results) if (!result.ok) expect(result.code).toBe("expired");
  expect((await eventsOf(person.accountId)).map((e) => e.operation)).toEqual(["PASSWORD_CHANGED"]);
  await signedInAs(person.email, phrases[winner]);
});

it("waits for the account before it takes the link, so that a change of the password at the same time ends well", async () => {
  const person = await personWithPassword(product);
  const token = await linkFor(person.email);
  const { admin } = product;
  const held = await admin.reserve();
  await held`begin`;
  await held`select from account where id = ${person.accountId} for update`;
  const resetting = reset(token);
  // Asked outside of the transaction, which would go on seeing the sessions of its first look.
  const waiting = () => product.admin`select 1 from pg_stat_activity where datname = current_database()
    and wait_event_type = 'Lock' and wait_event in ('transactionid', 'tuple')`;
  await expect.poll(waiting, { interval: 20, timeout: 10_000 }).not.toEqual([]);
  await held`select from account_token where account_id = ${person.accountId} for update nowait`;
  await held`delete from account_token where account_id = ${person.accountId}`;
  await held`commit`;
  held.release();
  expect(await resetting).toMatchObject({ ok: false, code: "expired" });
});

it("ends a given password's duty to be changed, and every other link of the account", async () => {
  const person = await personWithPassword(product, null);
  await product.admin`update account set must_change_password = true where id = ${person.accountId}`;
  const [first, second] = [await linkFor(person.email), await linkFor(person.email)];
  expect((await reset(second)).ok).toBe(true);
  expect(await reset(first, "a third phrase of words")).toMatchObject({ ok: false, code: "expired" });
  expect((await signedInAs(person.email, otherPassword)).principal.mustChangePassword).toBe(false);
});

it.each([
  [
    "is too old",
    (id: string) => product.admin`update account_token set expires_at = now() where account_id = ${id}`,
  ],
  ["belongs to a deleted account", (id: string) => product.admin`delete from account where id = ${id}`],
  [
    "is of an account whose password went",
    (id: string) => product.admin`update account set password_hash = null where id = ${id}`,
  ],
])("a link that %s changes nothing", async (_, spoil) => {
  const person = await personWithPassword(product);
  const token = await linkFor(person.email);
  await spoil(person.accountId);
  expect(await reset(token)).toMatchObject({
    ok: false,
    code: "expired",
    message: expect.stringMatching(/another/),
  });
  expect(await eventsOf(person.accountId)).toEqual([]);
});

it.each(["", "x", "\0", "../../etc", "a".repeat(43), "a".repeat(1_000_000)])(
  "the token %.12j opens nothing",
  async (token) => {
    expect(await reset(token)).toMatchObject({ ok: false });
  },
);

it("a link for another purpose, or made of an id without the key, opens nothing", async () => {
  const person = await personWithPassword(product);
  await linkFor(person.email);
  const [row] = await product.admin`select id from account_token where account_id = ${person.accountId}`;
  expect(await reset(linkToken("email_change", row?.id))).toMatchObject({ ok: false, code: "expired" });
  await product.admin`update account_token set purpose = 'email_change' where id = ${row?.id}`;
  expect(await reset(linkToken("password_reset", row?.id))).toMatchObject({ ok: false, code: "expired" });
});

it("a common password is refused beside the field, and the link stays good", async () => {
  const person = await personWithPassword(product);
  const token = await linkFor(person.email);
  for (const bad of ["short", "123456789012", `${person.email}`])
    expect(await reset(token, bad)).toMatchObject({
      ok: false,
      code: "invalid",
      fieldErrors: { newPassword: [expect.any(String)] },
    });
  expect((await reset(token)).ok).toBe(true);
});

it("changes nothing when the log takes no event", async () => {
  const person = await personWithPassword(product);
  const here = await signedInAs(person.email);
  const token = await linkFor(person.email);
  const mend = await breakTheLog(product);
  const result = await reset(token);
  await mend();
  expect(result).toMatchObject({ ok: false, code: "internal" });
  expect(await principalOfCookie(here.cookie)).not.toBeNull();
  await signedInAs(person.email, rightPassword);
  expect((await reset(token)).ok).toBe(true);
});

it("keeps no link in the database or the log", async () => {
  const person = await personWithPassword(product);
  const token = await linkFor(person.email);
  await reset(token);
  const tables = await product.admin`
    select relname from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace`;
  for (const { relname } of tables) {
    const found =
      await product.admin`select from ${product.admin(relname)} t where t::text like ${`%${token}%`}`;
    expect([relname, found.length]).toEqual([relname, 0]);
  }
});

it("a password that its owner changed meanwhile ends the links of before", async () => {
  const person = await personWithPassword(product);
  const here = await signedInAs(person.email);
  const token = await linkFor(person.email);
  const changed = await changePassword.execute({
    principal: here.principal,
    request: fromElsewhere(),
    input: { currentPassword: rightPassword, newPassword: otherPassword },
  });
  expect(changed.ok).toBe(true);
  expect(await reset(token, "a third phrase of words")).toMatchObject({ ok: false, code: "expired" });
  await signedInAs(person.email, otherPassword);
});
