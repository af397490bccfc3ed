import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { anonymousPrincipal } from "@/lib/access/principal";
import { requestPasswordReset } from "@/lib/features/accounts/commands/request-password-reset";
import { resetPassword } from "@/lib/features/accounts/commands/reset-password";
import {
  closeMinute,
  earlyInTheMinute,
  fromElsewhere,
  otherPassword,
  personWithPassword,
  signedInAs,
} from "@/tests/integration/accounts/accounts-for-tests";
import type { MailReceiver } from "@/tests/integration/alarms/receivers";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
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
const _reset = (token: string, newPassword = otherPassword, request = fromElsewhere()) =>
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

it("answers the same for an account, for none, for one without a password, and for what is no address", async () => {
  const person = await personWithPassword(product);
  const sso = await product.person(`sso-${randomUUID()}@halden.example`);
  const answers = [];
  for (const email of [person.email, `nobody-${randomUUID()}@halden.example`, sso.email, "hunter2 hunter2"])
    answers.push(await ask(email));
  expect(answers).toEqual(Array(4).fill({ ok: true, value: null }));
  expect((await arriving(mail)).map((m) => m.to)).toEqual([[person.email]]);
});

it("counts the requests of a minute in one anonymous event, and names no address that has no account", async () => {
  const person = await personWithPassword(product);
  const request = fromElsewhere();
  const stranger = `stranger-${randomUUID()}@halden.example`;
  await earlyInTheMinute();
  await ask(person.email, request);
  await ask(person.email.toUpperCase(), request);
  await ask(stranger, request);
  await ask("my secret phrase typed here", request);
  expect(await product.events("user.password_reset_requested")).toEqual([]);
  await closeMinute(product);
  const events = await product.events("user.password_reset_requested");
  const here = events.filter((e) => e.ip === request.ip);
  expect(here).toHaveLength(2);
  expect(here.find((e) => e.account_id === person.accountId)).toMatchObject({
    operation: "REQUEST_PASSWORD_RESET",
    action_type: "access",
    outcome: "success",
    actor_type: "anonymous",
    target_id: person.accountId,
    target_label: person.email,
    details: { count: 2, firstAt: expect.any(String), lastAt: expect.any(String) },
  });
  expect(here.find((e) => e.account_id === null)).toMatchObject({
    target_id: "unknown",
    target_label: "-",
    details: { count: 2 },
  });
  expect(JSON.stringify(events)).not.toContain("my secret phrase");
  await arriving(mail);
}, 40_000);

it("slows requests for one address and from one place, counts the stopped ones, and slows nobody's sign-in", async () => {
  const person = await personWithPassword(product);
  const results = [];
  for (let i = 0; i < 7; i += 1) results.push(await ask(person.email));
  expect(results.slice(0, 6).every((r) => r.ok)).toBe(true);
  expect(results[6]).toMatchObject({ ok: false, code: "throttled" });
  // The account's own sign-in, from a browser that nobody knows, is as free as before.
  await signedInAs(person.email);
  const request = fromElsewhere();
  for (let i = 0; i < 6; i += 1) await ask(`n-${randomUUID()}@halden.example`, request);
  expect(await ask(`n-${randomUUID()}@halden.example`, request)).toMatchObject({
    ok: false,
    code: "throttled",
  });
  await closeMinute(product);
  const [stopped, ...more] = (await eventsOf(person.accountId)).filter((e) => e.outcome === "failure");
  expect(more).toEqual([]);
  expect(stopped).toMatchObject({
    operation: "REQUEST_PASSWORD_RESET",
    actor_type: "anonymous",
    details: { reason: "throttled", count: 1 },
  });
  await arriving(mail);
});

it("fills nobody's mailbox: three links an hour, whatever is asked", async () => {
  const person = await personWithPassword(product);
  for (let i = 0; i < 6; i += 1) expect((await ask(person.email)).ok).toBe(true);
  expect(await arriving(mail)).toHaveLength(3);
  await product.admin`update account_token set created_at = created_at - interval '61 minutes' where account_id = ${person.accountId}`;
  await product.admin`delete from sign_in_delay`;
  await linkFor(person.email);
});

it("without a mail server says whom to ask, whether or not there is an account, and counts the request as failed", async () => {
  setMailServer(product, null);
  const person = await personWithPassword(product);
  const request = fromElsewhere();
  const answers = [await ask(person.email, request), await ask(`n-${randomUUID()}@halden.example`, request)];
  expect(answers[0]).toMatchObject({ ok: false, code: "closed", message: expect.stringMatching(/owner/) });
  expect(answers[1]).toEqual(answers[0]);
  expect(await product.admin`select from mail_message where account_id = ${person.accountId}`).toHaveLength(
    0,
  );
  await closeMinute(product);
  expect(await eventsOf(person.accountId)).toMatchObject([
    {
      operation: "REQUEST_PASSWORD_RESET",
      outcome: "failure",
      actor_type: "anonymous",
      details: { reason: "closed", count: 1 },
    },
  ]);
});
