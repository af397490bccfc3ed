import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { principalOfApiKey } from "@/lib/access/api-keys";
import { anonymousPrincipal } from "@/lib/access/principal";
import { principalOfCookie, sessionCookieValue } from "@/lib/access/sessions";
import { changeEmail } from "@/lib/features/accounts/commands/change-email";
import { register } from "@/lib/features/accounts/commands/register";
import { signIn } from "@/lib/features/accounts/commands/sign-in";
import { ownProfile } from "@/lib/features/accounts/profile-queries";
import { createApiKey } from "@/lib/features/api-keys/commands/create-api-key";
import { deleteUser } from "@/lib/features/users/commands/delete-user";
import { setRuntime } from "@/lib/platform/runtime";
import { type OidcProcess, oidcClient, startOidcProvider } from "@/tests/support/oidc-process";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { fromElsewhere, personWithPassword, rightPassword, signedInAs } from "../accounts/accounts-for-tests";
import { done, giveRole, guruOf } from "../gurus/guru-for-tests";
import { Clock, enrol } from "../two-factor/factor-for-tests";
import { baseUrl, type Login, redirectUri, Visitor } from "./visitor";

let provider: OidcProcess;
let product: TestProduct;
let clock: Clock;

beforeAll(async () => {
  provider = await startOidcProvider(redirectUri);
  product = await createTestProduct({
    GURULOG_URL: baseUrl,
    AUTH_OIDC_ISSUER: provider.issuer,
    AUTH_OIDC_CLIENT_ID: oidcClient.id,
    AUTH_OIDC_CLIENT_SECRET: oidcClient.secret,
  });
  clock = new Clock(product);
  await product.person("owner@halden.example", "owner");
});
afterAll(async () => {
  await product?.close();
  await provider?.stop();
});
beforeEach(() => setRuntime(product.runtime));

const loginOf = (email: string): Login => ({ sub: randomUUID(), email, email_verified: true, name: "Nora" });
const byPassword = (email: string) =>
  signIn.execute({
    principal: anonymousPrincipal,
    request: fromElsewhere(),
    input: { email, password: rightPassword },
  });
const rowOf = async (email: string) =>
  (
    await product.admin`
      select id, password_hash, email_proven_at is not null as proven from account where email_key = ${email}`
  )[0];

it("ends what a member's account had whose address nobody has proven: a stranger may have made it, with the door open", async () => {
  await product.admin`update organization set member_approval_required = false`;
  const email = `colleague-${randomUUID()}@halden.example`;
  done(
    await register.execute({
      principal: anonymousPrincipal,
      request: fromElsewhere(),
      input: { name: "Not Nora", email, password: rightPassword },
    }),
  );
  await product.admin`update organization set member_approval_required = true`;
  const { cookie, principal, browser } = await signedInAs(email);
  expect(principal.role).toBe("member");
  const key = done(await createApiKey.execute({ principal, request, input: { name: "stays" } }));
  await enrol(principal);
  clock.forward(60);
  const guru = await guruOf(await product.person(`m-${randomUUID()}@halden.example`));
  await giveRole(guru.id, principal, "viewer");
  const before = (await product.events()).length;

  const visitor = new Visitor();
  const result = done(await visitor.signIn(loginOf(email)));
  if ("step" in result) throw new Error("the stranger's second factor is asked for");
  expect(await principalOfCookie(await sessionCookieValue(result.sid))).toMatchObject({
    accountId: principal.accountId,
    role: "member",
  });
  expect([await principalOfCookie(cookie), await principalOfApiKey(key.key)]).toEqual([null, null]);
  const [known] = await product.admin`
    select count(*)::int as n from known_browser where account_id = ${principal.accountId}`;
  expect([browser === "", known?.n]).toEqual([false, 1]);
  expect(await rowOf(email)).toMatchObject({ password_hash: null, proven: true });

  const [lead, ...followers] = (await product.events()).slice(before);
  expect(lead).toMatchObject({ operation: "LOGIN_SUCCESS", details: { method: "oidc" } });
  expect(followers.map((e) => [e.operation, e.target_label])).toEqual([
    ["UPDATE_USER", email],
    ["FACTOR_DISABLED", email],
    ["DELETE_API_KEY", "stays"],
    ["REVOKE_SESSION", email],
  ]);
  for (const event of followers)
    expect(event).toMatchObject({
      cause: lead?.id,
      actor_type: "user",
      actor_id: principal.accountId,
      account_id: principal.accountId,
      ip: visitor.request.ip,
    });
  expect(followers[0]?.changes).toEqual([{ field: "signInBy", before: "password", after: provider.issuer }]);
  expect(await byPassword(email)).toMatchObject({ ok: false, code: "unauthenticated" });
  // What others gave the account stays: it is the person's now.
  const roles = await product.admin`select from guru_role where account_id = ${principal.accountId}`;
  expect(roles).toHaveLength(1);
});

