import "server-only";
import type { NextAuthConfig } from "next-auth";
import { decode } from "next-auth/jwt";
import { sameSecret, sha256 } from "@/lib/platform/crypto";
import { isSafeUrl } from "@/lib/platform/env";
import { logError } from "@/lib/platform/log";
import { runtime } from "@/lib/platform/runtime";
import { claimsOf, type OidcClaims } from "./oidc-claims";

/** The one provider's name in next-auth's addresses. */
const providerId = "oidc";
const basePath = "/api/auth";
/** The address to which the provider sends people back. */
export const callbackPath = `${basePath}/callback/${providerId}`;
const timeoutMs = 10_000;
const mostSearchLength = 8_000;

export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
  jit: boolean;
}

/** The provider of this instance; null when none is configured. */
export function oidcSettings(): OidcSettings | null {
  const { env } = runtime();
  const {
    AUTH_OIDC_ISSUER: issuer,
    AUTH_OIDC_CLIENT_ID: clientId,
    AUTH_OIDC_CLIENT_SECRET: clientSecret,
  } = env;
  if (!issuer || !clientId || !clientSecret) return null;
  return { issuer, clientId, clientSecret, jit: env.AUTH_OIDC_JIT_PROVISIONING };
}

/**
 * Who came back from the provider, by an answer that next-auth has checked: state, nonce and PKCE of this browser, code
 * exchanged over TLS, issuer, audience and expiry of the ID token. A class, so that nothing from outside can pass for one.
 */
export class OidcIdentity {
  constructor(
    readonly issuer: string,
    readonly claims: OidcClaims,
    /** SHA-256 of the answer's state, by which it serves once. */
    readonly stateHash: Buffer,
  ) {}

  toJSON(): string {
    return "identity";
  }
}

