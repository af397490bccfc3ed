import { type NextRequest, NextResponse } from "next/server";
import { SESSION_COOKIE_NAMES } from "@/lib/platform/session-cookie";

/**
 * Sends browsers that have no session cookie at all to the sign-in page and back afterwards. A convenience and nothing
 * more: a cookie may be worthless, and this file can be removed without anything becoming reachable. Who may see what
 * is decided where it is loaded.
 */
export default function middleware(request: NextRequest): NextResponse {
  const signedOut = !SESSION_COOKIE_NAMES.some((name) => request.cookies.has(name));
  // A posted form is left to its action, which answers a signed-out person itself.
  const asksForPage = request.method === "GET" || request.method === "HEAD";
  if (!signedOut || !asksForPage) return NextResponse.next();

  const { pathname, search } = request.nextUrl;
  const target = new URL("/sign-in", request.nextUrl);
  // The client's own routing parameter would turn the later redirect into a data request.
  const query = new URLSearchParams(search);
  query.delete("_rsc");
  const next = query.size > 0 ? `${pathname}?${query}` : pathname;
  // `//host` and `/\host` are other sites to a browser.
  if (next !== "/" && !/^\/[/\\]/.test(next)) target.searchParams.set("next", next);
  return NextResponse.redirect(target);
}

export const config = {
  runtime: "nodejs",
  // Bodies that pass a middleware are cut at 10 MB without a word, so uploads have to stay outside; so do downloads,
  // the API families with answers of their own, the pages for people who are not signed in, and files.
  matcher: [
    "/((?!(?:api|_next|exports|audit|code|uploads|answers|excel-jobs|widget|metrics|\\.well-known|sign-in|register|forgot-password|reset-password|onboarding|invite|join|pending|icons|images)(?:/|$)|[^/]+\\.[a-z0-9]+$).*)",
  ],
};
