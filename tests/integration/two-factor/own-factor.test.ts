import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { mayInOrganization, type Permission, permissionMatrix } from "@/lib/access/permissions";
import type { UserPrincipal } from "@/lib/access/principal";
import { principalOfCookie } from "@/lib/access/sessions";
import { confirmFactor } from "@/lib/features/two-factor/commands/confirm-factor";
import { disableFactor } from "@/lib/features/two-factor/commands/disable-factor";
import { renewRecoveryCodes } from "@/lib/features/two-factor/commands/renew-recovery-codes";
import { requireTwoFactor } from "@/lib/features/two-factor/commands/require-two-factor";
import { resetFactor } from "@/lib/features/two-factor/commands/reset-factor";
import { startFactor } from "@/lib/features/two-factor/commands/start-factor";
import { ownFactor } from "@/lib/features/two-factor/queries";
import type { Command } from "@/lib/gate/command";
import {
  breakTheLog,
  byKey,
  countOf,
  createTestProduct,
  type TestProduct,
  testRequest,
} from "@/tests/support/product";
import { personWithPassword, rightPassword, signedInAs } from "../accounts/accounts-for-tests";
import { type Authenticator, Clock, enrol, scan } from "./factor-for-tests";

let product: TestProduct;
let clock: Clock;
let owner: UserPrincipal;
let person: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  clock = new Clock(product);
  owner = await personWithPassword(product, "owner");
});
afterAll(() => product.close());
beforeEach(async () => {
  await product.admin`delete from sign_in_delay`;
  await product.admin`update organization set two_factor_required = false`;
  person = await personWithPassword(product);
});

const run = <V>(command: Command<V>, principal: UserPrincipal, input: unknown = {}) =>
  command.execute({ principal, request: testRequest, input });
const password = { currentPassword: rightPassword };
const confirm = (code: string) => run(confirmFactor, person, { code, ...password });
const eventsOf = async (target: string) =>
  (await product.events()).filter((event) => event.target_id === target);
const isOn = async (who = person) => {
  const found = await ownFactor.execute({ principal: who, request: testRequest, input: null });
  return found.ok ? found.value.isOn : null;
};
async function enrolled(): Promise<Authenticator> {
  const app = await enrol(person);
  clock.forward(60);
  return app;
}

describe("setting up", () => {
  it("is on with the first right code alone: FACTOR_ENABLED, and ten recovery codes of which the log says nothing", async () => {
    const app = await scan(person);
    expect([await isOn(), (await eventsOf(person.accountId)).length]).toEqual([false, 0]);
    const confirmed = await confirm(app.code());
    if (!confirmed.ok || confirmed.value === null) throw new Error("refused");
    expect(confirmed.value.recoveryCodes.length).toBe(10);
    expect(await isOn()).toBe(true);
    const [event, ...more] = await eventsOf(person.accountId);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      action: "user.factor_enabled",
      operation: "FACTOR_ENABLED",
      action_type: "updated",
      actor_id: person.accountId,
      details: { of: "totp" },
    });
    const [dump] = await product.admin`
      select (select json_agg(e)::text from audit_event e) || (select json_agg(r)::text from recovery_code r) as text`;
    for (const code of confirmed.value.recoveryCodes) {
      expect(dump?.text).not.toContain(code);
      expect(dump?.text).not.toContain(code.replaceAll("-", ""));
    }
  });

  it("keeps the secret encrypted, and shows it to its person until it is proven", async () => {
    await scan(person);
    const shown = await ownFactor.execute({ principal: person, request: testRequest, input: null });
    const text = shown.ok ? shown.value.toScan?.text.replaceAll(" ", "") : "";
    expect(text).toMatch(/^[A-Z2-7]{32}$/);
    const [row] = await product.admin`
      select encode(secret, 'escape') as text from account_factor where account_id = ${person.accountId}`;
    expect(row?.text).not.toContain(text);
    const app = await scan(person);
    await confirm(app.code());
    const after = await ownFactor.execute({ principal: person, request: testRequest, input: null });
    expect(after).toMatchObject({ ok: true, value: { toScan: null, codesLeft: 10 } });
  });

  it("begins anew with another secret until it is proven, and not any more then", async () => {
    const first = await scan(person);
    const second = await scan(person);
    expect((await confirm(first.code())).ok).toBe(false);
    expect((await confirm(second.code())).ok).toBe(true);
    expect(await run(startFactor, person, password)).toMatchObject({ ok: false, code: "conflict" });
    clock.forward(60);
    expect(await confirm(second.code())).toMatchObject({ code: "conflict" });
  });

  it("does not happen when the log takes no event", async () => {
    const app = await scan(person);
    const codes = await countOf("recovery_code");
    const mend = await breakTheLog(product);
    expect(await confirm(app.code())).toMatchObject({ code: "internal" });
    await mend();
    expect([await isOn(), await countOf("recovery_code")]).toEqual([false, codes]);
    expect((await confirm(app.code())).ok).toBe(true);
  });

  it("is a person's alone: no key may", async () => {
    for (const command of [startFactor, confirmFactor, disableFactor, renewRecoveryCodes]) {
      const input = command === startFactor ? {} : { code: "123456" };
      const result = await command.execute({ principal: byKey(person), request: testRequest, input });
      expect(result).toMatchObject({ ok: false, code: "unauthenticated" });
    }
  });
});

