import type { IncomingMessage } from "node:http";

/**
 * What a client must not be able to say: who it is, where it came in, and what Next tells itself between its own
 * stages. `next-router-*`, `next-action`, `next-url` and `rsc` are the browser's part of Next's protocol and stay.
 */
const DROPPED = new RegExp(
  `^(?:${[
    "x-forwarded(?:-.*)?|forwarded|via",
    "(?:x-real|x-client|x-cluster-client|cf-connecting|true-client|fastly-client|x-original-forwarded)-(?:ip|for)",
    "x-original-(?:url|host)|x-rewrite-url|x-http-method-override|x-host",
    "x-middleware-.*|x-nextjs-.*|x-next-.*|x-invoke-.*|x-now-.*|x-vercel-.*|x-matched-path|x-prerender-.*",
    "next-resume|content-security-policy(?:-report-only)?|x-nonce|x-request-id|x-gl-.*",
  ].join("|")})$`,
);

/** Next sends these to itself when an action redirects; they count only in a request that Next really sent. */
const OWN_ONLY = /^(?:x-action-.*|next-cache-.*)$/;

/**
 * Removes what clients may not say and sets what the application is to believe. `rawHeaders` is written anew as well,
 * so that nobody finds the original there.
 *
 * @param own true for a request that this process sent to itself (see relay.ts)
 * @param facts lower-case names and their values
 */
export function replaceInboundHeaders(
  req: IncomingMessage,
  { own, facts }: { own: boolean; facts: Readonly<Record<string, string>> },
): void {
  for (const name of Object.keys(req.headers)) {
    if (DROPPED.test(name) || (!own && OWN_ONLY.test(name))) delete req.headers[name];
  }
  Object.assign(req.headers, facts);
  req.rawHeaders = Object.entries(req.headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? ""]).flatMap((one) => [name, one]),
  );
}
