/** What browsers say of a request that they make ahead of need, by their age. */
const purposes = ["sec-purpose", "purpose", "x-purpose", "x-moz"];

/** True for a request that a browser or the framework makes ahead of need: it is no read, so it records and gets nothing. */
export function isPrefetch(headers: Pick<Headers, "get" | "has">): boolean {
  return (
    headers.has("next-router-prefetch") ||
    headers.has("next-router-segment-prefetch") ||
    purposes.some((name) => /prefetch|prerender|preview/i.test(headers.get(name) ?? ""))
  );
}

/**
 * The answer to a GET that is made ahead of need, for addresses that give data. It comes before any check, so it is the same
 * whoever asks for whatever, and tells nothing; therefore no record is owed. Null for a request that is to be answered.
 */
export function answerAhead(request: Pick<Request, "method" | "headers">): Response | null {
  if (request.method !== "GET" || !isPrefetch(request.headers)) return null;
  return new Response(null, { status: 204, headers: { "cache-control": "no-store" } });
}
