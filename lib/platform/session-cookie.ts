/** Which name is used depends on the scheme: browsers accept `__Secure-` cookies over https only. */
const PLAIN_NAME = "gurulog.session";
const SECURE_NAME = `__Secure-${PLAIN_NAME}`;

/** Every name that a session cookie may have. */
export const SESSION_COOKIE_NAMES: readonly string[] = [PLAIN_NAME, SECURE_NAME];

/** The one name for setting, reading and decoding the session cookie. */
export function sessionCookieName(proto: "http" | "https"): string {
  return proto === "https" ? SECURE_NAME : PLAIN_NAME;
}