describe("switching off and renewing", () => {
  it("takes a code of the app or a recovery code, once: FACTOR_DISABLED", async () => {
    for (const which of ["app", "recovery"] as const) {
      const app = await enrolled();
      const code = which === "app" ? app.code() : (app.recoveryCodes[0] ?? "");
      expect(await run(disableFactor, person, { code: "000000" })).toMatchObject({ code: "invalid" });
      expect((await run(disableFactor, person, { code })).ok).toBe(true);
      expect(await isOn()).toBe(false);
      expect((await eventsOf(person.accountId)).at(-1)).toMatchObject({
        operation: "FACTOR_DISABLED",
        details: { by: "self" },
      });
      expect((await run(disableFactor, person, { code })).ok).toBe(false);
    }
  });

  it("makes new recovery codes, and those before are worthless", async () => {
    const app = await enrolled();
    const renewed = await run(renewRecoveryCodes, person, { code: app.code() });
    if (!renewed.ok || renewed.value === null) throw new Error("refused");
    const [old = ""] = app.recoveryCodes;
    expect(renewed.value.recoveryCodes).not.toContain(old);
    expect((await run(disableFactor, person, { code: old })).ok).toBe(false);
    expect((await run(disableFactor, person, { code: renewed.value.recoveryCodes[0] })).ok).toBe(true);
    const operations = (await eventsOf(person.accountId)).map((event) => [event.operation, event.details.of]);
    expect(operations).toContainEqual(["FACTOR_ENABLED", "recovery_codes"]);
  });

  it("waits after wrong codes, sent at once too, and leaves other accounts alone", async () => {
    const app = await enrolled();
    const results = await Promise.all(
      Array.from({ length: 20 }, () => run(disableFactor, person, { code: "000000" })),
    );
    // Five are free, the sixth begins the delay, which lets one more through when it ends while this runs.
    const tried = results.filter((result) => !result.ok && result.code === "invalid").length;
    expect(tried).toBeGreaterThanOrEqual(6);
    expect(tried).toBeLessThan(10);
    await product.admin`update sign_in_delay set blocked_until = blocked_until + interval '1 minute'`;
    expect(await run(disableFactor, person, { code: app.code() })).toMatchObject({ code: "throttled" });
    expect(await isOn()).toBe(true);
    person = await personWithPassword(product);
    const other = await enrolled();
    expect((await run(disableFactor, person, { code: other.code() })).ok).toBe(true);
  });

  it("is the owner's for somebody who lost it, and nobody else's", async () => {
    await enrolled();
    const stranger = await personWithPassword(product);
    const input = { accountId: person.accountId };
    expect(await run(resetFactor, stranger, input)).toMatchObject({ ok: false, code: "not_found" });
    expect(await isOn()).toBe(true);
    expect((await run(resetFactor, owner, input)).ok).toBe(true);
    expect(await isOn()).toBe(false);
    expect((await eventsOf(person.accountId)).at(-1)).toMatchObject({
      operation: "FACTOR_DISABLED",
      actor_id: owner.accountId,
      details: { by: "owner" },
    });
    expect(await run(resetFactor, owner, input)).toMatchObject({ ok: false, code: "conflict" });
    expect(await run(resetFactor, owner, { accountId: owner.accountId })).toMatchObject({ code: "conflict" });
    const nobody = "00000000-0000-4000-8000-000000000000";
    expect(await run(resetFactor, owner, { accountId: nobody })).toMatchObject({ code: "not_found" });
    const foreign = await personWithPassword(product);
    await product.admin`insert into organization (id, name) values (2, 'Elsewhere') on conflict do nothing`;
    await product.admin`update membership set org_id = 2 where account_id = ${foreign.accountId}`;
    const { accountId } = foreign;
    await product.admin`insert into account_factor (account_id, secret, confirmed_at) values (${accountId}, 'x', now())`;
    expect(await run(resetFactor, owner, { accountId })).toMatchObject({ code: "not_found" });
    expect(await product.admin`select from account_factor where account_id = ${accountId}`).toHaveLength(1);
  });
});

