import "server-only";
import type postgres from "postgres";
import { attachKept, detachedWeeks, finalizeDetaching } from "@/lib/audit/retention/partitions";
import { countedDay, keptDays, missingKinds, setPlanner, summed } from "./counted-day";
import { type AnySql, organizationScope } from "./dimensions";
import { compare, type Recounted, recountLog } from "./recount";

/** The counts are still wrong after they were written anew; nothing was changed. */
class NotRepaired extends Error {
  override readonly name = "NotRepaired";
}

export interface Repaired {
  /** What the look before found. */
  before: Recounted;
  /** Rows written or taken away. */
  rollups: number;
  facets: number;
  kinds: number;
}

/**
 * Makes rollups, facets and the list of kinds what the events say. First a look at the whole log, while everything goes on; then, if
 * something differs, one transaction that counts the days concerned anew and sums all facets. It holds the locks of the
 * cleanup and of the sealer, so that no event is counted twice or not at all: events are recorded meanwhile and sealed
 * after it. Cut off at any instant, either all of it stands or nothing.
 *
 * The label of a facet stays where there is one. A facet that is missing is called as the newest kept event of its value
 * calls it; an erased person stays erased.
 *
 * @param sql one connection, as the owner of the log, whose `lock_timeout` says how long a cleanup may be waited for
 * @throws NotRepaired, and what the database throws (55P03: a cleanup is under way); nothing was changed then
 */
export async function repairCounts(
  sql: postgres.Sql,
  options: { listed?: number; onDay?: (done: number, of: number) => void } = {},
): Promise<Repaired> {
  await withLocks(sql, ["gurulog.cleanup"], () => bringWeeksBack(sql));
  const before = await recountLog(sql, options);
  if (before.found === 0 && !(await areDaysLeftOut(sql))) return { before, rollups: 0, facets: 0, kinds: 0 };
  // In this order the cleanup takes them, too.
  return withLocks(sql, ["gurulog.cleanup", "gurulog.seal"], (backend) =>
    sql.begin("isolation level repeatable read", async (tx) => {
      // A connection that was lost in between was replaced by one without the locks.
      if ((await backendOf(tx)) !== backend)
        throw new NotRepaired("The connection to the database was lost.");
      await setPlanner(tx);
      const looked = new Set(before.days);
      const wrong = new Set(before.wrongDays);
      // Days that came under the retention since the look are counted anew, too.
      const days = (await keptDays(tx)).filter((day) => wrong.has(day) || !looked.has(day));
      let [rollups, kinds] = [0, 0];
      for (const day of days) {
        rollups += await rewriteDay(tx, day);
        kinds += await addKinds(tx, day);
      }
      const facets = await rewriteFacets(tx);
      // From now on the counts hold every day that is kept.
      await tx`update audit_config set counted_from = null where counted_from is not null`;
      const after = await compare(tx, days, { listed: 1 });
      if (after.found > 0)
        throw new NotRepaired(`${after.found} counts still differ after they were counted anew.`);
      return { before, rollups, facets, kinds };
    }),
  );
}

/**
 * Holds locks of the session during work. They are taken before its transaction begins, so that the snapshot has all
 * that their last holders wrote.
 * @param work is told which backend holds them
 */
async function withLocks<T>(
  sql: postgres.Sql,
  names: string[],
  work: (backend: number) => Promise<T>,
): Promise<T> {
  try {
    const backend = await backendOf(sql);
    for (const name of names) await sql`select pg_advisory_lock(hashtext(${name}))`;
    return await work(backend);
  } finally {
    await unlock(sql);
  }
}

async function unlock(sql: postgres.Sql): Promise<void> {
  try {
    await sql`select pg_advisory_unlock_all()`;
  } catch {
    // The connection is lost, and its locks with it.
  }
}

async function backendOf(sql: AnySql): Promise<number> {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  return row?.pid ?? 0;
}

/** A cleanup that was cut off may have left weeks apart that are kept now: their events are missing until they are back. */
async function bringWeeksBack(sql: postgres.Sql): Promise<void> {
  await finalizeDetaching(sql);
  // What the log does not take is none of its weeks: the cleanup says so.
  await attachKept(sql, (await detachedWeeks(sql)).weeks);
}

