import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { anonymousPrincipal } from "@/lib/access/principal";
import { principalOfCookie, sessionCookieValue } from "@/lib/access/sessions";
import { register } from "@/lib/features/accounts/commands/register";
import { createApiKey } from "@/lib/features/api-keys/commands/create-api-key";
import { breakTheLog, countOf, createTestProduct, type TestProduct } from "@/tests/support/product";
import { fromElsewhere, rightPassword } from "./accounts-for-tests";

const principal = anonymousPrincipal;
let product: TestProduct;
let next = 0;
const newcomer = (over: Record<string, unknown> = {}) => ({
  name: "Nora New",
  email: `newcomer-${++next}@halden.example`,
  password: rightPassword,
  ...over,
});
const setApproval = (required: boolean) =>
  product.admin`update organization set member_approval_required = ${required}`;

beforeAll(async () => {
  product = await createTestProduct({ GURULOG_SEATS: "40" });
  await product.person("owner@halden.example", "owner");
});
afterAll(() => product.close());
beforeEach(() => setApproval(false));

describe("register", () => {
  it("makes account, membership and session, and records REGISTER with LOGIN_SUCCESS and MEMBER_JOINED caused by it", async () => {
    const input = newcomer();
    const request = fromElsewhere();
    const result = await register.execute({ principal, request, input });
    if (!result.ok || result.value === null) throw new Error("refused");
    const user = await principalOfCookie(await sessionCookieValue(result.value.sid));
    expect(user).toMatchObject({
      email: input.email,
      name: "Nora New",
      role: "member",
      mustChangePassword: false,
    });
    const [registered, signedIn, joined] = (await product.events()).slice(-3);
    expect(joined).toMatchObject({
      action: "org.member_joined",
      operation: "MEMBER_JOINED",
      actor_id: user?.accountId,
      account_id: user?.accountId,
      target_type: "user",
      target_id: user?.accountId,
      target_label: input.email,
      details: { by: "open" },
      cause: registered?.id,
    });
    expect(registered).toMatchObject({
      action: "user.registered",
      operation: "REGISTER",
      action_type: "created",
      outcome: "success",
      actor_type: "user",
      actor_id: user?.accountId,
      account_id: user?.accountId,
      actor_email: input.email,
      target_id: user?.accountId,
      target_label: input.email,
      ip: request.ip,
      cause: null,
    });
    expect(signedIn).toMatchObject({
      operation: "LOGIN_SUCCESS",
      actor_id: user?.accountId,
      target_id: user?.accountId,
      cause: registered?.id,
    });
  });

  it("asks to join while members need approval: JOIN_REQUESTED follows, and the account waits without a membership", async () => {
    await setApproval(true);
    const taken = await countOf("membership");
    const input = newcomer();
    const result = await register.execute({ principal, request: fromElsewhere(), input });
    if (!result.ok || result.value === null) throw new Error("refused");
    const user = await principalOfCookie(await sessionCookieValue(result.value.sid));
    expect(user).toMatchObject({ email: input.email, role: null });
    const events = (await product.events()).slice(-3);
    expect(events.map((e) => e.operation)).toEqual(["REGISTER", "LOGIN_SUCCESS", "JOIN_REQUESTED"]);
    expect(events[2]).toMatchObject({
      action: "user.join_requested",
      model: "AccountJoinRequest",
      actor_type: "user",
      actor_id: user?.accountId,
      account_id: user?.accountId,
      target_type: "org",
      target_id: "1",
      target_label: input.email,
      cause: events[0]?.id,
    });
    expect(await product.admin`select account_id from join_request`).toEqual([
      { account_id: user?.accountId },
    ]);
    expect(await countOf("membership")).toBe(taken);
    // Whoever waits may hold no key.
    const key = { name: "early", scopes: "", expiresInDays: "" };
    if (!user) throw new Error("nobody is signed in");
    expect(
      await createApiKey.execute({ principal: user, request: fromElsewhere(), input: key }),
    ).toMatchObject({
      ok: false,
      code: "not_found",
    });
  });

  it("takes no seat while it waits: a request is made although all seats are taken", async () => {
    await setApproval(true);
    const seats = product.runtime.env.GURULOG_SEATS;
    product.runtime.env.GURULOG_SEATS = await countOf("membership");
    const result = await register.execute({ principal, request: fromElsewhere(), input: newcomer() });
    product.runtime.env.GURULOG_SEATS = seats;
    expect(result.ok).toBe(true);
  });

  it("is refused where a thousand requests wait, as one user.join_request_creation_failed, and makes no account", async () => {
    await setApproval(true);
    await product.admin`
      with made as (
        insert into account (email, email_key, name)
        select 'waiting-' || n || '@many.example', 'waiting-' || n || '@many.example', 'W' from generate_series(1, 1000) n returning id)
      insert into join_request (org_id, account_id) select 1, id from made`;
    const accounts = await countOf("account");
    const before = (await product.events()).length;
    const input = newcomer();
    const result = await register.execute({ principal, request: fromElsewhere(), input });
    await product.admin`delete from account where email like 'waiting-%@many.example'`;
    expect(result).toMatchObject({ ok: false, code: "busy" });
    expect(await countOf("account")).toBe(accounts - 1000);
    const events = (await product.events()).slice(before);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      action: "user.join_request_creation_failed",
      operation: "JOIN_REQUEST_FAILED",
      actor_type: "user",
      actor_email: input.email,
      account_id: null,
      target_type: "org",
      target_id: "1",
      metadata: { message: expect.stringContaining("Too many requests") },
    });
  });

  it("says openly that an address is taken, in whatever case, and records the refusal alone", async () => {
    const input = newcomer();
    await register.execute({ principal, request: fromElsewhere(), input });
    const before = (await product.events()).length;
    const again = await register.execute({
      principal,
      request: fromElsewhere(),
      input: { ...input, email: input.email.toUpperCase() },
    });
    expect(again).toMatchObject({ ok: false, code: "exists", fieldErrors: { email: expect.any(Array) } });
    const events = (await product.events()).slice(before);
    expect(events.map((e) => e.action)).toEqual(["user.creation_failed"]);
  });

  it("gives one address to one of ten who ask at once", async () => {
    const input = newcomer();
    const results = await Promise.all(
      Array.from({ length: 10 }, () => register.execute({ principal, request: fromElsewhere(), input })),
    );
    expect(results.filter((r) => r.ok)).toHaveLength(1);
    const refused = (await product.events("user.creation_failed")).filter(
      (e) => e.target_label === input.email,
    );
    expect(refused).toHaveLength(9);
  });

  it("never gives more seats than there are, also to many at once", async () => {
    const taken = await countOf("membership");
    const seats = 40;
    product.runtime.env.GURULOG_SEATS = taken + 2;
    const results = await Promise.all(
      Array.from({ length: 8 }, () =>
        register.execute({ principal, request: fromElsewhere(), input: newcomer() }),
      ),
    );
    product.runtime.env.GURULOG_SEATS = seats;
    expect(results.filter((r) => r.ok)).toHaveLength(2);
    expect(results.find((r) => !r.ok)).toMatchObject({
      code: "closed",
      message: expect.stringContaining("seats"),
    });
    expect(await countOf("membership")).toBe(taken + 2);
  });

  it.each([
    ["short", "eleven-char"],
    ["too long", "x1".repeat(513)],
    ["common", "1qaz2wsx3edc"],
    ["common with digits", "Password-123456"],
    ["a repetition", "abc1abc1abc1abc1"],
    ["a sequence", "123456789012"],
    ["the name", "nora new and her long name"],
  ])("refuses a password that is %s beside the field, without a record", async (_, password) => {
    const before = (await product.events()).length;
    const input = newcomer({
      password,
      ...(password.startsWith("nora") ? { name: "Nora New and her long name" } : {}),
    });
    const result = await register.execute({ principal, request: fromElsewhere(), input });
    expect(result).toMatchObject({
      ok: false,
      code: "invalid",
      fieldErrors: { password: [expect.any(String)] },
    });
    expect((await product.events()).length).toBe(before);
  });

  it.each([
    [{ email: "not-an-address" }, "email"],
    [{ email: `${"x".repeat(320)}@halden.example` }, "email"],
    [{ email: "a\0b@halden.example" }, "email"],
    [{ name: "" }, "name"],
    [{ name: "x".repeat(101) }, "name"],
    [{ role: "owner" }, "form"],
    [{ orgId: 2 }, "form"],
  ])("refuses %j beside the field", async (over, field) => {
    const result = await register.execute({ principal, request: fromElsewhere(), input: newcomer(over) });
    expect(result).toMatchObject({ ok: false, code: "invalid", fieldErrors: { [field]: expect.any(Array) } });
  });

  it.each([
    "\0nul",
    "\u202Ebidi",
    "\ud800lone",
    "=1+1",
    "<script>alert(1)</script>",
    "line\nbreak",
    "__proto__",
  ])("stores the hostile name %j safely", async (name) => {
    const result = await register.execute({ principal, request: fromElsewhere(), input: newcomer({ name }) });
    if (!result.ok || result.value === null) throw new Error("refused");
    const user = await principalOfCookie(await sessionCookieValue(result.value.sid));
    expect(user?.name).toBe(name.replace("\0", "\u2400").toWellFormed());
  });

  it("makes no account when the log takes no event", async () => {
    const accounts = await countOf("account");
    const mend = await breakTheLog(product);
    const result = await register.execute({ principal, request: fromElsewhere(), input: newcomer() });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await countOf("account")).toBe(accounts);
  });
});
