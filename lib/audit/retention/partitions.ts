import "server-only";
import type postgres from "postgres";

/** A week of the log: a partition, or a table that was one until a cleanup detached it. */
export interface Week {
  name: string;
  /** Nothing of it is within the retention, and nothing of it waits to be sealed or, where there is one, for the archive. */
  over: boolean;
}

/** Weeks attached to the log, oldest first. */
export async function attachedWeeks(sql: postgres.Sql): Promise<Week[]> {
  return sql<Week[]>`
    select p.name, ${isOver(sql)} as over from audit_partitions() p order by p.starts`;
}

/** A table named like a week that the log does not take, and why. */
export interface RefusedWeek {
  name: string;
  reason: string;
}

/**
 * Weeks that a cleanup detached and, cut off in between, did not drop. Tables of such names that are no weeks of this log
 * (somebody with rights of their own made them) are refused one by one: they hold up no other week.
 */
export async function detachedWeeks(sql: postgres.Sql): Promise<{ weeks: Week[]; refused: RefusedWeek[] }> {
  const found = await sql<{ name: string }[]>`
    select c.relname::text as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname ~ '^audit_event_\\d{4}w\\d{2}$'
      and not exists (select from pg_inherits i where i.inhrelid = c.oid)
    order by c.relname collate "C"`;
  const weeks: Week[] = [];
  const refused: RefusedWeek[] = [];
  for (const { name } of found) {
    const reason = await refusalOf(async () => {
      const [week] = await sql<Week[]>`
        select p.name, ${isOver(sql)} as over
        from (
          select ${name}::text as name, w.starts, w.starts + interval '7 days' as ends
          from (select to_date(substring(${name}::text from 13), 'IYYY"w"IW')::timestamp at time zone 'UTC' as starts) w
        ) p`;
      if (week) weeks.push(week);
    });
    if (reason !== null) refused.push({ name, reason });
  }
  return { weeks, refused };
}

/** Brings the weeks that are to be kept back into the log. @returns those that it does not take */
export async function attachKept(sql: postgres.Sql, weeks: readonly Week[]): Promise<RefusedWeek[]> {
  const refused: RefusedWeek[] = [];
  for (const { name } of weeks.filter((week) => !week.over)) {
    const reason = await refusalOf(() => attachAgain(sql, name));
    if (reason !== null) refused.push({ name, reason });
  }
  return refused;
}

/**
 * What is wrong with one table alone (its shape, its rows, a name that is no week) is an answer; a lock that did not come, a lost
 * connection or a full disk is an error of the whole work.
 */
export async function refusalOf(work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    // Data exceptions, broken constraints, refusals and syntax or access rules (Postgres manual, appendix A).
    if (error instanceof Error && /^(22|23|42|P0)[0-9A-Z]{3}$/.test(code)) return error.message;
    throw error;
  }
}

/** The archive is asked last: it counts the week's events. */
function isOver(sql: postgres.Sql): postgres.PendingQuery<postgres.Row[]> {
  return sql`case
    when p.ends > audit_cutoff() then false
    when exists (select from audit_outbox o where o.position > 0 and o.occurred_at >= p.starts and o.occurred_at < p.ends) then false
    else audit_week_archived(p.name) end`;
}

/** Completes detachings that were cut off half-way; until then no other week can be detached. */
export async function finalizeDetaching(sql: postgres.Sql): Promise<void> {
  const pending = await sql<{ name: string }[]>`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'public.audit_event'::regclass and i.inhdetachpending`;
  for (const week of pending) {
    await sql`alter table audit_event detach partition ${sql(week.name)} finalize`.simple();
  }
}

/**
 * Takes a week out of the log. Waits for the readers that may use it, an export above all, while new ones go on
 * undisturbed; a plain DROP would make every new read queue behind the export.
 */
export async function detachWeek(sql: postgres.Sql, name: string): Promise<void> {
  await sql`alter table audit_event detach partition ${sql(name)} concurrently`.simple();
}

/** Brings a detached week back into the log, with its rows. */
async function attachAgain(sql: postgres.Sql, name: string): Promise<void> {
  await sql`
    select audit_make_partition(to_date(substring(${name}::text from 13), 'IYYY"w"IW')::timestamp at time zone 'UTC')`;
}

/**
 * Makes the weeks ahead, for at least four weeks from now; those that stand are left alone.
 * @returns the moment up to which acts can be recorded
 */
export async function makeWeeksAhead(sql: postgres.Sql): Promise<Date> {
  await sql`select audit_make_partition(now() + make_interval(weeks => w)) from generate_series(0, 5) as w`;
  const [last] = await sql<{ ends: Date }[]>`select max(ends) as ends from audit_partitions()`;
  if (!last) throw new Error("the log has no partition");
  return last.ends;
}
