import { cookies } from "next/headers";
import { endAwayCookies, setSignInCookies } from "@/app/(auth)/cookies";
import { knownBrowserCookieName } from "@/lib/access/known-browsers";
import { callbackPath, oidcSettings } from "@/lib/access/openid-connect";
import { anonymousPrincipal } from "@/lib/access/principal";
import { signInByOidc } from "@/lib/features/accounts/commands/sign-in-by-oidc";
import { pathAfterFirstStep } from "@/lib/features/accounts/rules";
import { isUnread } from "@/lib/gate/current";
import { plainError, plainFamily, type RouteContext, toRoute } from "@/lib/gate/to-route";

type Context = RouteContext<{ nextauth: string[] }>;

const nothing = () => plainError(404, "not_found", "There is nothing here. Sign in at /sign-in.");

/**
 * The library's own endpoints (session, csrf, providers, signin, signout, credentials) could be posted to past every act
 * of ours, and its sign-out ends nothing on the server: they answer that there is nothing.
 */
const nothingHere = toRoute<{ nextauth: string[] }>(plainFamily, async () => nothing());

/**
 * Where the identity provider sends people back, and nothing else. A GET that changes something, as the protocol has it:
 * what keeps others from making a browser send it is the state.
 */
export const GET = toRoute(plainFamily, async ({ request, facts }: Context) => {
  const { pathname, search } = new URL(request.url);
  if (pathname !== callbackPath || oidcSettings() === null) return nothing();
  // A picture, a frame or a prefetch of somebody's page is no person coming back: it may neither be recorded as their failed
  // sign-in, nor delay those of their address.
  const kind = request.headers.get("sec-fetch-dest") ?? "document";
  if (kind !== "document" || (await isUnread())) return nothing();
  const jar = await cookies();
  const browser = jar.get(knownBrowserCookieName())?.value;
  const result = await signInByOidc.execute({
    principal: anonymousPrincipal,
    request: facts,
    input: {
      search,
      cookies: Object.fromEntries(jar.getAll().map(({ name, value }) => [name, value])),
      ...(browser === undefined ? {} : { browser }),
    },
  });
  const next = await endAwayCookies();
  if (!result.ok) return goTo(`/sign-in?${new URLSearchParams({ sso: result.code, next })}`);
  if ("repeated" in result) throw new Error("a sign-in has no attempt id");
  await setSignInCookies(result.value);
  return goTo(pathAfterFirstStep(result.value, next));
});

/** Relative on purpose: which host the browser is at is not ours to say. */
function goTo(location: string): Response {
  return new Response(null, { status: 303, headers: { location, "cache-control": "no-store" } });
}

export {
  nothingHere as DELETE,
  nothingHere as HEAD,
  nothingHere as PATCH,
  nothingHere as POST,
  nothingHere as PUT,
};
