import { cookies } from "next/headers";
import { TIME_ZONE_COOKIE } from "@/components/ui/cookie-names";
import { knownTimeZone } from "@/components/ui/time-format";
import type { UserPrincipal } from "@/lib/access/principal";
import { browserTimeZone } from "@/lib/features/accounts/schemas";

/** The zone in which the person reads times: what their profile says, else what their browser told. */
export async function timeZoneOf(user: UserPrincipal): Promise<string> {
  if (user.timeZone !== browserTimeZone) return knownTimeZone(user.timeZone);
  const told = (await cookies()).get(TIME_ZONE_COOKIE)?.value;
  return knownTimeZone(told);
}
