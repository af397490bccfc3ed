import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { anonymousPrincipal } from "@/lib/access/principal";
import { principalOfCookie, sessionCookieValue } from "@/lib/access/sessions";
import { completeOnboarding } from "@/lib/features/accounts/commands/complete-onboarding";
import { createOwnerFromEnvironment } from "@/lib/features/accounts/commands/create-owner-from-environment";
import { register } from "@/lib/features/accounts/commands/register";
import { breakTheLog, countOf, createTestProduct, type TestProduct } from "@/tests/support/product";
import {
  closeMinute,
  earlyInTheMinute,
  fromElsewhere,
  rightPassword,
  signedInAs,
} from "./accounts-for-tests";

const principal = anonymousPrincipal;
let product: TestProduct;
beforeEach(async () => {
  product = await createTestProduct();
});
afterEach(() => product.close());

const onboarding = (over: Record<string, unknown> = {}) => ({
  setupToken: product.runtime.keys.setupToken,
  organization: "Halden Works",
  name: "Ingrid Berg",
  email: "i.berg@halden.example",
  password: rightPassword,
  ...over,
});
const retention = async () =>
  (await product.admin`select retention_chosen, retention_days from audit_config`)[0];

describe("complete-onboarding", () => {
  it("makes the owner and names the organization: REGISTER leads, LOGIN_SUCCESS and OWNER_CREATED carry it as cause", async () => {
    const request = fromElsewhere();
    const result = await completeOnboarding.execute({
      principal,
      request,
      input: onboarding({ retentionDays: "365", joinWithoutApproval: "on" }),
    });
    if (!result.ok || result.value === null) throw new Error(JSON.stringify(result));
    const user = await principalOfCookie(await sessionCookieValue(result.value.sid));
    expect(user).toMatchObject({ role: "owner", email: "i.berg@halden.example" });
    expect(await product.admin`select name, member_approval_required from organization`).toEqual([
      { name: "Halden Works", member_approval_required: false },
    ]);
    expect(await retention()).toEqual({ retention_chosen: 365, retention_days: 365 });
    const events = await product.events();
    expect(events.map((e) => e.operation)).toEqual(["REGISTER", "LOGIN_SUCCESS", "OWNER_CREATED"]);
    for (const event of events)
      expect(event).toMatchObject({
        actor_type: "user",
        actor_id: user?.accountId,
        account_id: user?.accountId,
        ip: request.ip,
      });
    expect(events.map((e) => e.cause)).toEqual([null, events[0]?.id, events[0]?.id]);
    expect(events[2]).toMatchObject({
      model: "Organization",
      target_type: "org",
      target_id: "1",
      target_label: "Halden Works",
      details: { organization: "Halden Works", memberApprovalRequired: false, retentionDays: 365 },
    });
  });

  it("asks for approval and keeps 90 days unless told otherwise", async () => {
    const result = await completeOnboarding.execute({
      principal,
      request: fromElsewhere(),
      input: onboarding(),
    });
    expect(result.ok).toBe(true);
    const owner = (await product.events("user.owner_created"))[0];
    expect(owner?.details).toMatchObject({ memberApprovalRequired: true, retentionDays: 90 });
    expect(
      await register.execute({
        principal,
        request: fromElsewhere(),
        input: { name: "N", email: "n@halden.example", password: rightPassword },
      }),
    ).toMatchObject({ ok: true });
    expect((await product.events()).at(-1)?.operation).toBe("JOIN_REQUESTED");
  });

  it("leaves the retention of the environment in force", async () => {
    product.runtime.env.GURULOG_AUDIT_RETENTION_DAYS = 30;
    const result = await completeOnboarding.execute({
      principal,
      request: fromElsewhere(),
      input: onboarding({ retentionDays: "365" }),
    });
    expect(result.ok).toBe(true);
    expect((await product.events("user.owner_created"))[0]?.details).toMatchObject({ retentionDays: 30 });
    expect(await retention()).toMatchObject({ retention_chosen: null });
  });

  it("has one winner among twenty who hold the token at once; the others are refused, each with its record", async () => {
    const tries = Array.from({ length: 20 }, (_, i) =>
      completeOnboarding.execute({
        principal,
        request: fromElsewhere(),
        input: onboarding({ email: `visitor-${i}@halden.example`, organization: `Org ${i}` }),
      }),
    );
    const results = await Promise.all(tries);
    const winner = results.findIndex((r) => r.ok);
    expect(results.filter((r) => r.ok)).toHaveLength(1);
    expect(results.filter((r) => !r.ok && r.code === "closed")).toHaveLength(19);
    expect(await countOf("account")).toBe(1);
    expect(await product.admin`select name from organization`).toEqual([{ name: `Org ${winner}` }]);
    expect(await product.events("user.creation_failed")).toHaveLength(19);
    expect(await product.events("user.owner_created")).toHaveLength(1);
  });

  it("takes the set-up token from wherever the visitor comes, records wrong ones, and delays whoever guesses", async () => {
    const request = { ...fromElsewhere(), ip: "127.0.0.1" };
    const guess = (i: number) =>
      completeOnboarding.execute({ principal, request, input: onboarding({ setupToken: `guess-${i}` }) });
    for (let i = 0; i < 6; i += 1)
      expect(await guess(i)).toMatchObject({
        ok: false,
        code: "forbidden",
        fieldErrors: { setupToken: expect.any(Array) },
      });
    await product.admin`update sign_in_delay set blocked_until = now() + interval '60 seconds'`;
    await earlyInTheMinute();
    for (let i = 6; i < 9; i += 1) expect(await guess(i)).toMatchObject({ ok: false, code: "throttled" });
    await closeMinute(product);
    const events = await product.events("user.creation_failed");
    expect(events).toHaveLength(7);
    expect(events.at(-1)?.details).toMatchObject({ reason: "throttled", count: 3 });
    expect(JSON.stringify(events)).not.toContain("guess-");
    expect(await countOf("account")).toBe(0);
    // Whoever holds the right one is not kept out by those who guess.
    expect((await completeOnboarding.execute({ principal, request, input: onboarding() })).ok).toBe(true);
  }, 40_000);

  it("changes nothing when the log takes no event, and can be tried again", async () => {
    const mend = await breakTheLog(product);
    const result = await completeOnboarding.execute({
      principal,
      request: fromElsewhere(),
      input: onboarding(),
    });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await countOf("account")).toBe(0);
    expect(await retention()).toMatchObject({ retention_chosen: null });
    expect(
      (await completeOnboarding.execute({ principal, request: fromElsewhere(), input: onboarding() })).ok,
    ).toBe(true);
  });

  it("refuses values that cannot be used beside their field, without a record", async () => {
    const cases: [Record<string, unknown>, string][] = [
      [{ password: "short" }, "password"],
      [{ email: "nobody" }, "email"],
      [{ organization: " " }, "organization"],
      [{ organization: "x".repeat(101) }, "organization"],
      [{ retentionDays: "-1" }, "retentionDays"],
      [{ retentionDays: "ninety" }, "retentionDays"],
      [{ retentionDays: "1e9" }, "retentionDays"],
      [{ setupToken: "" }, "setupToken"],
      [{ role: "owner" }, "form"],
    ];
    for (const [over, field] of cases) {
      const result = await completeOnboarding.execute({
        principal,
        request: fromElsewhere(),
        input: onboarding(over),
      });
      expect(result, JSON.stringify(over)).toMatchObject({
        ok: false,
        code: "invalid",
        fieldErrors: { [field]: expect.any(Array) },
      });
    }
    expect(await product.events()).toEqual([]);
    expect(await countOf("account")).toBe(0);
  });

  it("takes a retention of blanks for no answer, never for ever", async () => {
    const input = onboarding({ retentionDays: "  " });
    expect((await completeOnboarding.execute({ principal, request: fromElsewhere(), input })).ok).toBe(true);
    const [made] = await product.events("user.owner_created");
    expect(made?.details).toMatchObject({ retentionDays: 90 });
  });

  it("stores a hostile name of the organization safely", async () => {
    const result = await completeOnboarding.execute({
      principal,
      request: fromElsewhere(),
      input: onboarding({ organization: "=Halden\0\u202E<b>\ud800" }),
    });
    expect(result.ok).toBe(true);
    expect((await product.events("user.owner_created"))[0]?.target_label).toBe(
      "=Halden\u2400\u202E<b>\ufffd",
    );
  });
});

