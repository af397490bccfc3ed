import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import type { OidcProcess } from "../support/oidc-process";
import { postForm } from "./support/actions-post";
import { type Answer, eachOf, freshAddress, send } from "./support/matrix-send";
import { businessState } from "./support/roles-database";
import { makeWorld, type Role, roles, type World } from "./support/roles-world";
import { providerFor } from "./support/with-provider";

const callback = "/api/auth/callback/oidc";
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

/** What next-auth answers to when it is mounted, what it does not, and other spellings of the one address that is open. */
const addresses = [
  "/api/auth",
  "/api/auth/providers",
  "/api/auth/session",
  "/api/auth/session?update",
  "/api/auth/csrf",
  "/api/auth/signin",
  "/api/auth/signin/oidc",
  "/api/auth/signin/credentials",
  "/api/auth/signout",
  "/api/auth/callback",
  "/api/auth/callback/credentials",
  "/api/auth/callback/credentials?json=true",
  "/api/auth/callback/email?token=x&email=owner@matrix.example",
  "/api/auth/callback/OIDC?code=x&state=y",
  "/api/auth/callback/%6fidc?code=x&state=y",
  "/api/auth/callback/oidc%2f?code=x&state=y",
  "/api/auth/callback/oidc/more?code=x&state=y",
  "/api/auth/verify-request",
  "/api/auth/error?error=Configuration",
  "/api/auth/webauthn-options",
  "/api/auth/webauthn-options/oidc",
  "/api/auth/_log",
  "/api/auth/nothing",
];

let provider: OidcProcess;
let world: World;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  const made = await providerFor();
  provider = made.provider;
  world = await makeWorld(made.start);
});
test.afterAll(async () => {
  await world?.close();
  await provider?.stop();
});

function ask(method: string, address: string, role: Role, headers: Record<string, string> = {}) {
  const body = method === "GET" || method === "HEAD" ? {} : { body: "csrfToken=x&callbackUrl=/&email=x" };
  return send(world.url, address, {
    method,
    ...body,
    cookie: world.cookieOf(role),
    headers: {
      origin: world.url,
      "content-type": "application/x-www-form-urlencoded",
      "x-forwarded-for": freshAddress(),
      ...headers,
    },
  });
}

/** Everything that could have changed: what people made, who is signed in, and what was recorded of failed sign-ins. */
async function rows() {
  const { admin } = world;
  const [counted] = await admin<{ sessions: number; failed: number }[]>`
    select (select count(*)::int from session) as sessions,
      (select count(*)::int from audit_event where action = 'user.sign_in_failed' and details ->> 'method' = 'oidc') as failed`;
  return { ...(await businessState(admin)), sessions: counted?.sessions, failed: counted?.failed ?? 0 };
}

const cellOf = ({ status, headers }: Answer) =>
  headers.location === undefined ? String(status) : `${status} ${headers.location}`;

test("every act that next-auth knows stands in this matrix", () => {
  const source = readFileSync("node_modules/@auth/core/lib/utils/actions.js", "utf8");
  const [, list = ""] = /const actions = \[([^\]]*)\]/.exec(source) ?? [];
  const known = [...list.matchAll(/"([\w-]+)"/g)].map(([, name]) => name ?? "");
  expect(known.length).toBeGreaterThan(5);
  const asked = new Set(addresses.map((address) => address.split(/[/?]/)[3]));
  expect(known.filter((name) => !asked.has(name))).toEqual([]);
});

test("with single sign-on configured all of next-auth's endpoints but one are nothing, to every role and method", async () => {
  const before = await rows();
  const asked = addresses.flatMap((address) =>
    methods.flatMap((method) => roles.map((role) => ({ method, address, role }))),
  );
  const got = await eachOf(asked, async ({ method, address, role }) => {
    const answer = await ask(method, address, role);
    const type = method === "HEAD" ? "json" : (answer.headers["content-type"] ?? "none");
    const isPlain = type.includes("json") && answer.headers["set-cookie"] === undefined;
    return isPlain ? cellOf(answer) : `${cellOf(answer)} ${type} ${answer.headers["set-cookie"]}`;
  });
  const wrong = asked.map((one, at) => ({ ...one, got: got[at] })).filter((one) => one.got !== "404");
  expect(wrong).toEqual([]);
  expect(await rows()).toEqual(before);
});

test("the address to which the provider sends people back takes a GET alone; one that nobody began is a failed sign-in", async () => {
  const before = await rows();
  const query = "?code=not-a-code&state=not-a-state";
  for (const role of roles)
    for (const method of methods.filter((one) => one !== "GET"))
      expect([method, role, cellOf(await ask(method, callback + query, role))]).toEqual([
        method,
        role,
        "404",
      ]);
  expect(await rows()).toEqual(before);

  const forgedCookies = ["state", "nonce", "pkce.code_verifier"].map((name) => `authjs.${name}=forged`);
  for (const role of roles) {
    const cookie = [world.cookieOf(role), ...forgedCookies].filter(Boolean).join("; ");
    const answer = await ask("GET", callback + query, role, { cookie });
    const where = new URL(answer.headers.location ?? "", world.url);
    expect([role, answer.status, where.pathname, where.searchParams.get("sso")]).toEqual([
      role,
      303,
      "/sign-in",
      "unauthenticated",
    ]);
    // It ends what stood between leaving and coming back, and neither starts nor ends a session.
    for (const line of answer.headers["set-cookie"] ?? []) {
      expect(line).toMatch(/^(authjs\.(state|nonce|pkce\.code_verifier)|gurulog\.next)=;/);
      expect(line).toMatch(/Max-Age=0/i);
    }
  }
  expect(await rows()).toEqual({ ...before, failed: before.failed + roles.length });
});

test("a picture, a frame, a script or a prefetch that names that address is nobody who comes back", async () => {
  const before = await rows();
  const address = `${callback}?code=x&state=y`;
  const sent: Record<string, string>[] = [
    { "sec-fetch-dest": "image" },
    { "sec-fetch-dest": "iframe" },
    { "sec-fetch-dest": "empty" },
    { "sec-fetch-dest": "document", "sec-purpose": "prefetch" },
  ];
  for (const headers of sent)
    for (const role of ["anonymous", "member"] as const)
      expect([headers, role, cellOf(await ask("GET", address, role, headers))]).toEqual([
        headers,
        role,
        "404",
      ]);
  expect(await rows()).toEqual(before);
});

test("whoever asks for it is sent to the provider, with all three checks, and nothing is changed", async () => {
  const before = await rows();
  for (const role of roles) {
    const done = await postForm(world.url, "startOidcSignInAction", {}, { cookie: world.cookieOf(role) });
    const to = new URL(done.goTo ?? "http://nowhere.invalid");
    expect([role, to.origin]).toEqual([role, provider.issuer]);
    for (const name of ["state", "nonce", "code_challenge"]) expect(to.searchParams.get(name)).toBeTruthy();
    expect(to.searchParams.get("redirect_uri")).toBe(`${world.url}${callback}`);
    for (const line of done.answer.headers["set-cookie"] ?? []) expect(line).toMatch(/HttpOnly/i);
  }
  expect(await rows()).toEqual(before);
});
