import type { IncomingHttpHeaders } from "node:http";
import { SESSION_COOKIE_NAMES } from "@/lib/platform/session-cookie";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);
/** Called by other sites and by services: they prove themselves by a widget id and by a signature. */
const OPEN_PATHS = /^\/(?:widget|api\/webhooks)(?:\/|$)/;
const API_PATHS = /^\/api(?:\/|$)/;
const KEY_HEADERS = ["x-sourcebot-api-key", "x-api-key", "authorization"] as const;

type OriginQuestion = {
  method: string;
  /** The path as received, without the query. */
  path: string;
  headers: IncomingHttpHeaders;
  /** The configured address of the product, if there is one. */
  publicUrl: URL | undefined;
  /** The host that the browser addressed, lower case, with its port if it is not the default one. */
  host: string;
};

/**
 * Whether a request may go on: one that changes something and rides on the browser's cookie, or is a server action
 * or a plain form, must come from our own pages, as told by `Origin`. A missing Origin and `null` do not pass.
 * SameSite cookies alone would let sibling sub-domains and old browsers through, and Next runs an action that has no
 * Origin at all.
 */
export function isOriginAllowed(question: OriginQuestion): boolean {
  if (!needsOrigin(question)) return true;
  const { headers, publicUrl, host } = question;
  if (publicUrl) return headers.origin === publicUrl.origin;
  // Without a configured address the scheme is unknown behind a proxy that is not declared: either one is ours.
  return headers.origin === `http://${host}` || headers.origin === `https://${host}`;
}

function needsOrigin({ method, path, headers }: OriginQuestion): boolean {
  if (SAFE_METHODS.has(method) || OPEN_PATHS.test(path)) return false;
  // Looser than a cookie parser on purpose: whatever some parser could take for our cookie counts as one.
  const cookie = headers.cookie ?? "";
  if (SESSION_COOKIE_NAMES.some((name) => cookie.includes(name))) return true;
  if (headers["next-action"] !== undefined) return true;
  // A page of another site cannot send these headers without a preflight, which nothing outside /widget answers.
  if (KEY_HEADERS.some((name) => headers[name] !== undefined)) return false;
  return !API_PATHS.test(path);
}
