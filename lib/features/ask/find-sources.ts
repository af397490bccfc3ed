import "server-only";
import { sql } from "drizzle-orm";
import type { Tx } from "@/lib/db/client";
import { refuse } from "@/lib/platform/errors";
import { searchTookTooLong } from "./answer-in-words";
import { inTime } from "./in-time";
import { safeLink } from "./rules";

/** Sources told of, at most. */
const mostSources = 10;
/** Passages that are ranked, at most: a word that stands everywhere must not cost seconds. */
const mostRanked = 5_000;

/** A source that a question finds, with the passage that answers it best. */
export interface FoundSource {
  id: string;
  type: string;
  title: string;
  /** Where the passage stands at its origin; null for what was uploaded or typed. */
  link: string | null;
  content: string;
}

interface Row extends Record<string, unknown> {
  id: string;
  kind: string;
  title: string;
  url: string | null;
  content: string;
  total: number;
}

/**
 * The sources of a guru that speak of a question, best first: ranked by their best passage, one with all the words before
 * those with some.
 * @returns the first ten, and how many there are among the passages ranked
 * @throws Refusal `throttled` when it takes too long
 */
export async function findSources(
  tx: Tx,
  guruId: string,
  question: string,
): Promise<{ sources: FoundSource[]; total: number }> {
  const rows = await inTime(tx, (inner) =>
    inner.execute<Row>(sql`
    with asked as materialized (
      select websearch_to_tsquery('english', ${question}) as words,
        replace(plainto_tsquery('english', ${question})::text, ' & ', ' | ')::tsquery as some
    ), matched as materialized (
      select p.data_source_id, p.ordinal, p.content, p.url, p.words @@ asked.words as has_all,
        ts_rank_cd(p.words, asked.some, 1) as rank
      from asked, passage p join data_source s on s.id = p.data_source_id and s.shown_run = p.run
      where p.guru_id = ${guruId} and querytree(asked.some) not in ('', 'T') and p.words @@ asked.some
      limit ${mostRanked}
    ), best as (
      select distinct on (data_source_id) * from matched order by data_source_id, has_all desc, rank desc, ordinal
    )
    select s.id, s.kind, s.title, coalesce(best.url, s.url) as url, best.content,
      count(*) over ()::int as total
    from best join data_source s on s.id = best.data_source_id
    order by best.has_all desc, best.rank desc, s.id limit ${mostSources}`),
  );
  // There is no other way of searching here that could go on, and "none" would be a guess.
  if (rows === null) throw refuse("throttled", searchTookTooLong, { retryAfterS: 10 });
  const sources = rows.map(({ id, kind, title, url, content }) => ({
    id,
    type: kind,
    title,
    link: safeLink(url),
    content,
  }));
  return { sources, total: rows[0]?.total ?? 0 };
}
