import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { principalOfCookie, sessionCookieValue } from "@/lib/access/sessions";
import { completeSignIn } from "@/lib/features/accounts/commands/complete-sign-in";
import { setRuntime } from "@/lib/platform/runtime";
import { type OidcProcess, oidcClient, startOidcProvider } from "@/tests/support/oidc-process";
import { breakTheLog, countOf, createTestProduct, type TestProduct } from "@/tests/support/product";
import { Clock, enrol } from "../two-factor/factor-for-tests";
import { baseUrl, type Login, redirectUri, Visitor } from "./visitor";

let provider: OidcProcess;
let product: TestProduct;

beforeAll(async () => {
  provider = await startOidcProvider(redirectUri);
  product = await createTestProduct({
    GURULOG_URL: baseUrl,
    AUTH_OIDC_ISSUER: provider.issuer,
    AUTH_OIDC_CLIENT_ID: oidcClient.id,
    AUTH_OIDC_CLIENT_SECRET: oidcClient.secret,
  });
  await product.person("owner@halden.example", "owner");
});
afterAll(async () => {
  await product?.close();
  await provider?.stop();
});
beforeEach(() => setRuntime(product.runtime));

const withEnv = (over: Partial<TestProduct["runtime"]["env"]>) =>
  setRuntime({ ...product.runtime, env: { ...product.runtime.env, ...over } });
const withJit = () => withEnv({ AUTH_OIDC_JIT_PROVISIONING: true });
/** Somebody new to the provider and to the product. */
const newcomer = (over: Partial<Login> = {}): Login & { email: string } => {
  const sub = randomUUID();
  return { sub, email: `n-${sub}@halden.example`, email_verified: true, name: "Nora New", ...over };
};
const since = async (before: number) => (await product.events()).slice(before);
const mark = async () => (await product.events()).length;

async function signedIn(login: Login, visitor = new Visitor()) {
  const result = await visitor.signIn(login);
  if (!result.ok || result.value === null) throw new Error(`not signed in: ${JSON.stringify(result)}`);
  if ("step" in result.value) throw new Error("a second step is due");
  const user = await principalOfCookie(await sessionCookieValue(result.value.sid));
  if (!user) throw new Error("the session does not stand");
  return user;
}

