import { cookies } from "next/headers";
import { TIME_ZONE_COOKIE } from "@/components/ui/cookie-names";
import type { UserPrincipal } from "@/lib/access/principal";

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    // RangeError: not a zone that this server knows.
    return false;
  }
}

/** The zone in which the person reads times: what their browser told, else what their profile says. */
export async function timeZoneOf(user: UserPrincipal): Promise<string> {
  const told = (await cookies()).get(TIME_ZONE_COOKIE)?.value;
  return told && told.length < 64 && isTimeZone(told) ? told : user.timeZone;
}
