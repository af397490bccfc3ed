import { anonymousPrincipal, type Principal } from "@/lib/access/principal";
import { currentCookieName, principalOfCookie } from "@/lib/access/sessions";

/** Who asks, by the session cookie of the request itself. */
export async function callerOf(request: Request): Promise<Principal> {
  const name = currentCookieName();
  const pairs = (request.headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  const cookie = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
  return (await principalOfCookie(cookie)) ?? anonymousPrincipal;
}
