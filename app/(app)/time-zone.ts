import { cookies } from "next/headers";
import { TIME_ZONE_COOKIE } from "@/components/ui/cookie-names";
import { knownTimeZone } from "@/components/ui/time-format";
import type { UserPrincipal } from "@/lib/access/principal";
import { browserTimeZone } from "@/lib/features/accounts/schemas";

/** The zone in which the person reads times: what their profile says, else what their browser told. */
export async function timeZoneOf(user: UserPrincipal): Promise<string> {
  return zoneOf(user, (await cookies()).get(TIME_ZONE_COOKIE)?.value);
}

/**
 * The same for a route, from the cookies of its request.
 * @param cookieHeader as it came; null when there is none
 */
export function timeZoneOfRequest(user: UserPrincipal, cookieHeader: string | null): string {
  const name = `${TIME_ZONE_COOKIE}=`;
  const pair = (cookieHeader ?? "").split(";").find((one) => one.trim().startsWith(name));
  const told = pair?.trim().slice(name.length) ?? "";
  // Only percent signs of the zone's slash are met; anything else is no zone.
  return zoneOf(user, told.replaceAll(/%2f/gi, "/"));
}

function zoneOf(user: UserPrincipal, told: string | undefined): string {
  return knownTimeZone(user.timeZone === browserTimeZone ? told : user.timeZone);
}
