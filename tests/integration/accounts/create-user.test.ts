import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { principalOfCookie } from "@/lib/access/sessions";
import { signIn } from "@/lib/features/accounts/commands/sign-in";
import { createUser } from "@/lib/features/users/commands/create-user";
import { resetUserPassword } from "@/lib/features/users/commands/reset-user-password";
import {
  fromElsewhere,
  personWithPassword,
  rightPassword,
  signedInAs,
} from "@/tests/integration/accounts/accounts-for-tests";
import { done } from "@/tests/integration/gurus/guru-for-tests";
import {
  breakTheLog,
  byKey,
  countOf,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";

let product: TestProduct;
let owner: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
});
afterAll(() => product.close());

const eventsSince = async (before: number) => (await product.events()).slice(before);
const anonymous = { kind: "anonymous", orgId: 1 } as const;

describe("create-user", () => {
  it("makes a member whose password is shown once, works once and must be changed", async () => {
    const input = { email: " New.Person@Halden.example ", name: "New Person" };
    const made = done(await createUser.execute({ principal: owner, request, input }));
    expect(made.password).toMatch(/^([a-z2-9]{5}-){4}[a-z2-9]{5}$/);
    expect((await product.events("user.created")).at(-1)).toMatchObject({
      operation: "USER_CREATED",
      actor_id: owner.accountId,
      target_type: "user",
      target_id: made.id,
      target_label: "New.Person@Halden.example",
      outcome: "success",
    });
    const { principal } = await signedInAs("new.person@halden.example", made.password);
    expect(principal).toMatchObject({
      accountId: made.id,
      role: "member",
      name: "New Person",
      mustChangePassword: true,
    });
    const whole = JSON.stringify(await product.events());
    expect(whole).not.toContain(made.password);
    const [stored] = await product.admin`select password_hash from account where id = ${made.id}`;
    expect(whole).not.toContain(stored?.password_hash);
  });

  it("never shows the password again to a repeat of the form", async () => {
    const call = {
      principal: owner,
      request,
      input: { email: "once@halden.example", name: "Once" },
      attemptId: crypto.randomUUID(),
    };
    done(await createUser.execute(call));
    expect(await createUser.execute(call)).toMatchObject({ ok: true, repeated: true, value: null });
    expect(
      (await product.events("user.created")).filter((e) => e.target_label === "once@halden.example"),
    ).toHaveLength(1);
    const attempts = JSON.stringify(await product.admin`select * from attempt`);
    expect(attempts).not.toMatch(/([a-z2-9]{5}-){4}/);
  });

  it("withdraws the open invite of that address", async () => {
    await product.admin`
      insert into invite (org_id, email, email_key, token_hash, expires_at)
      values (1, 'invited@halden.example', 'invited@halden.example', 'y', now() + interval '7 days')`;
    const before = (await product.events()).length;
    const input = { email: "Invited@halden.example", name: "Invited" };
    done(await createUser.execute({ principal: owner, request, input }));
    const [lead, cancelled] = await eventsSince(before);
    expect(cancelled).toMatchObject({
      operation: "INVITE_CANCELLED",
      target_type: "invite",
      target_label: "invited@halden.example",
      cause: lead?.id,
    });
    expect(await countOf("invite")).toBe(0);
  });

  it("records USER_CREATION_FAILED with its message for a taken address, in any case", async () => {
    const before = (await product.events()).length;
    const input = { email: "OWNER@halden.example", name: "Impostor" };
    expect(await createUser.execute({ principal: owner, request, input })).toMatchObject({
      ok: false,
      code: "exists",
      fieldErrors: { email: [expect.any(String)] },
    });
    const [event, ...more] = await eventsSince(before);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      operation: "USER_CREATION_FAILED",
      outcome: "failure",
      actor_type: "user",
      actor_id: owner.accountId,
      target_label: "OWNER@halden.example",
      metadata: { message: expect.stringContaining("exists already") },
      details: { reason: "exists" },
    });
    expect(await product.admin`select 1 from account where id = ${event?.target_id ?? ""}`).toHaveLength(0);
  });

  it("gives the last seat to one of two, and records the other as failed", async () => {
    const seats = product.runtime.env.GURULOG_SEATS;
    product.runtime.env.GURULOG_SEATS = (await countOf("membership")) + 1;
    const before = (await product.events()).length;
    const results = await Promise.all(
      ["seat-a@halden.example", "seat-b@halden.example"].map((email) =>
        createUser.execute({ principal: owner, request, input: { email, name: "Seat" } }),
      ),
    );
    product.runtime.env.GURULOG_SEATS = seats;
    expect(results.map((r) => (r.ok ? "ok" : r.code)).sort()).toEqual(["closed", "ok"]);
    expect((await eventsSince(before)).map((e) => e.operation).sort()).toEqual([
      "USER_CREATED",
      "USER_CREATION_FAILED",
    ]);
  });

  it("is the owner's alone, by key too, and says to others that there is no such page", async () => {
    const member = await product.person("not-owner@halden.example");
    const auditor = await product.person("not-owner-2@halden.example", "auditor");
    const accounts = await countOf("account");
    const input = { email: "sneaky@halden.example", name: "Sneaky" };
    for (const principal of [member, auditor, byKey(member), byKey(owner, ["audit:read"])])
      expect(await createUser.execute({ principal, request, input })).toMatchObject({
        ok: false,
        code: "not_found",
      });
    expect(await createUser.execute({ principal: anonymous, request, input })).toMatchObject({
      ok: false,
      code: "unauthenticated",
    });
    expect(await countOf("account")).toBe(accounts);
    const failed = (await product.events("user.creation_failed")).filter(
      (e) => e.target_label === "sneaky@halden.example",
    );
    expect(failed.map((e) => e.details.reason)).toEqual(Array(4).fill("forbidden"));
  });

  it("makes nothing when the log takes no event", async () => {
    const accounts = await countOf("account");
    const mend = await breakTheLog(product);
    const input = { email: "unrecorded@halden.example", name: "Nobody" };
    const result = await createUser.execute({ principal: owner, request, input });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await countOf("account")).toBe(accounts);
  });
});

