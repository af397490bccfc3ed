import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { anonymousPrincipal } from "@/lib/access/principal";
import { startOidcSignIn } from "@/lib/features/accounts/commands/start-oidc-sign-in";
import { setRuntime } from "@/lib/platform/runtime";
import { type OidcProcess, oidcClient, startOidcProvider } from "@/tests/support/oidc-process";
import { countOf, createTestProduct, type TestProduct } from "@/tests/support/product";
import { closeMinute, fromElsewhere } from "../accounts/accounts-for-tests";
import { baseUrl, type Login, redirectUri, Visitor } from "./visitor";

let provider: OidcProcess;
let product: TestProduct;
const faulty: OidcProcess[] = [];

beforeAll(async () => {
  provider = await startOidcProvider(redirectUri);
  product = await createTestProduct({
    GURULOG_URL: baseUrl,
    AUTH_OIDC_ISSUER: provider.issuer,
    AUTH_OIDC_CLIENT_ID: oidcClient.id,
    AUTH_OIDC_CLIENT_SECRET: oidcClient.secret,
    AUTH_OIDC_JIT_PROVISIONING: "true",
  });
  await product.person("owner@halden.example", "owner");
});
afterAll(async () => {
  await product?.close();
  await provider?.stop();
});
afterEach(async () => {
  setRuntime(product.runtime);
  await Promise.all(faulty.splice(0).map((one) => one.stop()));
});

/** Makes a provider that does one thing wrong the product's own. */
async function withFaulty(fault: string): Promise<OidcProcess> {
  const started = await startOidcProvider(redirectUri, fault);
  faulty.push(started);
  setRuntime({
    ...product.runtime,
    env: { ...product.runtime.env, AUTH_OIDC_ISSUER: started.issuer },
  });
  return started;
}
const newcomer = (over: Partial<Login> = {}): Login => {
  const sub = randomUUID();
  return { sub, email: `n-${sub}@halden.example`, email_verified: true, ...over };
};

/** Nobody was signed in, and the one event says so. */
async function refusedOnce(act: () => Promise<{ ok: boolean }>): Promise<void> {
  const tables = () => Promise.all(["account", "identity", "session"].map(countOf));
  const [rows, before] = [await tables(), (await product.events()).length];
  expect(await act()).toMatchObject({ ok: false, code: "unauthenticated" });
  expect(await tables()).toEqual(rows);
  const [event, ...more] = (await product.events()).slice(before);
  expect(more).toEqual([]);
  expect(event).toMatchObject({
    action: "user.sign_in_failed",
    operation: "LOGIN_FAILED",
    actor_type: "anonymous",
    account_id: null,
    target_id: "unknown",
    details: { method: "oidc", reason: "provider" },
  });
}

describe("an answer is refused, signs nobody in and is one LOGIN_FAILED", () => {
  it("that came before, with the same cookies: its state serves once", async () => {
    const visitor = new Visitor();
    const search = await visitor.goThrough(await visitor.start(), newcomer());
    const captured = new Map(visitor.cookies);
    expect((await visitor.comeBack(search)).ok).toBe(true);
    await refusedOnce(() => visitor.comeBack(search, captured));
  });

  it("whose state was taken, though its code is fresh", async () => {
    const visitor = new Visitor();
    const page = await visitor.start();
    const twin = new URL(page);
    const first = await visitor.goThrough(page, newcomer());
    const second = await new Visitor().goThrough(twin, newcomer());
    expect((await visitor.comeBack(first)).ok).toBe(true);
    await refusedOnce(() => visitor.comeBack(second));
  });

  it("that was meant for another browser", async () => {
    const victim = new Visitor();
    await victim.start();
    const attacker = new Visitor();
    const search = await attacker.goThrough(await attacker.start(), newcomer());
    await refusedOnce(() => victim.comeBack(search));
    await refusedOnce(() => victim.comeBack(search, new Map()));
  });

  it("with the nonce of another sign-in", async () => {
    const visitor = new Visitor();
    const page = await visitor.start();
    page.searchParams.set("nonce", "an-attackers-nonce");
    const search = await visitor.goThrough(page, newcomer());
    await refusedOnce(() => visitor.comeBack(search));
  });

  it("with the PKCE challenge of another sign-in", async () => {
    const visitor = new Visitor();
    const page = await visitor.start();
    const other = await new Visitor().start();
    page.searchParams.set("code_challenge", other.searchParams.get("code_challenge") ?? "");
    const search = await visitor.goThrough(page, newcomer());
    await refusedOnce(() => visitor.comeBack(search));
  });

  it("that says it comes from another issuer", async () => {
    const visitor = new Visitor();
    const search = new URLSearchParams(await visitor.goThrough(await visitor.start(), newcomer()));
    search.set("iss", "https://elsewhere.example");
    await refusedOnce(() => visitor.comeBack(`?${search}`));
  });

  it("with another code, another state, or none of them", async () => {
    for (const change of [{ code: "x" }, { state: "x" }, { code: "" }, { state: "" }]) {
      const visitor = new Visitor();
      const search = new URLSearchParams(await visitor.goThrough(await visitor.start(), newcomer()));
      for (const [name, value] of Object.entries(change))
        value === "" ? search.delete(name) : search.set(name, value);
      await refusedOnce(() => visitor.comeBack(`?${search}`));
    }
  });

  it.each(["token-issuer", "token-nonce", "token-audience", "token-expired", "token-subject"])(
    "whose ID token does not hold: %s",
    async (fault) => {
      await withFaulty(fault);
      await refusedOnce(() => new Visitor().signIn(newcomer()));
    },
  );

  it("in which the provider refuses, or the person gave up", async () => {
    const visitor = new Visitor();
    const search = await visitor.goThrough(await visitor.start(), "cancel");
    expect(search).toContain("error=access_denied");
    await refusedOnce(() => visitor.comeBack(search));
  });

  it.each([
    "",
    "?",
    "?state=%00&code=%00",
    `?state=${"x".repeat(100_000)}&code=x`,
    "?state=x&state=y&code=z",
    "?code[]=1",
  ])("that is garbage: %#", async (search) => {
    const visitor = new Visitor();
    await visitor.start();
    await refusedOnce(() => visitor.comeBack(search));
  });
});