describe("required by the owner", () => {
  it("needs the owner's own first, is UPDATE_ORGANIZATION with before and after, and no event when nothing changes", async () => {
    expect(await run(requireTwoFactor, owner, { required: "on" })).toMatchObject({
      ok: false,
      code: "conflict",
    });
    if (!(await isOn(owner))) await enrol(owner);
    clock.forward(60);
    expect((await run(requireTwoFactor, owner, { required: "on" })).ok).toBe(true);
    const before = (await product.events()).length;
    expect((await run(requireTwoFactor, owner, { required: "on" })).ok).toBe(true);
    expect((await product.events()).length).toBe(before);
    expect((await product.events()).at(-1)).toMatchObject({
      operation: "UPDATE_ORGANIZATION",
      target_id: "1",
      changes: [{ field: "twoFactorRequired", before: false, after: true }],
    });
    expect((await run(requireTwoFactor, owner, {})).ok).toBe(true);
  });

  it("holds a session that stands back from everything but setting it up, until it is", async () => {
    const { cookie } = await signedInAs(person.email);
    await product.admin`update organization set two_factor_required = true`;
    const held = await principalOfCookie(cookie);
    if (!held) throw new Error("the session ended");
    expect(held.mustEnrolFactor).toBe(true);
    const may = (Object.keys(permissionMatrix) as Permission[]).filter((p) => mayInOrganization(held, p));
    expect(may.sort()).toEqual(["factor:own", "password:change-own"]);
    await enrol(held);
    expect((await principalOfCookie(cookie))?.mustEnrolFactor).toBe(false);
  });

  it("cannot be switched off by its person meanwhile, and asks nothing of who is no member", async () => {
    const app = await enrolled();
    const waiting = await personWithPassword(product, null);
    const { cookie } = await signedInAs(waiting.email);
    await product.admin`update organization set two_factor_required = true`;
    expect(await run(disableFactor, person, { code: app.code() })).toMatchObject({
      ok: false,
      code: "conflict",
    });
    expect(await isOn()).toBe(true);
    expect((await principalOfCookie(cookie))?.mustEnrolFactor).toBe(false);
  });

  it("is the owner's to say", async () => {
    await enrolled();
    expect(await run(requireTwoFactor, person, { required: "on" })).toMatchObject({
      ok: false,
      code: "not_found",
    });
  });
});
