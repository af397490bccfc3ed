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
