import "server-only";
import { cookies } from "next/headers";
import { FLASH_COOKIE } from "@/components/ui/cookie-names";
import { knownBrowserCookieName, knownBrowserMaxAgeS } from "@/lib/access/known-browsers";
import { currentCookieName, sessionCookieValue, sessionMaxAgeS } from "@/lib/access/sessions";
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

export async function setSignInCookies({ sid, browser }: { sid: string; browser: string }): Promise<void> {
  await setSessionCookie(sid);
  (await cookies()).set(knownBrowserCookieName(), browser, attributes(knownBrowserMaxAgeS));
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
