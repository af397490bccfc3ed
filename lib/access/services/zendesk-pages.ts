import "server-only";
import { z } from "zod";
import type { ServiceCaller } from "./service-call";

/** A search gives no more results than these, on all its pages. */
const mostSearched = 1_000;

/** What stands beside a page of a listing that is gone through by cursor. */
export const meta = z.object({ has_more: z.boolean(), after_cursor: z.string().nullish() });
const cursor = z.object({ after: z.string() });
const numbered = z.object({ page: z.number().int() });

/** The cursor of a place; undefined at the start. */
export const afterOf = (at: unknown) => (at === null ? undefined : cursor.parse(at).after);

/** Is the place one of a search, with its numbered pages? */
export const isNumbered = (at: unknown) => numbered.safeParse(at).success;

export const nextAfter = ({ has_more, after_cursor }: z.infer<typeof meta>) =>
  has_more && after_cursor ? { after: after_cursor } : null;

interface Search<S extends z.ZodType> {
  path: string;
  query: Readonly<Record<string, string>>;
  result: S;
}

/**
 * A numbered page of a search.
 * @param at a place of this search; null = the first page
 * @param size results on a page
 * @throws ServiceTrouble
 */
export async function searchPage<S extends z.ZodType>(
  zendesk: ServiceCaller,
  { path, query, result }: Search<S>,
  at: unknown,
  size: number,
) {
  const page = at === null ? 1 : numbered.parse(at).page;
  const answer = z.object({
    results: z.array(result),
    count: z.number().nullish(),
    next_page: z.string().nullish(),
  });
  const { results, count, next_page } = await zendesk.json({
    path,
    query: { ...query, per_page: size, page },
    answer,
  });
  const isCut = page * size >= mostSearched;
  return {
    results,
    next: next_page && !isCut ? { page: page + 1 } : null,
    isEmpty: results.length === 0,
    ...((count ?? 0) > mostSearched
      ? { note: "Zendesk gives the first 1,000 results of a search alone. Narrow the query." }
      : {}),
  };
}