describe("reset-user-password", () => {
  it("replaces the password, ends every session at once and records both", async () => {
    const person = await personWithPassword(product);
    const first = await signedInAs(person.email);
    await signedInAs(person.email);
    const before = (await product.events()).length;
    const input = { accountId: person.accountId };
    const reset = done(await resetUserPassword.execute({ principal: owner, request, input }));
    const [changed, ended, ...more] = await eventsSince(before);
    expect(more).toEqual([]);
    expect(changed).toMatchObject({
      operation: "PASSWORD_CHANGED",
      actor_id: owner.accountId,
      target_id: person.accountId,
      target_label: person.email,
      details: { by: "owner" },
    });
    expect(ended).toMatchObject({
      operation: "REVOKE_SESSION",
      target_id: person.accountId,
      details: { sessions: 2 },
      cause: changed?.id,
    });
    expect(await principalOfCookie(first.cookie)).toBeNull();
    const old = await signIn.execute({
      principal: anonymous,
      request: fromElsewhere(),
      input: { email: person.email, password: rightPassword },
    });
    expect(old).toMatchObject({ ok: false, code: "unauthenticated" });
    const again = await signedInAs(person.email, reset.password);
    expect(again.principal.mustChangePassword).toBe(true);
  });

  it("leaves no session of the former password, however the two meet", async () => {
    const person = await personWithPassword(product);
    const tries = Array.from({ length: 6 }, () =>
      signIn.execute({
        principal: anonymous,
        request: fromElsewhere(),
        input: { email: person.email, password: rightPassword },
      }),
    );
    const input = { accountId: person.accountId };
    const reset = resetUserPassword.execute({ principal: owner, request, input });
    await Promise.all([...tries, reset]);
    expect(await product.admin`select 1 from session where account_id = ${person.accountId}`).toHaveLength(0);
  });

  it("refuses one's own account, unknown ids and another organization's people, without a record", async () => {
    const foreign = await product.person("reset-foreign@else.example", null);
    await product.admin`insert into organization (id, name) values (2, 'Elsewhere') on conflict do nothing`;
    await product.admin`insert into membership (org_id, account_id, role) values (2, ${foreign.accountId}, 'member')`;
    const before = (await product.events()).length;
    const cases = {
      [owner.accountId]: "invalid",
      [foreign.accountId]: "not_found",
      [crypto.randomUUID()]: "not_found",
      "no id": "invalid",
    };
    for (const [accountId, code] of Object.entries(cases)) {
      const result = await resetUserPassword.execute({ principal: owner, request, input: { accountId } });
      expect(result, accountId).toMatchObject({ ok: false, code });
    }
    expect((await product.events()).length).toBe(before);
    const [stored] = await product.admin`select password_hash from account where id = ${foreign.accountId}`;
    expect(stored?.password_hash).toBeNull();
  });
});
