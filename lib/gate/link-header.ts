/**
 * The `Link` header (RFC 8288) of a page.
 * @param address absolute address of the resource without a query
 * @param params of the request; all but `page` and `perPage` are kept
 * @returns null when everything fits on one page
 */
export function linkHeader(
  address: string,
  params: URLSearchParams,
  at: { page: number; perPage: number; total: number },
): string | null {
  const last = Math.ceil(at.total / at.perPage);
  if (last <= 1) return null;
  const kept = new URLSearchParams(params);
  const link = (rel: string, page: number) => {
    kept.set("page", String(page));
    kept.set("perPage", String(at.perPage));
    return `<${address}?${kept}>; rel="${rel}"`;
  };
  return [
    link("first", 1),
    ...(at.page > 1 ? [link("prev", Math.min(at.page - 1, last))] : []),
    ...(at.page < last ? [link("next", at.page + 1)] : []),
    link("last", last),
  ].join(", ");
}
