import { anonymousPrincipal, type Principal } from "@/lib/access/principal";
import { currentCookieName, principalOfCookie, principalOfPoll } from "@/lib/access/sessions";

/**
 * Who asks, by the session cookie of the request itself.
 * @param options.isUse false for what a page asks by itself: it keeps no session alive
 */
export async function callerOf(request: Request, { isUse = true } = {}): Promise<Principal> {
  const name = currentCookieName();
  const pairs = (request.headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  const cookie = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
  return (await (isUse ? principalOfCookie : principalOfPoll)(cookie)) ?? anonymousPrincipal;
}
