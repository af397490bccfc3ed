import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { principalOfCookie, sessionCookieValue } from "@/lib/access/sessions";
import { signIn } from "@/lib/features/accounts/commands/sign-in";
import { setRuntime } from "@/lib/platform/runtime";
import { type OidcProcess, oidcClient, startOidcProvider } from "@/tests/support/oidc-process";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { fromElsewhere, personWithPassword, rightPassword, signedInAs } from "../accounts/accounts-for-tests";
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
/** Somebody whose address is known to be theirs. */
async function provenPerson() {
  const person = await personWithPassword(product);
  await product.admin`update account set email_proven_at = now() where id = ${person.accountId}`;
  return person;
}
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

describe("linking", () => {
  it("gives the identity to the account of its verified address, whatever the case; the password goes on", async () => {
    const person = await provenPerson();
    const before = await mark();
    const user = await signedIn(newcomer({ email: person.email.toUpperCase() }));
    expect(user.accountId).toBe(person.accountId);
    const [entered, linked, ...more] = await since(before);
    expect(more).toEqual([]);
    expect(entered).toMatchObject({ operation: "LOGIN_SUCCESS", details: { method: "oidc" } });
    expect(linked).toMatchObject({
      operation: "UPDATE_USER",
      target_id: person.accountId,
      changes: [{ field: "signInBy", before: "password", after: `password, ${provider.issuer}` }],
      cause: entered?.id,
    });
    expect((await signedInAs(person.email)).principal.accountId).toBe(person.accountId);
  });

  it("refuses an unverified address in the same words as where there is no account, and links nothing", async () => {
    const person = await personWithPassword(product, "owner").catch(() => personWithPassword(product));
    const before = await mark();
    const taken = await new Visitor().signIn(newcomer({ email: person.email, email_verified: false }));
    const free = await new Visitor().signIn(newcomer({ email_verified: false }));
    expect(taken).toEqual(free);
    expect(taken.ok).toBe(false);
    const linked = await product.admin`select 1 from identity where account_id = ${person.accountId}`;
    expect(linked.length).toBe(0);
    expect((await since(before)).map((event) => [event.operation, event.target_id])).toEqual([
      ["LOGIN_FAILED", "unknown"],
      ["LOGIN_FAILED", "unknown"],
    ]);
  });

  it("does not let in again whom the owner removed, also with JIT: they wait for the owner's answer", async () => {
    const person = await personWithPassword(product, null);
    await product.admin`insert into removed_member (org_id, account_id) values (1, ${person.accountId})`;
    await product.admin`insert into join_request (org_id, account_id) values (1, ${person.accountId})`;
    withJit();
    const login = newcomer({ email: person.email });
    for (let times = 0; times < 2; times += 1)
      expect(await signedIn(login)).toMatchObject({ accountId: person.accountId, role: null });
    expect(await product.admin`select from join_request where account_id = ${person.accountId}`).toHaveLength(
      1,
    );
  });

  it("leaves a stranger nothing who had registered with the address before: password, sessions and factor end", async () => {
    const clock = new Clock(product);
    const stranger = await personWithPassword(product, null);
    const { cookie, principal } = await signedInAs(stranger.email);
    await enrol(principal);
    clock.forward(60);
    await product.admin`insert into join_request (org_id, account_id) values (1, ${stranger.accountId})`;
    withJit();
    const before = await mark();
    const user = await signedIn(newcomer({ email: stranger.email }));
    expect(user).toMatchObject({ accountId: stranger.accountId, role: "member" });
    expect(await principalOfCookie(cookie)).toBeNull();
    const tried = await signIn.execute({
      principal: { kind: "anonymous", orgId: 1 },
      request: fromElsewhere(),
      input: { email: stranger.email, password: rightPassword },
    });
    expect(tried).toMatchObject({ ok: false, code: "unauthenticated" });
    expect((await since(before)).map((event) => event.operation)).toEqual([
      "LOGIN_SUCCESS",
      "UPDATE_USER",
      "FACTOR_DISABLED",
      "REVOKE_SESSION",
      "JIT_PROVISIONED",
      "LOGIN_FAILED",
    ]);
    const waiting = await product.admin`select 1 from join_request where account_id = ${stranger.accountId}`;
    expect(waiting.length).toBe(0);
  });

  it("ends a password that the owner gave, and leaves a member's second factor, which is asked for", async () => {
    const clock = new Clock(product);
    const person = await provenPerson();
    await enrol(person);
    clock.forward(60);
    await product.admin`update account set must_change_password = true where id = ${person.accountId}`;
    const before = await mark();
    const result = await new Visitor().signIn(newcomer({ email: person.email }));
    expect(result).toMatchObject({ ok: true, value: { step: expect.any(String) } });
    expect((await since(before)).map((event) => event.operation)).toEqual(["UPDATE_USER"]);
    const [row] = await product.admin`
      select password_hash, must_change_password,
        (select count(*)::int from account_factor f where f.account_id = a.id) as factors
      from account a where id = ${person.accountId}`;
    expect(row).toMatchObject({ password_hash: null, must_change_password: false, factors: 1 });
  });

  it("refuses a second person of the provider: an address is given to others, a subject never is", async () => {
    withJit();
    const login = newcomer();
    const first = await signedIn(login);
    const before = await mark();
    const result = await new Visitor().signIn(newcomer({ email: login.email }));
    expect(result).toMatchObject({ ok: false, code: "conflict" });
    expect(await since(before)).toMatchObject([
      {
        operation: "LOGIN_FAILED",
        actor_type: "anonymous",
        account_id: first.accountId,
        target_id: first.accountId,
        details: { method: "oidc", reason: "other-identity" },
      },
    ]);
    const linked = await product.admin`select subject from identity where account_id = ${first.accountId}`;
    expect(linked.map((row) => row.subject)).toEqual([login.sub]);
  });

  it("to an account that waits, with no free seat, is JIT_PROVISIONING_FAILED by that account", async () => {
    const waiting = await product.person(`w-${randomUUID()}@halden.example`, null);
    await product.admin`insert into join_request (org_id, account_id) values (1, ${waiting.accountId})`;
    withEnv({ AUTH_OIDC_JIT_PROVISIONING: true, GURULOG_SEATS: 1 });
    const before = await mark();
    expect(await new Visitor().signIn(newcomer({ email: waiting.email }))).toMatchObject({ code: "closed" });
    expect(await since(before)).toMatchObject([
      { operation: "JIT_PROVISIONING_FAILED", actor_id: waiting.accountId, account_id: waiting.accountId },
    ]);
  });

  it("is by the pair of issuer and subject: the same subject of another issuer is somebody else", async () => {
    withJit();
    const login = newcomer();
    const here = await signedIn(login);
    await product.admin`update identity set issuer = 'https://elsewhere.example' where account_id = ${here.accountId}`;
    const other = await signedIn({ ...login, email: `other-${login.email}` });
    expect(other.accountId).not.toBe(here.accountId);
  });
});