/** Whether readers pass over the counts of some days because these were known not to be whole. */
async function areDaysLeftOut(sql: postgres.Sql): Promise<boolean> {
  const [config] = await sql<{ out: boolean }[]>`select counted_from is not null as out from audit_config`;
  return config?.out === true;
}

async function rewriteDay(tx: postgres.TransactionSql, day: string): Promise<number> {
  const [row] = await tx<{ written: string }[]>`
    with ${countedDay(tx, day)}, gone as (
      delete from audit_rollup r
      where r.day = ${day}::date and not exists (
        select from counted c
        where (c.org_id, c.scope, c.dimension, c.value, c.action_type) = (r.org_id, r.scope, r.dimension, r.value, r.action_type))
      returning 1
    ), put as (
      insert into audit_rollup as r (org_id, scope, dimension, value, action_type, day, count)
      select org_id, scope, dimension, value, action_type, day, count from counted
      on conflict (org_id, scope, dimension, value, action_type, day) do update set count = excluded.count
      where r.count <> excluded.count
      returning 1
    )
    select ((select count(*) from gone) + (select count(*) from put))::text as written`;
  return Number(row?.written ?? 0);
}

async function addKinds(tx: postgres.TransactionSql, day: string): Promise<number> {
  const { count } = await tx`
    with ${countedDay(tx, day)}
    insert into audit_kind_seen (org_id, operation, action, model, action_type, outcome, actor_type) ${missingKinds(tx)}
    on conflict do nothing`;
  return count;
}

async function rewriteFacets(tx: postgres.TransactionSql): Promise<number> {
  const [row] = await tx<{ written: string }[]>`
    with ${summed(tx)}, gone as (
      delete from audit_facet f
      where not exists (
        select from summed s where (s.org_id, s.scope, s.dimension, s.value) = (f.org_id, f.scope, f.dimension, f.value))
      returning 1
    ), changed as (
      update audit_facet f set count = s.count, last_day = s.last_day
      from summed s
      where (s.org_id, s.scope, s.dimension, s.value) = (f.org_id, f.scope, f.dimension, f.value)
        and (f.count, f.last_day) is distinct from (s.count, s.last_day)
      returning 1
    ), put as (
      insert into audit_facet (org_id, scope, dimension, value, label, count, last_day)
      select s.org_id, s.scope, s.dimension, s.value, coalesce(${newestName(tx)}, s.value), s.count, s.last_day
      from summed s
      where not exists (
        select from audit_facet f where (s.org_id, s.scope, s.dimension, s.value) = (f.org_id, f.scope, f.dimension, f.value))
      returning 1
    )
    select ((select count(*) from gone) + (select count(*) from changed) + (select count(*) from put))::text as written`;
  return Number(row?.written ?? 0);
}

/** How the newest event of a value `s` calls it, as `facts` has it; null for values that are their own name. */
function newestName(tx: postgres.TransactionSql): postgres.PendingQuery<postgres.Row[]> {
  const inScope = tx`e.org_id = s.org_id and e.occurred_at >= audit_cutoff()
    and (s.scope = ${organizationScope}::uuid or e.guru_id = s.scope)`;
  const newest = tx`order by e.occurred_at desc, e.id desc limit 1`;
  return tx`case
    when s.dimension = 'user' and s.value not in ('system', 'anonymous') then coalesce(
      (select audit_erased_name(s.value) from audit_erasure x where x.account_id = s.value::uuid limit 1),
      (select e.actor_email from audit_event e
        where ${inScope} and e.account_id = s.value::uuid and e.actor_type in ('user', 'api_key') and e.actor_email is not null
        ${newest}),
      (select e.target_label from audit_event e
        where ${inScope} and e.account_id = s.value::uuid and e.actor_type = 'anonymous'
          and e.target_label not in ('', '-', '[erased]')
        ${newest}))
    when s.dimension = 'guru' and s.value <> 'none' then
      (select e.guru_name from audit_event e where ${inScope} and e.guru_id = s.value::uuid and e.guru_name is not null ${newest})
  end`;
}
