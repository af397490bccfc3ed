import type { ServerResponse } from "node:http";

/** One year: long enough to matter, short enough for an owner who goes back to http to wait out. */
const HSTS = "max-age=31536000";

const FIXED: ReadonlyArray<readonly [string, string]> = [
  ["x-content-type-options", "nosniff"],
  // Not no-referrer: that turns the Origin of form posts into `null`, which the origin check refuses.
  ["referrer-policy", "same-origin"],
  ["x-frame-options", "DENY"],
  ["cross-origin-opener-policy", "same-origin"],
  ["permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"],
];

/**
 * The Content-Security-Policy of one response.
 *
 * @param nonce base64 text, fresh for each response; Next reads it from the request's copy of the header and puts it
 *   on its own scripts
 * @param formTargets origins besides our own to which a form may lead: browsers also ask that of its redirects
 */
export function contentSecurityPolicy(nonce: string, formTargets: readonly string[] = []): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    // React writes style={{}} as an attribute into server-rendered HTML; attributes cannot carry a nonce.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    ["form-action 'self'", ...formTargets].join(" "),
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Puts the security headers on a response; cache headers are left to whoever answers. */
export function setSecurityHeaders(
  res: ServerResponse,
  { policy, https }: { policy: string; https: boolean },
): void {
  res.setHeader("content-security-policy", policy);
  for (const [name, value] of FIXED) res.setHeader(name, value);
  if (https) res.setHeader("strict-transport-security", HSTS);
}

/** The headers for answers written to a bare socket, when a request could not even be parsed. */
export function rawSecurityHeaders(): string[] {
  return ["content-security-policy: default-src 'none'; frame-ancestors 'none'"].concat(
    FIXED.map(([name, value]) => `${name}: ${value}`),
  );
}
