import type postgres from "postgres";

/** A week of the log as the search knows it. Times as the database writes them, compared only there. */
export interface SearchedWeek {
  name: string;
  /** Closed: nothing is recorded in it any more. */
  isClosed: boolean;
  /** The index of the whole week stands. */
  isIndexed: boolean;
  /** Names of its indexes that nothing is missed without: of parts of a week that is indexed, or of a larger part. */
  superfluous: string[];
  /** Names of those that a building left that was cut off. */
  broken: string[];
  /** Up to which moment its parts are indexed without a gap. */
  indexedUntil: Date;
  parts: { starts: Date; ends: Date }[];
}

/** What is to be indexed next. */
export interface SegmentPlan {
  week: string;
  /** Null: all of it. */
  part: { from: Date; to: Date } | null;
}

/** A part takes up the parts before it while they hold at most so many times its events: there are few, each much larger than the next. */
const mergeFactor = 4;

/**
 * The weeks that are worth an index, newest first: not those that are about to go, nor those to come.
 * @param settledMs how long ago an event was recorded that is taken as past
 */
export async function searchedWeeks(sql: postgres.Sql, settledMs: number): Promise<SearchedWeek[]> {
  const rows = await sql<
    {
      week: string;
      week_starts: Date;
      is_closed: boolean;
      index_name: string | null;
      is_whole: boolean;
      is_valid: boolean;
      starts: Date;
      ends: Date;
    }[]
  >`
    select week, week_starts, week_ends <= now() - ${`${settledMs} ms`}::interval as is_closed,
      index_name, is_whole, is_valid, starts, ends
    from audit_search_segments()
    where week_starts < now() and week_ends > audit_cutoff() + interval '1 day'
    order by week_starts desc, audit_search_segments.starts, audit_search_segments.ends desc`;
  const weeks = new Map<string, SearchedWeek>();
  for (const row of rows) {
    const week = weeks.get(row.week) ?? {
      name: row.week,
      isClosed: row.is_closed,
      isIndexed: rows.some((r) => r.week === row.week && r.index_name !== null && r.is_whole && r.is_valid),
      superfluous: [],
      broken: [],
      indexedUntil: row.week_starts,
      parts: [],
    };
    weeks.set(row.week, week);
    if (row.index_name === null) continue;
    if (!row.is_valid) week.broken.push(row.index_name);
    else if (!row.is_whole) {
      if (week.isIndexed || row.ends <= week.indexedUntil) week.superfluous.push(row.index_name);
      else week.parts.push({ starts: row.starts, ends: row.ends });
      if (row.starts <= week.indexedUntil && row.ends > week.indexedUntil) week.indexedUntil = row.ends;
    }
  }
  return [...weeks.values()];
}

/**
 * What to index of a week: all of it once it is closed; of the open one what has gathered behind its parts.
 * @param options.fewest events that are worth a part of their own
 * @param options.settledMs see `searchedWeeks`
 * @returns null when there is nothing to do
 */
export async function planSegment(
  sql: postgres.Sql,
  week: SearchedWeek,
  { fewest, settledMs }: { fewest: number; settledMs: number },
): Promise<SegmentPlan | null> {
  if (week.isIndexed) return null;
  if (week.isClosed) {
    const [row] = await sql<{ some: boolean }[]>`select exists (select from ${sql(week.name)}) as some`;
    return row?.some ? { week: week.name, part: null } : null;
  }
  const [row] = await sql<
    { to: Date }[]
  >`select date_trunc('second', now() - ${`${settledMs} ms`}::interval) as to`;
  if (!row || row.to <= week.indexedUntil) return null;
  const events = async (from: Date, to: Date): Promise<number> => {
    const [counted] = await sql<{ n: string }[]>`
      select count(*) as n from ${sql(week.name)} where occurred_at >= ${from} and occurred_at < ${to}`;
    return Number(counted?.n ?? 0);
  };
  let from = week.indexedUntil;
  let sum = await events(from, row.to);
  if (sum < fewest) return null;
  for (const part of week.parts.filter((p) => p.ends <= from).toReversed()) {
    const more = await events(part.starts, part.ends);
    if (more > mergeFactor * sum) break;
    from = part.starts;
    sum += more;
  }
  return { week: week.name, part: { from, to: row.to } };
}