describe("the provider", () => {
  it("is asked nothing for an answer that this browser did not wait for", async () => {
    // Nobody listens there: had it been asked, the answer would take longer and say so.
    const gone = { ...product.runtime.env, AUTH_OIDC_ISSUER: "http://127.0.0.1:9" };
    setRuntime({ ...product.runtime, env: gone });
    const lines: string[] = [];
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = (text: string | Uint8Array) => lines.push(String(text)) > 0;
    await new Visitor().comeBack("?state=x&code=y");
    process.stderr.write = write;
    expect(lines.join("")).not.toMatch(/OpenID|fetch/);
  });

  it("is not spoken to in the clear, wherever its discovery document points", async () => {
    await withFaulty("plain-endpoint");
    const lines: string[] = [];
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = (text: string | Uint8Array) => lines.push(String(text)) > 0;
    await refusedOnce(() => new Visitor().signIn(newcomer()));
    process.stderr.write = write;
    expect(lines.join("")).toContain("names an address that is not https");
  });

  it("that calls itself something else is not gone to", async () => {
    await withFaulty("other-issuer");
    const before = (await product.events()).length;
    const result = await startOidcSignIn.execute({
      principal: anonymousPrincipal,
      request: fromElsewhere(),
      input: {},
    });
    expect(result).toMatchObject({
      ok: false,
      code: "busy",
      message: expect.stringContaining("identity provider"),
    });
    expect((await product.events()).length).toBe(before);
  });

  it("that is not there is not waited for, and the person is told", async () => {
    const gone = { ...product.runtime.env, AUTH_OIDC_ISSUER: "http://127.0.0.1:9" };
    setRuntime({ ...product.runtime, env: gone });
    const input = { principal: anonymousPrincipal, request: fromElsewhere(), input: {} };
    expect(await startOidcSignIn.execute(input)).toMatchObject({ ok: false, code: "busy" });
  });

  it("may name the address at its userinfo endpoint alone", async () => {
    await withFaulty("userinfo-only");
    expect((await new Visitor().signIn(newcomer())).ok).toBe(true);
  });

  it("is gone to with state, nonce and PKCE, and comes back to the configured address", async () => {
    const page = await new Visitor().start();
    expect(Object.fromEntries(page.searchParams)).toMatchObject({
      response_type: "code",
      client_id: oidcClient.id,
      redirect_uri: redirectUri,
      code_challenge_method: "S256",
      scope: "openid profile email",
      state: expect.stringMatching(/.{40,}/),
      nonce: expect.stringMatching(/.{20,}/),
      code_challenge: expect.stringMatching(/.{40,}/),
    });
    expect(page.href).not.toContain(encodeURIComponent(oidcClient.secret));
  });
});

it("a flood of answers is slowed by its address and counted: events and counts add up to the tries", async () => {
  const visitor = new Visitor();
  const tries = 60;
  const failed = async () =>
    (await product.events("user.sign_in_failed")).filter((e) => e.ip === visitor.request.ip);
  const results = await Promise.all(Array.from({ length: tries }, () => visitor.comeBack("?state=x&code=y")));
  const tried = results.filter((result) => !result.ok && result.code === "unauthenticated").length;
  await closeMinute(product);
  const events = await failed();
  // Five are free, the sixth begins the delay, which lets one more through when it ends while this runs.
  expect(tried).toBeGreaterThanOrEqual(6);
  expect(tried).toBeLessThan(12);
  expect(events.reduce((sum, event) => sum + Number(event.details.count ?? 1), 0)).toBe(tries);
});
