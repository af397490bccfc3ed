import "server-only";
import { type AnySql, organizationScope } from "@/lib/audit/seal/dimensions";
import { type Day, dayOf } from "./days";
import type { FilterScope } from "./names";

/** Which days a log has, and from which on the sealer's counts are whole. */
export interface Span {
  today: Day;
  /** First day kept; null: kept for ever. */
  kept: Day | null;
  /** First day that the sealer's counts hold wholly; events of earlier days are counted. Null: all of them. */
  tallied: Day | null;
  /** First day with a sealed event of the scope; null: nothing is sealed. */
  oldest: Day | null;
  /** Times of the oldest and the newest event of the organization that is not sealed, RFC 3339; null: all are. */
  tail: { from: string; to: string } | null;
}

const rfc3339 = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"';

/**
 * Sealed events behind the cut-off are counted no more, and leave the counts with the cleanup, whether or not they could
 * be removed. When the retention is raised such events may be read again: `audit_config.counted_from` is the day from
 * which on the counts are whole then. The cut-off is the beginning of a day, so no day is kept in part.
 *
 * `position > 0` is always so, but has the outbox read through its index: the table itself stays as long as it ever was,
 * empty pages and all.
 */
export async function spanOf(sql: AnySql, { orgId, guruScope }: FilterScope): Promise<Span> {
  const [row] = await sql<
    Record<"kept" | "counted_from" | "oldest" | "tail_from" | "tail_to", string | null>[] &
      { today: string }[]
  >`
    select (now() at time zone 'UTC')::date::text as today, counted_from::text,
      case when isfinite(audit_cutoff()) then (audit_cutoff() at time zone 'UTC')::date::text end as kept,
      (select min(day)::text from audit_rollup
        where org_id = ${orgId} and scope = ${guruScope ?? organizationScope} and dimension = 'all' and value = '') as oldest,
      to_char(o.first at time zone 'UTC', ${rfc3339}) as tail_from, to_char(o.last at time zone 'UTC', ${rfc3339}) as tail_to
    from audit_config, (select min(occurred_at) as first, max(occurred_at) as last from audit_outbox where org_id = ${orgId} and position > 0) o`;
  if (!row) throw new Error("audit_config has lost its row: restore the database from a backup");
  const day = (text: string | null) => (text === null ? null : dayOf(text));
  const kept = day(row.kept);
  const from = [kept, day(row.counted_from)].filter((each) => each !== null);
  return {
    today: dayOf(row.today),
    kept,
    tallied: from.length === 0 ? null : Math.max(...from),
    oldest: day(row.oldest),
    tail: row.tail_from && row.tail_to ? { from: row.tail_from, to: row.tail_to } : null,
  };
}
