"use client";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { readCookie, writeCookie } from "@/components/ui/browser-cookie";
import { TIME_ZONE_COOKIE } from "@/components/ui/cookie-names";

const YEAR_SECONDS = 365 * 24 * 3600;

/** Tells the server the person's time zone, once; the page is rendered again with its times in it. */
export function TimeZoneCookie() {
  const router = useRouter();
  useEffect(() => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!zone || readCookie(TIME_ZONE_COOKIE) === zone) return;
    writeCookie(TIME_ZONE_COOKIE, zone, YEAR_SECONDS);
    // With cookies refused there is nothing to render again for.
    if (readCookie(TIME_ZONE_COOKIE) === zone) router.refresh();
  }, [router]);
  return null;
}
