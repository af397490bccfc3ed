/** So many rows of a list stand on a page. */
export const pageLength = 100;

/** What a list is asked for. */
export interface ListInput {
  /** What a name or an address holds. */
  search?: string;
  /** From 1 on. */
  page?: number;
}

/** A page of a list. */
export interface ListPage<T> {
  rows: T[];
  page: number;
  hasMore: boolean;
}

const farthest = 10_000;

/** The number of a page as an address names it; the first for anything that is none. */
export function pageNumber(text: string | string[] | undefined): number {
  const one = Array.isArray(text) ? text[0] : text;
  return one !== undefined && /^[1-9]\d{0,4}$/.test(one) ? Math.min(Number(one), farthest) : 1;
}

/** Which rows a query fetches: those of the page, and one more to see whether there are others. */
export function rowsOf(page = 1): { limit: number; offset: number } {
  return { limit: pageLength + 1, offset: (page - 1) * pageLength };
}

/** The page of the rows that `rowsOf` fetched. */
export function listPage<T>(rows: readonly T[], page = 1): ListPage<T> {
  return { rows: rows.slice(0, pageLength), page, hasMore: rows.length > pageLength };
}