/** Talks to the provider: https (or this machine), no redirects, and not for ever. */
async function fetchProvider(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const url = new URL(input instanceof Request ? input.url : input);
  // The library itself would go to plain http wherever the discovery document points.
  if (!isSafeUrl(url)) throw new Error("the provider names an address that is not https");
  return fetch(input, { ...init, redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
}

/**
 * next-auth for the protocol alone: it never makes a session. Its `signIn` callback hands the claims out and answers with
 * an address, upon which it stops; what a sign-in comes to is decided and recorded by our own commands afterwards.
 */
async function protocol(
  settings: OidcSettings,
  onClaims: (claims: OidcClaims) => void,
  onError: (e: Error) => void,
) {
  const { baseUrl, keys } = runtime();
  // Only here, inside of Next: the library cannot be loaded by plain Node, as the processes beside the pages are.
  const { default: NextAuth, customFetch } = await import("next-auth");
  // Its addresses are built of those of our requests below: neither of the Host header nor of variables of its own.
  for (const name of ["AUTH_URL", "NEXTAUTH_URL"]) delete process.env[name];
  let found: OidcClaims | null = null;
  const config: NextAuthConfig = {
    basePath,
    secret: keys.sessionSecret,
    trustHost: true,
    useSecureCookies: baseUrl.startsWith("https:"),
    session: { strategy: "jwt" },
    pages: { signIn: "/sign-in", error: "/sign-in" },
    logger: { error: onError, warn: () => {}, debug: () => {} },
    providers: [
      {
        id: providerId,
        name: "OpenID Connect",
        type: "oidc",
        issuer: settings.issuer,
        clientId: settings.clientId,
        clientSecret: settings.clientSecret,
        // All three, whatever the library's default is.
        checks: ["pkce", "state", "nonce"],
        // Some providers name the address in the ID token only, some at the userinfo endpoint only: both are read.
        idToken: false,
        profile(userinfo, tokens) {
          found = claimsOf(tokens.id_token, userinfo);
          return { id: found?.subject ?? "" };
        },
        [customFetch]: fetchProvider,
      },
    ],
    callbacks: {
      async signIn() {
        if (found) onClaims(found);
        return "/sign-in";
      },
      // Never reached; if a change of the library led here, nobody would be signed in by it.
      jwt: async () => null,
    },
  };
  const { GET, POST } = NextAuth(config).handlers;
  // Of Next's kind of request it needs nothing that the platform's has not.
  type Handler = (request: Request) => Promise<Response>;
  return { GET: GET as unknown as Handler, POST: POST as unknown as Handler };
}

/** The library wraps what went wrong in errors of its own that say less. */
function reasonOf(error: Error): Error {
  const { cause } = error;
  const inner = typeof cause === "object" && cause !== null && "err" in cause ? cause.err : undefined;
  return inner instanceof Error ? inner : error;
}

export interface OidcStart {
  /** Where the browser goes: the provider's page. */
  location: string;
  /** Set-Cookie lines of state, nonce and PKCE. */
  setCookies: string[];
}

/** Begins a sign-in at the provider. @returns null when the provider cannot be reached or is not what it says */
export async function startAtProvider(): Promise<OidcStart | null> {
  const settings = oidcSettings();
  if (!settings) return null;
  let problem: Error | null = null;
  const onError = (error: Error) => {
    problem = reasonOf(error);
  };
  const { GET, POST } = await protocol(settings, () => {}, onError);
  const { baseUrl } = runtime();
  // The library wants its own double-submit token. The front has refused foreign origins before.
  const csrf = await GET(new Request(`${baseUrl}${basePath}/csrf`));
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const cookie = csrf.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");
  const answer = await POST(
    new Request(`${baseUrl}${basePath}/signin/${providerId}`, {
      method: "POST",
      headers: { cookie, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ csrfToken, callbackUrl: "/" }),
    }),
  );
  const location = answer.headers.get("location") ?? "";
  if (problem || !URL.canParse(location) || new URL(location).origin === baseUrl) {
    logError("sign-in by OpenID Connect could not begin", problem ?? new Error("no address to go to"));
    return null;
  }
  return {
    location,
    setCookies: answer.headers.getSetCookie().filter((line) => /\.(state|nonce|pkce)/.test(line)),
  };
}

/**
 * Did this browser begin the sign-in that is answered? The library asks that too, but only after it has asked the
 * provider for its addresses, which any stranger could make it do.
 */
export async function isAnswerToBrowser(
  search: string,
  cookies: ReadonlyMap<string, string>,
): Promise<boolean> {
  const state = new URLSearchParams(search).get("state");
  const [name = ""] = protocolCookieNames();
  const token = cookies.get(name);
  if (!state || !token || search.length > mostSearchLength) return false;
  const secret = runtime().keys.sessionSecret;
  // What does not decrypt is a stranger's, or too old.
  const kept = await decode({ token, secret, salt: name }).catch(() => null);
  return typeof kept?.value === "string" && sameSecret(kept.value, state);
}

/**
 * Checks what came back with the browser.
 * @param search the address's query, as it came
 * @param cookies those of the request
 * @returns who it is, or null for an answer that does not hold: refused, replayed, meant for another browser, not the
 *   provider's. Only whoever runs the product is told why.
 */
export async function readProviderAnswer(
  search: string,
  cookies: ReadonlyMap<string, string>,
): Promise<OidcIdentity | null> {
  const settings = oidcSettings();
  if (!settings) return null;
  let claims: OidcClaims | null = null;
  let problem: Error | null = null;
  const { GET } = await protocol(
    settings,
    (given) => {
      claims = given;
    },
    (error) => {
      problem = reasonOf(error);
    },
  );
  const names = protocolCookieNames().filter((name) => cookies.has(name));
  const headers = { cookie: names.map((name) => `${name}=${cookies.get(name)}`).join("; ") };
  await GET(new Request(`${runtime().baseUrl}${callbackPath}${search}`, { headers }));
  const state = new URLSearchParams(search).get("state");
  if (problem || !claims || !state) {
    logError("sign-in by OpenID Connect", problem ?? new Error("the provider named nobody"));
    return null;
  }
  return new OidcIdentity(settings.issuer, claims, sha256(state));
}

/** Names of the cookies of a sign-in under way, which the answer ends. */
export function protocolCookieNames(): string[] {
  const prefix = runtime().baseUrl.startsWith("https:") ? "__Secure-" : "";
  return ["state", "nonce", "pkce.code_verifier"].map((name) => `${prefix}authjs.${name}`);
}
