import type postgres from "postgres";
import type { Runtime } from "@/lib/platform/runtime";
import { cleanUp } from "../../scripts/serve/cleanup";
import { asBench } from "./load";
import { copyEarlier } from "./peer-sql";

/**
 * A week that is past the retention, on ours and on the peer's table: the fullest week of the log once more, so many weeks
 * earlier, with its counts. It is there to be removed: the log itself stays whole, and the next run can do it again.
 *
 * Put into its partition as the owner and behind the outbox: sealing it would change the tree for nothing.
 * @returns events of the week
 */
export async function makeSpareWeek(runtime: Runtime): Promise<number> {
  // What else is behind the cut-off, and a spare week that an earlier run has left, would be removed with it.
  await cleanUp({ onlyWhenDue: false });
  return asBench(runtime, async (sql) => {
    await sql`delete from bench.peer where "timestamp" < audit_cutoff() at time zone 'UTC'`;
    const [week] = await sql<{ starts: string; ends: string; weeks: number; events: string }[]>`
      select p.starts::text, p.ends::text, sum(r.count)::text as events,
        (ceil(extract(epoch from p.ends - audit_cutoff()) / (7 * 86400)) + 1)::int as weeks
      from audit_partitions() p join audit_rollup r on r.dimension = 'all' and r.org_id = 1
        and r.scope = '00000000-0000-0000-0000-000000000000'
        and r.day >= (p.starts at time zone 'UTC')::date and r.day < (p.ends at time zone 'UTC')::date
      where p.ends <= now() group by p.starts, p.ends order by sum(r.count) desc limit 1`;
    if (!week) throw new Error("the log holds no whole week");
    const name = await sql.begin(async (tx) => {
      await tx`select set_config('gurulog.privileged', 'on', true), pg_advisory_xact_lock(hashtext('gurulog.seal'))`;
      const made = await copyWeek(tx, week);
      await copyCounts(tx, week);
      await tx.unsafe(copyEarlier, [week.starts, week.ends, String(week.weeks)]);
      return made;
    });
    // What has stood for months was vacuumed long ago, on either side.
    await sql`vacuum (analyze) ${sql(name)}`.simple();
    await sql.unsafe("vacuum (analyze) bench.peer");
    return Number(week.events);
  });
}

interface Week {
  starts: string;
  ends: string;
  weeks: number;
}

/** @returns the name of its partition */
async function copyWeek(tx: postgres.TransactionSql, { starts, ends, weeks }: Week): Promise<string> {
  const [made] = await tx<{ name: string }[]>`
    select audit_make_partition(${starts}::text::timestamptz - make_interval(weeks => ${weeks})) as name`;
  const columns = await tx<{ name: string }[]>`
    select attname as name from pg_attribute where attrelid = 'public.audit_event'::regclass and attnum > 0 and not attisdropped`;
  const names = columns.map(({ name }) => `"${name}"`);
  const values = names.map((name) =>
    name === `"occurred_at"` ? "occurred_at - make_interval(weeks => $3::int)" : name,
  );
  await tx.unsafe(
    `insert into public.${made?.name} (${names.join(", ")}) select ${values.join(", ")} from audit_event
    where occurred_at >= $1::text::timestamptz and occurred_at < $2::text::timestamptz`,
    [starts, ends, weeks],
  );
  return String(made?.name);
}

/** Rollups and facets of the week: taking them out is part of what a cleanup does. */
async function copyCounts(tx: postgres.TransactionSql, { starts, ends, weeks }: Week): Promise<void> {
  await tx`
    with made as (
      insert into audit_rollup (org_id, scope, dimension, value, action_type, day, count)
      select org_id, scope, dimension, value, action_type, day - 7 * ${weeks}::int, count from audit_rollup
      where day >= (${starts}::text::timestamptz at time zone 'UTC')::date and day < (${ends}::text::timestamptz at time zone 'UTC')::date
      returning *
    ), per_value as (
      select org_id, scope, dimension, value, sum(count) as added from made group by 1, 2, 3, 4
      union all
      select org_id, scope, 'actionType', action_type, sum(count) from made where dimension = 'all' group by 1, 2, 3, 4
    )
    update audit_facet f set count = f.count + p.added from per_value p
    where (f.org_id, f.scope, f.dimension, f.value) = (p.org_id, p.scope, p.dimension, p.value)`;
}
