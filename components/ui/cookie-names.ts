/** `light`, `dark` or `system`, as chosen in this browser; absent: as the profile says. */
export const THEME_COOKIE = "gurulog.theme";
/** The browser's IANA time zone, so that the server renders times in it. */
export const TIME_ZONE_COOKIE = "gurulog.tz";
/** A message for the next page, set by a server action before it redirects. Not HttpOnly. */
export const FLASH_COOKIE = "gurulog.flash";
