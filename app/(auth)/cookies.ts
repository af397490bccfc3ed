import "server-only";
import { cookies } from "next/headers";
import { FLASH_COOKIE } from "@/components/ui/cookie-names";
import { knownBrowserCookieName, knownBrowserMaxAgeS } from "@/lib/access/known-browsers";
import { protocolCookieNames } from "@/lib/access/openid-connect";
import { currentCookieName, sessionCookieValue, sessionMaxAgeS } from "@/lib/access/sessions";
import { stepCookieName, stepMaxAgeS } from "@/lib/access/sign-in-steps";
import { safeNextPath } from "@/lib/features/accounts/rules";
import { runtime } from "@/lib/platform/runtime";

function attributes(maxAge: number) {
  return {
    httpOnly: true,
    sameSite: "lax",
    path: "/",
    secure: runtime().baseUrl.startsWith("https:"),
    maxAge,
  } as const;
}

/** After the commit of what started the session. */
export async function setSessionCookie(sid: string): Promise<void> {
  (await cookies()).set(currentCookieName(), await sessionCookieValue(sid), attributes(sessionMaxAgeS()));
}

/** After a sign-in, or its first step: the session, or what the second step is told by. */
export async function setSignInCookies(
  value: { sid: string; browser: string } | { step: string },
): Promise<void> {
  const jar = await cookies();
  if ("step" in value) return void jar.set(stepCookieName(), value.step, attributes(stepMaxAgeS));
  await setSessionCookie(value.sid);
  jar.set(knownBrowserCookieName(), value.browser, attributes(knownBrowserMaxAgeS));
  if (jar.has(stepCookieName())) jar.set(stepCookieName(), "", attributes(0));
}

/** Which sign-in waits for its second step; from the cookie, never from a form. */
export async function stepCookie(): Promise<string | undefined> {
  return (await cookies()).get(stepCookieName())?.value;
}

export async function deleteSessionCookie(): Promise<void> {
  // With its attributes: browsers take a `__Secure-` cookie away only when told so securely.
  (await cookies()).set(currentCookieName(), "", attributes(0));
}

/** By which accounts this browser is known; from the cookie, never from a form. */
export async function browserCookie(): Promise<string | undefined> {
  return (await cookies()).get(knownBrowserCookieName())?.value;
}

/** A message for the page that the redirect leads to. */
export async function setFlash(message: string): Promise<void> {
  (await cookies()).set(FLASH_COOKIE, message, { ...attributes(30), httpOnly: false });
}

const nextPathCookie = "gurulog.next";
/** Life of what stands between leaving for the identity provider and coming back, in seconds. */
const awayS = 15 * 60;

/** Before the browser leaves for the identity provider: what its answer is checked by, and where to go then. */
export async function setAwayCookies(setCookies: readonly string[], next: string): Promise<void> {
  const jar = await cookies();
  for (const line of setCookies) {
    const [pair = ""] = line.split(";", 1);
    const at = pair.indexOf("=");
    jar.set(pair.slice(0, at), pair.slice(at + 1), attributes(awayS));
  }
  jar.set(nextPathCookie, next, attributes(awayS));
}

/** After coming back: ends those cookies. @returns where to go */
export async function endAwayCookies(): Promise<string> {
  const jar = await cookies();
  const next = safeNextPath(jar.get(nextPathCookie)?.value);
  for (const name of [...protocolCookieNames(), nextPathCookie]) jar.set(name, "", attributes(0));
  return next;
}
