import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import type { Findings } from "../verify/findings";
import type { Spans } from "./stored-keys";

/** A log as a verification looks at it. */
export interface KeptLog {
  orgId: number;
  spans: Spans;
  /** SQL: what stands of the events, in the place of a table's name (`keptEvents`). */
  events: string;
}

/**
 * Names of the weeks that stand beside the log: a cleanup has detached them, or is about to, and has not dropped them. As
 * the transaction sees it: a week whose detaching it does not see yet is part of the log to it.
 */
export async function weeksBeside(sql: AnySql): Promise<string[]> {
  const weeks = await sql<{ name: string }[]>`
    select c.relname::text as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname ~ '^audit_event_\\d{4}w\\d{2}$'
      and not exists (select from pg_inherits i where i.inhrelid = c.oid and not i.inhdetachpending)
    order by c.relname`;
  return weeks.map((week) => week.name);
}

/**
 * Every event that stands, whether in the log or in a week beside it: what a cleanup has hidden and not removed is no less
 * to be what was sealed, and is not missing.
 * @param beside from `weeksBeside`, which names nothing but weeks
 */
export function keptEvents(beside: readonly string[]): string {
  if (beside.length === 0) return "audit_event";
  return `(${["audit_event", ...beside].map((table) => `select * from ${table}`).join(" union all ")})`;
}

const mostNamed = 100;

/**
 * Names the events that stand in a week beside the log and are not of that week: no cleanup puts them there, and no reader
 * sees them, so they are as good as removed, though each is what was sealed.
 * @param beside from `weeksBeside`
 * @returns a sentence for each week that holds events within the retention. A cleanup that was cut off leaves one so when the
 *   retention is raised before the next, which brings it back; whoever owns the database can do the same to hide it
 */
export async function nameKeptApart(
  sql: AnySql,
  orgId: number,
  beside: readonly string[],
  findings: Findings,
): Promise<string[]> {
  const kept: string[] = [];
  for (const week of beside) {
    const starts = sql`(to_date(substring(${week}::text from 13), 'IYYY"w"IW')::timestamp at time zone 'UTC')`;
    const isOfWeek = sql`(e.occurred_at >= ${starts} and e.occurred_at < ${starts} + interval '7 days')`;
    const others = await sql<{ id: string; found: string }[]>`
      select e.id, count(*) over ()::text as found from ${sql(week)} e
      where e.org_id = ${orgId} and ${isOfWeek} is not true order by e.occurred_at, e.id limit ${mostNamed}`;
    for (const { id } of others)
      findings.add("removed", `The event is kept apart from the log, in ${week}, where no reader sees it.`, {
        id,
      });
    const more = Number(others[0]?.found ?? 0) - others.length;
    if (more > 0)
      findings.add(
        "removed",
        `${more} more events are kept apart from the log, in ${week}, where no reader sees them.`,
      );
    const [own] = await sql<{ hidden: boolean }[]>`
      select ${starts} + interval '7 days' > audit_cutoff()
        and exists (select from ${sql(week)} e where e.org_id = ${orgId} and ${isOfWeek}) as hidden`;
    if (own?.hidden)
      kept.push(
        `The week ${week} stands apart from the log, where no reader sees its events, though they are to be kept. The next cleanup brings it back: verify again after it. If it does not, the week was taken out past the product.`,
      );
  }
  return kept;
}
