import "server-only";
import type postgres from "postgres";
import { kindOf, leapThroughKinds } from "@/lib/audit/query/kinds";
import { logLine } from "@/lib/platform/log";
import { asOwner, type MaintenanceOptions } from "./maintenance-session";
import { noteRefused } from "./note-refused";
import {
  attachedWeeks,
  attachKept,
  detachedWeeks,
  detachWeek,
  finalizeDetaching,
  type RefusedWeek,
  refusalOf,
} from "./partitions";

export interface Pruned {
  /** False when another instance is cleaning up at the moment, when nothing was due, or when it has to wait. */
  ran: boolean;
  /** Events before it are gone: 00:00 UTC of a day. Null when events are kept for ever. */
  cutoff: Date | null;
  /** Events removed. */
  removed: number;
  /** With those of all cleanups before. */
  removedInAll: number;
  droppedPartitions: string[];
}

export interface PruneOptions extends MaintenanceOptions {
  /** Do nothing unless 03:00 UTC has passed since the last cleanup. */
  onlyWhenDue?: boolean;
  /** How long to wait for open exports before a week is left to the next run; a longer one is not waited for. */
  patienceMs?: number;
  /** Called as the owner before anything is removed. When it answers false nothing is, and the cleanup stays due. */
  beforeRemoval?: (sql: postgres.Sql) => Promise<boolean>;
  /**
   * Called as the owner in the very transaction that removes the events and drops the weeks, so that the removal and
   * its event stand or fall together.
   */
  inTransaction?: (tx: postgres.TransactionSql, pruned: Pruned) => Promise<void>;
}

/**
 * Removes the events behind the cut-off, which the database computes. Whole weeks are detached and dropped, what is left
 * of the week at the edge is deleted; rollups and facets go in the same transaction. Unsealed events stay, and with them
 * their week; while archiving is on, days that are not archived stay too, hidden from every reader. Tiles and indexes
 * stay: the sealed order keeps an event's id, time and hash when its content is gone.
 *
 * Cut off at any instant it is completed by the next run: a detaching half done is finished, a week detached but not
 * dropped is dropped, or attached again if the retention was raised, or an unsealed event or a day without its archive
 * turned up in it. A table that passes for a week and is none of this log's is left where it is, and becomes the trouble
 * `cleanup_refused`.
 *
 * @throws what the database throws; weeks detached by then are hidden and will be dropped by the next run
 */
export async function prune(options: PruneOptions): Promise<Pruned> {
  const { patienceMs = 12 * 60_000 } = options;
  return asOwner(options, { name: "gurulog cleanup", lockTimeoutMs: patienceMs }, async (sql) => {
    const nothing: Pruned = { ran: false, cutoff: null, removed: 0, removedInAll: 0, droppedPartitions: [] };
    const [lock] = await sql`select pg_try_advisory_lock(hashtext('gurulog.cleanup')) as held`;
    if (!lock?.held || (options.onlyWhenDue && !(await isDue(sql)))) return nothing;
    if ((await options.beforeRemoval?.(sql)) === false) {
      await bringBack(sql);
      return nothing;
    }
    await detachOldWeeks(sql);
    const { weeks, refused } = await detachedWeeks(sql);
    refused.push(...(await attachKept(sql, weeks)));
    // A week that came back may bring kinds of events; so may an instance of an older version that sealed meanwhile.
    await sql`select audit_list_kinds()`;
    const over = weeks.filter((w) => w.over).map((w) => w.name);
    const done = await sql.begin((tx) => removeForGood(tx, over, options));
    await noteRefused(sql, [...refused, ...done.refused]);
    return done.pruned;
  });
}

/** Whether a cleanup is due: daily at 03:00 UTC, at start when that was missed. */
async function isDue(sql: postgres.Sql): Promise<boolean> {
  const [found] = await sql<{ due: boolean }[]>`
    select last_pruned_at is null
      or last_pruned_at < (date_trunc('day', now() at time zone 'UTC' - interval '3 hours') + interval '3 hours') at time zone 'UTC'
      as due
    from audit_config`;
  return found?.due ?? true;
}

/** What is to be kept must not stay hidden while nothing may be removed: a week that a cleanup before was cut off with. */
async function bringBack(sql: postgres.Sql): Promise<void> {
  try {
    await finalizeDetaching(sql);
    const { weeks, refused } = await detachedWeeks(sql);
    await noteRefused(sql, [...refused, ...(await attachKept(sql, weeks))]);
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
  }
}

async function detachOldWeeks(sql: postgres.Sql): Promise<void> {
  try {
    await finalizeDetaching(sql);
    for (const week of await attachedWeeks(sql)) {
      if (week.over) await detachWeek(sql, week.name);
    }
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    // Its events are hidden by now; the next run finishes. What can be removed without it is removed today.
    logLine("Cleanup: a week of the log is still being read (by an export?) and is left to the next run.");
  }
}

function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "55P03";
}

async function removeForGood(
  tx: postgres.TransactionSql,
  names: string[],
  options: PruneOptions,
): Promise<{ pruned: Pruned; refused: RefusedWeek[] }> {
  const before = await removedBefore(tx);
  let removed = 0;
  const refused: RefusedWeek[] = [];
  for (const name of names) {
    const reason = await refusalOf(() =>
      tx.savepoint(async (inner) => {
        const [week] = await inner<{ events: string }[]>`select audit_drop_week(${name}) as events`;
        removed += Number(week?.events);
      }),
    );
    if (reason !== null) refused.push({ name, reason });
  }
  const [edge] = await tx<{ removed: string }[]>`select audit_prune_edge() as removed`;
  removed += Number(edge?.removed);
  const [config] = await tx<{ cutoff: Date | null }[]>`
    update audit_config set last_pruned_at = now(), removed_in_all = ${String(before + removed)}::bigint
    returning case when isfinite(audit_cutoff()) then audit_cutoff() end as cutoff`;
  const pruned = {
    ran: true,
    cutoff: config?.cutoff ?? null,
    removed,
    removedInAll: before + removed,
    droppedPartitions: names.filter((name) => !refused.some((week) => week.name === name)),
  };
  await options.inTransaction?.(tx, pruned);
  return { pruned, refused };
}

/**
 * As the last cleanup's event has it, which is sealed; only where that has expired, as the configuration does. The event is
 * found through the kinds that the log has: to look for its names would be to read the log whole.
 */
async function removedBefore(tx: postgres.TransactionSql): Promise<number> {
  const [told] = await tx.unsafe<{ total: string }[]>(`
    select coalesce(
      (select max((p.details->>'removedInAll')::bigint)
        from audit_head h
        cross join lateral (${leapThroughKinds("h.org_id", "true")}) k
        cross join lateral (
          select e.details from audit_event e
          where e.org_id = h.org_id and ${kindOf("e", "kind")} = ${kindOf("k", "kind")} offset 0) p
        where k.model = 'AuditLog' and k.action_type = 'deleted' and k.action = 'audit.pruned'),
      (select removed_in_all from audit_config))::text as total`);
  return Number(told?.total ?? 0);
}