describe("the owner from the environment", () => {
  const setOwner = (email?: string, password?: string) => {
    product.runtime.env.GURULOG_OWNER_EMAIL = email;
    product.runtime.env.GURULOG_OWNER_PASSWORD = password;
  };

  it("is made once by System: USER_CREATED leads, user.owner_created by the new account without an address follows", async () => {
    await product.admin`update organization set name = ''`;
    setOwner("owner@halden.example", rightPassword);
    expect(await createOwnerFromEnvironment()).toBe(true);
    expect(await createOwnerFromEnvironment()).toBe(false);
    const events = await product.events();
    expect(events.map((e) => e.operation)).toEqual(["USER_CREATED", "OWNER_CREATED"]);
    expect(events[0]).toMatchObject({
      actor_type: "system",
      actor_id: "system",
      ip: null,
      target_label: "owner@halden.example",
      cause: null,
    });
    expect(events[1]).toMatchObject({
      actor_type: "user",
      actor_id: events[0]?.target_id,
      ip: null,
      cause: events[0]?.id,
      target_label: "Organization",
    });
    expect((await signedInAs("owner@halden.example")).principal.role).toBe("owner");
  });

  it("is made once by two instances that start at the same time", async () => {
    setOwner("owner@halden.example", rightPassword);
    const made = await Promise.all([createOwnerFromEnvironment(), createOwnerFromEnvironment()]);
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await product.events("user.owner_created")).toHaveLength(1);
  });

  it("is ignored once an owner exists, whatever the values are", async () => {
    await product.person("owner@halden.example", "owner");
    setOwner("nonsense", "x");
    expect(await createOwnerFromEnvironment()).toBe(false);
    expect(await product.events()).toEqual([]);
  });

  it("is refused with one line that says what to set and quotes no value", async () => {
    const cases: [string | undefined, string | undefined, RegExp][] = [
      ["owner@halden.example", undefined, /GURULOG_OWNER_PASSWORD is missing/],
      [undefined, rightPassword, /GURULOG_OWNER_EMAIL is missing/],
      ["nonsense", rightPassword, /GURULOG_OWNER_EMAIL must be/],
      ["owner@halden.example", "short", /GURULOG_OWNER_PASSWORD cannot be used/],
    ];
    for (const [email, password, message] of cases) {
      setOwner(email, password);
      const error: unknown = await createOwnerFromEnvironment().catch((e) => e);
      expect(error).toMatchObject({ name: "EnvError", message: expect.stringMatching(message) });
      expect(String(error)).not.toMatch(/\n|nonsense|short/);
      expect(String(error)).not.toContain(rightPassword);
    }
    expect(await countOf("account")).toBe(0);
  });
});
