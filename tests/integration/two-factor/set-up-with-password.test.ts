import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { hashPassword } from "@/lib/access/passwords";
import type { UserPrincipal } from "@/lib/access/principal";
import { changePassword } from "@/lib/features/accounts/commands/change-password";
import { confirmFactor } from "@/lib/features/two-factor/commands/confirm-factor";
import { startFactor } from "@/lib/features/two-factor/commands/start-factor";
import { ownFactor } from "@/lib/features/two-factor/queries";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import {
  closeMinute,
  earlyInTheMinute,
  otherPassword,
  personWithPassword,
  rightPassword,
  signedInAs,
} from "../accounts/accounts-for-tests";
import { Clock, scan } from "./factor-for-tests";

let product: TestProduct;
let person: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  new Clock(product);
});
afterAll(() => product.close());
beforeEach(async () => {
  person = await personWithPassword(product);
});

const wrong = "not it at all, really";
const start = (currentPassword: string, principal = person) =>
  startFactor.execute({ principal, request, input: { currentPassword } });
const confirm = (code: string, currentPassword: string, principal = person) =>
  confirmFactor.execute({ principal, request, input: { code, currentPassword } });
const shown = async (principal = person) => {
  const found = await ownFactor.execute({ principal, request, input: null });
  return found.ok ? found.value : null;
};
const failures = async () =>
  (await product.events("user.sign_in_failed")).filter((event) => event.target_id === person.accountId);

it("whoever found the browser open begins no set-up: it takes the password, and the try is LOGIN_FAILED", async () => {
  for (const given of ["", wrong])
    expect(await start(given)).toMatchObject({
      ok: false,
      code: "invalid",
      fieldErrors: { currentPassword: [expect.any(String)] },
    });
  expect(await shown()).toMatchObject({ isOn: false, hasPassword: true, toScan: null });
  const recorded = await failures();
  expect(recorded).toHaveLength(2);
  for (const event of recorded)
    expect(event).toMatchObject({
      operation: "LOGIN_FAILED",
      outcome: "failure",
      actor_type: "user",
      actor_id: person.accountId,
      account_id: person.accountId,
      target_label: person.email,
      ip: request.ip,
      details: { reason: "credentials", method: "password", session: true },
    });
  expect(JSON.stringify(recorded)).not.toContain(wrong);
});

it("a set-up that was begun ends with the password that began it, and with time", async () => {
  await scan(person);
  await product.admin`update account_factor set created_at = now() - interval '11 minutes' where account_id = ${person.accountId}`;
  expect((await shown())?.toScan).toBeNull();
  const app = await scan(person);
  const changed = await changePassword.execute({
    principal: (await signedInAs(person.email)).principal,
    request,
    input: { currentPassword: rightPassword, newPassword: otherPassword },
  });
  expect(changed.ok).toBe(true);
  expect((await shown())?.toScan).toBeNull();
  expect(await confirm(app.code(), otherPassword)).toMatchObject({ ok: false });
  expect(await product.admin`select from account_factor where account_id = ${person.accountId}`).toEqual([]);
});

it("nor ends one that its person began: the right code is not enough", async () => {
  const app = await scan(person);
  expect(await confirm(app.code(), wrong)).toMatchObject({ ok: false, code: "invalid" });
  expect((await shown())?.isOn).toBe(false);
  expect((await failures()).map((event) => event.details.reason)).toEqual(["credentials"]);
  expect((await confirm(app.code(), rightPassword)).ok).toBe(true);
  expect((await shown())?.isOn).toBe(true);
});

it("a wrong code of the set-up is no failed sign-in: the secret is on the screen", async () => {
  const app = await scan(person);
  const code = app.code() === "000000" ? "000001" : "000000";
  expect(await confirm(code, rightPassword)).toMatchObject({
    ok: false,
    fieldErrors: { code: [expect.any(String)] },
  });
  expect(await failures()).toEqual([]);
});

it("asks nothing of somebody without a password", async () => {
  const other = await product.person("by-provider@halden.example");
  expect(await shown(other)).toMatchObject({ hasPassword: false });
  expect((await start("", other)).ok).toBe(true);
  const app = await scan(other);
  expect((await confirm(app.code(), "", other)).ok).toBe(true);
});

it("does not go on with a password that was changed while it was checked", async () => {
  const held = await product.admin.reserve();
  await held`begin`;
  await held`select from account where id = ${person.accountId} for update`;
  const started = start(rightPassword);
  // The password was found right by now: what is left is the act.
  // Asked outside of the transaction, which would go on seeing the sessions of its first look.
  const waiting = () => product.admin`select 1 from pg_stat_activity where datname = current_database()
    and wait_event_type = 'Lock' and wait_event in ('transactionid', 'tuple')`;
  await expect.poll(waiting, { interval: 20, timeout: 10_000 }).not.toEqual([]);
  const hash = await hashPassword(otherPassword);
  await held`update account set password_hash = ${hash} where id = ${person.accountId}`;
  await held`commit`;
  held.release();
  expect(await started).toMatchObject({ ok: false, code: "invalid" });
  expect((await shown())?.toScan).toBeNull();
  expect((await start(otherPassword)).ok).toBe(true);
});

it("delays after six wrong passwords, by whichever act, and counts what it refuses", async () => {
  const { principal } = await signedInAs(person.email);
  for (let i = 0; i < 3; i += 1) await start(wrong);
  for (let i = 0; i < 3; i += 1) {
    const input = { currentPassword: wrong, newPassword: otherPassword };
    expect(await changePassword.execute({ principal, request, input })).toMatchObject({ code: "invalid" });
  }
  await product.admin`update sign_in_delay set blocked_until = blocked_until + interval '1 minute'`;
  await earlyInTheMinute();
  for (let i = 0; i < 4; i += 1) expect(await start(rightPassword)).toMatchObject({ code: "throttled" });
  expect((await shown())?.toScan).toBeNull();
  await closeMinute(product);
  const recorded = await failures();
  expect(recorded.map((event) => event.details.reason)).toEqual([
    ...Array(6).fill("credentials"),
    "throttled",
  ]);
  expect(recorded.at(-1)).toMatchObject({ actor_id: person.accountId, details: { count: 4, session: true } });
  // Somebody with a session cannot keep its person from signing in.
  expect((await signedInAs(person.email)).principal.accountId).toBe(person.accountId);
}, 40_000);