describe("a first sign-in", () => {
  it("with JIT makes a member at once: REGISTER leads JIT_PROVISIONED and LOGIN_SUCCESS", async () => {
    withJit();
    const before = await mark();
    const login = newcomer();
    const visitor = new Visitor();
    const user = await signedIn(login, visitor);
    expect(user).toMatchObject({ email: login.email, name: "Nora New", role: "member" });
    const [registered, provisioned, entered, ...more] = await since(before);
    expect(more).toEqual([]);
    expect(registered).toMatchObject({
      operation: "REGISTER",
      actor_type: "user",
      actor_id: user.accountId,
      account_id: user.accountId,
      target_id: user.accountId,
      ip: visitor.request.ip,
      cause: null,
    });
    expect(provisioned).toMatchObject({
      action: "user.jit_provisioned",
      operation: "JIT_PROVISIONED",
      action_type: "created",
      model: "Membership",
      actor_id: user.accountId,
      target_type: "org",
      target_id: "1",
      cause: registered?.id,
    });
    expect(entered).toMatchObject({
      operation: "LOGIN_SUCCESS",
      actor_id: user.accountId,
      details: { method: "oidc" },
      cause: registered?.id,
    });
  });

  it("without JIT makes a join request, and an account that waits", async () => {
    const before = await mark();
    const user = await signedIn(newcomer());
    expect(user.role).toBeNull();
    const [registered, asked, entered, ...more] = await since(before);
    expect(more).toEqual([]);
    expect([registered?.operation, asked?.operation, entered?.operation]).toEqual([
      "REGISTER",
      "JOIN_REQUESTED",
      "LOGIN_SUCCESS",
    ]);
    expect(asked).toMatchObject({
      actor_id: user.accountId,
      target_type: "org",
      target_id: "1",
      target_label: user.email,
      cause: registered?.id,
    });
    const waiting = await product.admin`select 1 from join_request where account_id = ${user.accountId}`;
    expect(waiting.length).toBe(1);
  });

  it("without JIT, where people may join without approval, makes a member as registering does", async () => {
    await product.admin`update organization set member_approval_required = false`;
    const before = await mark();
    const user = await signedIn(newcomer());
    await product.admin`update organization set member_approval_required = true`;
    expect(user.role).toBe("member");
    const [registered, joined, ...more] = await since(before);
    expect(more.map((event) => event.operation)).toEqual(["LOGIN_SUCCESS"]);
    expect(registered?.operation).toBe("REGISTER");
    expect(joined).toMatchObject({
      operation: "MEMBER_JOINED",
      actor_id: user.accountId,
      target_type: "user",
      target_id: user.accountId,
      details: { by: "open" },
      cause: registered?.id,
    });
  });

  it("with JIT and no free seat is JIT_PROVISIONING_FAILED alone, and leaves nothing behind", async () => {
    withEnv({ AUTH_OIDC_JIT_PROVISIONING: true, GURULOG_SEATS: 1 });
    const counts = () => Promise.all(["account", "identity", "membership", "session"].map(countOf));
    const [before, rows] = [await mark(), await counts()];
    const login = newcomer();
    const result = await new Visitor().signIn(login);
    expect(result).toMatchObject({ ok: false, code: "closed", message: expect.stringContaining("seats") });
    expect(await counts()).toEqual(rows);
    const [failed, ...more] = await since(before);
    expect(more).toEqual([]);
    expect(failed).toMatchObject({
      action: "user.jit_provisioning_failed",
      outcome: "failure",
      actor_type: "user",
      actor_email: login.email,
      account_id: null,
      target_type: "org",
      target_id: "1",
      metadata: { message: expect.stringContaining("seats") },
    });
  });

  it("is refused where there is no owner yet, as USER_CREATION_FAILED", async () => {
    await product.admin`update membership set role = 'auditor' where role = 'owner'`;
    const before = await mark();
    const result = await new Visitor().signIn(newcomer());
    await product.admin`update membership set role = 'owner' where role = 'auditor'`;
    expect(result).toMatchObject({ ok: false, code: "closed" });
    expect((await since(before)).map((event) => event.operation)).toEqual(["USER_CREATION_FAILED"]);
  });

  it.each([
    { email_verified: false },
    { email_verified: undefined },
    { email: "no address" },
    { email: undefined },
  ])("without a verified address makes no account: %j", async (over) => {
    withJit();
    const before = await mark();
    const accounts = await countOf("account");
    const result = await new Visitor().signIn(newcomer(over as Partial<Login>));
    expect(result).toMatchObject({ ok: false, code: "forbidden" });
    expect(await countOf("account")).toBe(accounts);
    const [failed, ...more] = await since(before);
    expect(more).toEqual([]);
    expect(failed).toMatchObject({
      operation: "LOGIN_FAILED",
      actor_type: "anonymous",
      target_id: "unknown",
      details: { method: "oidc", reason: "unverified-email" },
    });
  });

  it("of one person in five tabs at once makes one account", async () => {
    withJit();
    const login = newcomer();
    const users = await Promise.all(Array.from({ length: 5 }, () => signedIn(login)));
    expect(new Set(users.map((user) => user.accountId)).size).toBe(1);
    const registered = (await product.events("user.registered")).filter(
      (event) => event.target_label === login.email,
    );
    expect(registered.length).toBe(1);
  });

  it("does not happen when the log takes no event", async () => {
    withJit();
    const login = newcomer();
    const mend = await breakTheLog(product);
    const result = await new Visitor().signIn(login);
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    const made = await product.admin`select 1 from account where email = ${login.email}`;
    expect(made.length).toBe(0);
  });
});

describe("a later sign-in", () => {
  it("finds its account by the subject, whatever the address has become, and records LOGIN_SUCCESS alone", async () => {
    withJit();
    const login = newcomer();
    const first = await signedIn(login);
    const before = await mark();
    const again = await signedIn({ ...login, email: "somebody-else@halden.example", email_verified: false });
    expect(again.accountId).toBe(first.accountId);
    expect((await since(before)).map((event) => event.operation)).toEqual(["LOGIN_SUCCESS"]);
  });

  it("does not make a removed member one again, JIT or not", async () => {
    withJit();
    const login = newcomer();
    const { accountId } = await signedIn(login);
    await product.admin`delete from membership where account_id = ${accountId}`;
    expect((await signedIn(login)).role).toBeNull();
  });

  it("takes a second step where the account has a second factor", async () => {
    withJit();
    const clock = new Clock(product);
    withJit();
    const login = newcomer();
    const user = await signedIn(login);
    const app = await enrol(user);
    clock.forward(60);
    const before = await mark();
    const visitor = new Visitor();
    const result = await visitor.signIn(login);
    if (!result.ok || result.value === null || !("step" in result.value)) throw new Error("no second step");
    expect(await mark()).toBe(before);
    const done = await completeSignIn.execute({
      principal: { kind: "anonymous", orgId: 1 },
      request: visitor.request,
      input: { step: result.value.step, code: app.code() },
    });
    expect(done.ok).toBe(true);
    expect(await since(before)).toMatchObject([
      { operation: "LOGIN_SUCCESS", details: { method: "oidc", factor: "totp" } },
    ]);
  });
});
