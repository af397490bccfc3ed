import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashesComputed } from "@/lib/access/passwords";
import { anonymousPrincipal } from "@/lib/access/principal";
import { principalOfCookie } from "@/lib/access/sessions";
import { signIn } from "@/lib/features/accounts/commands/sign-in";
import { signOut } from "@/lib/features/accounts/commands/sign-out";
import { breakTheLog, countOf, createTestProduct, type TestProduct } from "@/tests/support/product";
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

const principal = anonymousPrincipal;

describe("sign-in", () => {
  it("starts a session and records LOGIN_SUCCESS by the person, from their address", async () => {
    const person = await personWithPassword(product);
    const request = fromElsewhere();
    const { principal: user } = await signedInAs(person.email.toUpperCase(), rightPassword, request);
    expect(user).toMatchObject({ accountId: person.accountId, role: "member" });
    const event = (await product.events("user.signed_in")).at(-1);
    expect(event).toMatchObject({
      operation: "LOGIN_SUCCESS",
      outcome: "success",
      actor_type: "user",
      actor_id: person.accountId,
      account_id: person.accountId,
      actor_email: person.email,
      ip: request.ip,
      target_type: "user",
      target_id: person.accountId,
      target_label: person.email,
      details: { method: "password" },
    });
  });

  it("answers alike and computes one hash alike whether or not the account exists, and records each failure", async () => {
    const person = await personWithPassword(product);
    const request = fromElsewhere();
    const nobody = "nobody@halden.example";
    const answers = [];
    for (const email of [person.email, nobody]) {
      const before = hashesComputed().total;
      answers.push(await signIn.execute({ principal, request, input: { email, password: otherPassword } }));
      expect(hashesComputed().total - before).toBe(1);
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ ok: false, code: "unauthenticated" });
    const [known, unknown] = (await product.events("user.sign_in_failed")).slice(-2);
    expect(known).toMatchObject({
      operation: "LOGIN_FAILED",
      outcome: "failure",
      actor_type: "anonymous",
      actor_id: "anonymous",
      actor_email: null,
      account_id: person.accountId,
      target_id: person.accountId,
      target_label: person.email,
      details: { reason: "credentials", method: "password" },
    });
    expect(unknown).toMatchObject({
      account_id: null,
      target_id: "unknown",
      target_label: nobody,
      details: { reason: "credentials" },
    });
  });

  it.each([
    "Tr0ub4dor and my dog",
    "=cmd|'/c calc'!A0",
    "a@b",
    "\0@x.example",
    "\ud800@x.example",
    "x".repeat(100_000),
    "'; drop table account; --",
  ])("stores nothing of what was typed into the e-mail field when it is no address: %#", async (email) => {
    const result = await signIn.execute({
      principal,
      request: fromElsewhere(),
      input: { email, password: otherPassword },
    });
    expect(result).toMatchObject({ ok: false, code: "unauthenticated" });
    const event = (await product.events("user.sign_in_failed")).at(-1);
    expect(event).toMatchObject({ target_label: "-", target_id: "unknown", account_id: null });
    const stored =
      await product.admin`select key from sign_in_delay where key like ${`%${email.slice(0, 20).replaceAll("\0", "").toWellFormed()}%`}`;
    expect(stored).toEqual([]);
  });

  it("never records, stores or answers the password", async () => {
    const person = await personWithPassword(product);
    const canary = "canary-9f2b-password-that-must-not-leak";
    const result = await signIn.execute({
      principal,
      request: fromElsewhere(),
      input: { email: person.email, password: canary },
    });
    const everything = JSON.stringify([
      result,
      await product.events(),
      await product.admin`select * from sign_in_delay`,
      await product.admin`select * from audit_counter`,
    ]);
    expect(everything).toContain(person.email);
    expect(everything).not.toContain(canary);
  });

  it("takes no password longer than any that can be set, and hostile ones are failures like any other", async () => {
    const person = await personWithPassword(product);
    for (const password of [rightPassword.padEnd(1_000_000, "x"), "\0", "\ud800", " "]) {
      const result = await signIn.execute({
        principal,
        request: fromElsewhere(),
        input: { email: person.email, password },
      });
      expect(result).toMatchObject({ ok: false, code: "unauthenticated" });
    }
  });

  it("starts no session when the log takes no event", async () => {
    const person = await personWithPassword(product);
    const sessions = await countOf("session");
    const mend = await breakTheLog(product);
    const result = await signIn.execute({
      principal,
      request: fromElsewhere(),
      input: { email: person.email, password: rightPassword },
    });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await countOf("session")).toBe(sessions);
  });

  it("refuses empty and unknown fields without a record", async () => {
    const before = (await product.events()).length;
    const request = fromElsewhere();
    const inputs = [
      { email: "", password: "x" },
      { email: "a@b.example", password: "" },
      { email: "a@b.example", password: "x", role: "owner" },
      null,
    ];
    for (const input of inputs)
      expect(await signIn.execute({ principal, request, input })).toMatchObject({
        ok: false,
        code: "invalid",
      });
    expect((await product.events()).length).toBe(before);
  });

  it("takes nothing that only the password check may say", async () => {
    const person = await personWithPassword(product);
    const forged = {
      email: person.email,
      password: "x",
      tokens: [],
      checked: { matched: true, account: { id: person.accountId } },
    };
    expect(await signIn.execute({ principal, request: fromElsewhere(), input: forged })).toMatchObject({
      ok: false,
      code: "invalid",
    });
  });

  it("cannot be signed in to without a password on the account", async () => {
    const person = await product.person("sso-only@halden.example");
    const result = await signIn.execute({
      principal,
      request: fromElsewhere(),
      input: { email: person.email, password: rightPassword },
    });
    expect(result).toMatchObject({ ok: false, code: "unauthenticated" });
  });
});

describe("sign-out", () => {
  it("ends the session on the server: a captured cookie is dead, other sessions go on", async () => {
    const person = await personWithPassword(product);
    const here = await signedInAs(person.email);
    const there = await signedInAs(person.email);
    const result = await signOut.execute({ principal: here.principal, request: fromElsewhere(), input: {} });
    expect(result.ok).toBe(true);
    expect(await principalOfCookie(here.cookie)).toBeNull();
    expect(await principalOfCookie(there.cookie)).not.toBeNull();
    const event = (await product.events("user.signed_out")).at(-1);
    expect(event).toMatchObject({
      operation: "LOGOUT",
      actor_id: person.accountId,
      target_id: person.accountId,
      target_label: person.email,
    });
  });

  it("records nothing for a session that has ended, and for nobody", async () => {
    const person = await personWithPassword(product);
    const { principal: user } = await signedInAs(person.email);
    await signOut.execute({ principal: user, request: fromElsewhere(), input: {} });
    const before = (await product.events()).length;
    expect(await signOut.execute({ principal: user, request: fromElsewhere(), input: {} })).toMatchObject({
      ok: false,
      code: "unauthenticated",
    });
    expect(await signOut.execute({ principal, request: fromElsewhere(), input: {} })).toMatchObject({
      ok: false,
      code: "unauthenticated",
    });
    expect((await product.events()).length).toBe(before);
  });

  it("leaves the session alive when the log takes no event", async () => {
    const person = await personWithPassword(product);
    const { cookie, principal: user } = await signedInAs(person.email);
    const mend = await breakTheLog(product);
    const result = await signOut.execute({ principal: user, request: fromElsewhere(), input: {} });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await principalOfCookie(cookie)).not.toBeNull();
  });
});
