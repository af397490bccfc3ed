import "server-only";
import { type Sql, sql } from "@/lib/db/client";

/** A stretch of time whose events an index of the search covers; microseconds since 1970, `to` excluded. */
export interface Segment {
  from: bigint;
  to: bigint;
  /** A whole week: its index asks for no bounds of time, so several weeks may be searched by one statement. */
  isWhole: boolean;
}

/** What of the log can be searched by index. */
export interface Coverage {
  /** Oldest first, none overlapping another. */
  segments: Segment[];
}

const rememberedMs = 20_000;
const remembered = new WeakMap<Sql, { at: number; coverage: Promise<Coverage> }>();

/** Up to 20 seconds old: what is found never depends on it, only how fast. */
export function searchCoverage(db: Sql = sql()): Promise<Coverage> {
  const known = remembered.get(db);
  if (known && Date.now() - known.at < rememberedMs) return known.coverage;
  const coverage = readCoverage(db);
  remembered.set(db, { at: Date.now(), coverage });
  coverage.catch(() => remembered.delete(db));
  return coverage;
}

async function readCoverage(db: Sql): Promise<Coverage> {
  const rows = await db<{ from: string; to: string; is_whole: boolean }[]>`
    select (extract(epoch from starts) * 1000000)::bigint::text as from,
      (extract(epoch from ends) * 1000000)::bigint::text as to, is_whole
    from audit_search_segments() where index_name is not null and is_valid
    order by audit_search_segments.starts, audit_search_segments.ends desc`;
  const segments: Segment[] = [];
  for (const row of rows) {
    const segment = { from: BigInt(row.from), to: BigInt(row.to), isWhole: row.is_whole };
    const last = segments.at(-1);
    // One that an interrupted merging left lies within the one that it was merged into.
    if (!last || segment.from >= last.to) segments.push(segment);
  }
  return { segments };
}
