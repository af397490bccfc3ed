import "server-only";
import { type AnySql, organizationScope } from "@/lib/audit/seal/dimensions";
import { daysLeft, type Growth, permanentBytes } from "./disk";
import { type Moment, toDate, toDateOrNull } from "./moment";

/** How much the log takes and how fast it grows. */
export interface SizeState {
  databaseBytes: number;
  /** Events and everything derived from them, indexes included. */
  logBytes: number;
  /** Events kept at the moment, the unsealed ones included. */
  events: number;
  /** Of the log's whole size; null while there are too few events to say. */
  bytesPerEvent: number | null;
  growth: Growth;
  /** Days for which events are kept; null keeps them for ever. */
  retentionDays: number | null;
  lastPrunedAt: Date | null;
  nextPruneAt: Date;
  /** The moment up to which acts can be recorded. */
  partitionsUntil: Date | null;
  partitionDaysAhead: number;
  partitions: number;
}

/** Below this many events the empty pages of a new log say more than its events. */
const enoughEvents = 1_000;
/** Measured over a million events with all indexes; used until this log can be measured itself. */
const usualBytesPerEvent = 740;
const growthDays = 7;

interface Row {
  database_bytes: string;
  log_bytes: string;
  events: string;
  recent: string;
  recent_days: number;
  kept_days: number;
  retention_days: number | null;
  last_pruned_at: Moment | null;
  next_prune_at: Moment;
  partitions_until: Moment | null;
  partition_days: number;
  partitions: number;
}

/** Reads size, growth and what is to come of an organization's log. The weeks and the sizes are the database's. */
export async function sizeState(sql: AnySql, orgId: number): Promise<SizeState> {
  const [row] = await sql<Row[]>`
    with days as (
      select day, sum(count) as events from audit_rollup
      where org_id = ${orgId} and scope = ${organizationScope} and dimension = 'all' group by day
    ), today as (
      select (now() at time zone 'UTC')::date as day, extract(epoch from now() - date_trunc('day', now()))::float8 / 86400 as part
    ), weeks as (select * from audit_partitions())
    select pg_database_size(current_database()) as database_bytes,
      (select sum(pg_total_relation_size(c.oid)) from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname like 'audit\\_%') as log_bytes,
      (select coalesce(sum(events), 0) from days) + (select count(*) from audit_outbox where org_id = ${orgId} and position > 0) as events,
      (select coalesce(sum(d.events), 0) from days d, today t where d.day > t.day - ${growthDays}::int) as recent,
      -- A log that is younger is measured over its age, but a day at least: a first busy hour is no pace.
      (select greatest(1, least(${growthDays - 1} + t.part, t.day - (select min(day) from days) + t.part))
        from today t)::float8 as recent_days,
      (select coalesce(t.day - min(d.day) + t.part, 0) from days d, today t group by t.day, t.part)::float8 as kept_days,
      (select nullif(coalesce(retention_days, 90), 0) from audit_config) as retention_days,
      (select last_pruned_at from audit_config) as last_pruned_at,
      (date_trunc('day', now() at time zone 'UTC' - interval '3 hours') + interval '27 hours') at time zone 'UTC' as next_prune_at,
      (select max(ends) from weeks) as partitions_until,
      coalesce((select extract(epoch from max(ends) - now())::float8 / 86400 from weeks), 0) as partition_days,
      (select count(*)::int from weeks) as partitions`;
  if (!row) throw new Error("the size of the log is not known");
  const events = Number(row.events);
  const bytesPerEvent = events >= enoughEvents ? Number(row.log_bytes) / events : null;
  return {
    databaseBytes: Number(row.database_bytes),
    logBytes: Number(row.log_bytes),
    events,
    bytesPerEvent,
    growth: {
      eventsPerDay: Number(row.recent) / (row.recent_days || 1),
      bytesPerEvent: Math.max(0, (bytesPerEvent ?? usualBytesPerEvent) - permanentBytes),
      retentionDays: row.retention_days,
      keptDays: row.kept_days ?? 0,
    },
    retentionDays: row.retention_days,
    lastPrunedAt: toDateOrNull(row.last_pruned_at),
    nextPruneAt: toDate(row.next_prune_at),
    partitionsUntil: toDateOrNull(row.partitions_until),
    partitionDaysAhead: Math.max(0, row.partition_days),
    partitions: row.partitions,
  };
}

/** Days for which a volume's free space lasts at the log's present pace; null when nothing grows. */
export function daysLeftOf(freeBytes: number, state: Pick<SizeState, "growth">): number | null {
  return daysLeft(freeBytes, state.growth);
}
