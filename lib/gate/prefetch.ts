/** True for a request that a browser or the framework makes ahead of need: it is no read, so it records and gets nothing. */
export function isPrefetch(headers: Headers): boolean {
  return (
    headers.has("next-router-prefetch") ||
    headers.has("next-router-segment-prefetch") ||
    /prefetch|prerender/i.test(
      headers.get("sec-purpose") ?? headers.get("purpose") ?? headers.get("x-purpose") ?? "",
    )
  );
}