it("proves the address, so that the next identity provider ends nothing", async () => {
  const person = await personWithPassword(product);
  expect(await rowOf(person.email)).toMatchObject({ proven: false });
  done(await new Visitor().signIn(loginOf(person.email)));
  const { cookie, principal } = await signInWithPasswordAgain(person.email);
  await product.admin`update identity set issuer = 'https://former.example' where account_id = ${principal.accountId}`;
  done(await new Visitor().signIn(loginOf(person.email)));
  expect(await principalOfCookie(cookie)).toMatchObject({ accountId: person.accountId });
});

async function signInWithPasswordAgain(email: string) {
  const other = await personWithPassword(product);
  await product.admin`
    update account set password_hash = (select password_hash from account where id = ${other.accountId})
    where email = ${email}`;
  return signedInAs(email);
}

it("counts the provider's word for an account that it makes", async () => {
  const email = `new-${randomUUID()}@halden.example`;
  done(await new Visitor().signIn(loginOf(email)));
  expect(await rowOf(email)).toMatchObject({ password_hash: null, proven: true });
});

it("without a mail server nobody takes an address that the provider could bring somebody else in by", async () => {
  const person = await personWithPassword(product);
  const wanted = `director-${randomUUID()}@halden.example`;
  const change = () =>
    changeEmail.execute({
      principal: person,
      request: fromElsewhere(),
      input: { email: wanted, currentPassword: rightPassword },
    });
  expect(await change()).toMatchObject({
    ok: false,
    code: "closed",
    message: expect.stringMatching(/mail server/),
  });
  const profile = await ownProfile.execute({ principal: person, request, input: null });
  expect(profile).toMatchObject({ ok: true, value: { email: person.email, canChangeEmail: false } });
  expect(await rowOf(wanted)).toBeUndefined();
  const { AUTH_OIDC_ISSUER: _, ...env } = product.runtime.env;
  setRuntime({ ...product.runtime, env });
  expect(await change()).toMatchObject({ ok: true, value: { isConfirmed: true } });
  expect(await rowOf(wanted)).toMatchObject({ proven: false });
});

it("waits for the account before its identity, as deleting it does, so that both end well", async () => {
  const owner = await product.person(`deleting-${randomUUID()}@halden.example`, null);
  const email = `leaving-${randomUUID()}@halden.example`;
  const login = loginOf(email);
  done(await new Visitor().signIn(login));
  const accountId = (await rowOf(email))?.id as string;
  const held = await product.admin.reserve();
  await held`begin`;
  await held`select from account where id = ${accountId} for update`;
  const visitor = new Visitor();
  const search = await visitor.goThrough(await visitor.start(), login);
  const signingIn = visitor.comeBack(search);
  // Asked outside of the transaction, which would go on seeing the sessions of its first look.
  const waiting = () => product.admin`select 1 from pg_stat_activity where datname = current_database()
    and wait_event_type = 'Lock' and wait_event in ('transactionid', 'tuple')`;
  await expect.poll(waiting, { interval: 20, timeout: 10_000 }).not.toEqual([]);
  // The sign-in holds nothing that a deletion needs.
  expect(await held`select from identity where account_id = ${accountId} for update nowait`).toHaveLength(1);
  await held`delete from account where id = ${accountId}`;
  await held`commit`;
  held.release();
  // The account is gone: the person is a newcomer.
  expect((await signingIn).ok).toBe(true);
  expect((await rowOf(email))?.id).not.toBe(accountId);

  const again = (await rowOf(email))?.id as string;
  const results = await Promise.all([
    new Visitor().signIn(login),
    deleteUser.execute({ principal: { ...owner, role: "owner" }, request, input: { accountId: again } }),
    new Visitor().signIn(login),
  ]);
  expect(results.map((r) => (r.ok ? "ok" : r.code))).toEqual(["ok", "ok", "ok"]);
});
