import { cookies } from "next/headers";
import { TIME_ZONE_COOKIE } from "@/components/ui/cookie-names";
import { knownTimeZone } from "@/components/ui/time-format";
import type { UserPrincipal } from "@/lib/access/principal";

/** The zone in which the person reads times: what their browser told, else what their profile says. */
export async function timeZoneOf(user: UserPrincipal): Promise<string> {
  const told = (await cookies()).get(TIME_ZONE_COOKIE)?.value;
  return knownTimeZone(told ?? user.timeZone);
}
