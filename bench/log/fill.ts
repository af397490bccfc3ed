import type postgres from "postgres";
import { asOwner } from "@/lib/audit/retention/maintenance-session";
import type { Runtime } from "@/lib/platform/runtime";
import { business, hours, insertEvents, kindBounds, nextPart, population, slots } from "./fill-sql";
import { kinds } from "./kinds";

const size = { people: 5_000, gurus: 300, days: 90 } as const;

const rowsAtATime = 50_000;

/** How far a log has been filled, in events. */
export interface FillProgress {
  rows: number;
  of: number;
}

/**
 * Fills an empty log with the events of a large organization, hour by hour from 89 days ago until now; goes on where an
 * earlier run was cut off. Who, what and where follow from the event's number, so two fills of one size hold the same.
 *
 * Events go into `audit_event` itself, with every default, index and trigger of the product, as its owner: only the
 * owner may say when an event happened.
 *
 * @param rows events in all
 * @param report called after each part
 * @returns events recorded by this run
 * @throws Error when the log is being filled with another number of events
 */
export async function fillLog(
  { urls, roles, mode }: Runtime,
  rows: number,
  report: (progress: FillProgress) => void,
): Promise<number> {
  let recorded = 0;
  await asOwner(
    { maintenanceUrl: urls.maintenance, roles, mode },
    { name: "gurulog bench", lockTimeoutMs: 10_000 },
    async (sql) => {
      await prepareLog(sql, rows);
      for (;;) {
        const [part] = await sql.unsafe<{ from_hour: number; to_hour: number; rows: string }[]>(nextPart, [
          String(rowsAtATime),
        ]);
        if (!part) break;
        await sql.begin(async (tx) => {
          await tx`set local synchronous_commit to off`;
          recorded += (await tx.unsafe(insertEvents, [part.from_hour, part.to_hour])).count;
          await tx`update bench.fill set done_hours = ${part.to_hour}`;
        });
        report({ rows: Number(part.rows), of: rows });
      }
      await sql`analyze audit_event`;
    },
  );
  return recorded;
}

/** The people, gurus and kinds, and how many events each hour holds; nothing where that stands already. */
export async function prepareLog(sql: postgres.Sql, rows: number): Promise<void> {
  const [stands] = await sql`select to_regclass('bench.fill') is not null as yes`;
  if (stands?.yes) {
    const [fill] = await sql<{ rows: string }[]>`select rows::text from bench.fill`;
    if (fill?.rows !== String(rows))
      throw new Error(
        `this log is being filled with ${fill?.rows} events, not ${rows}: give that size, or another folder`,
      );
    return;
  }
  await sql.begin(async (tx) => {
    await tx`create schema bench`;
    // One simple query each: several statements take no parameters.
    await tx.unsafe(population.replace("$1", String(size.people)).replace("$2", String(size.gurus)));
    await tx`create table bench.kind (n int, action text, operation text, action_type text, model text, target_type text,
      outcome text, actor text, in_guru boolean, label text, has_changes boolean, weight numeric)`;
    const values = kinds.map((k, i) => ({
      n: i + 1,
      action: k.action,
      operation: k.operation,
      action_type: k.actionType,
      model: k.model,
      target_type: k.targetType,
      outcome: k.outcome,
      actor: k.actor,
      in_guru: k.inGuru,
      label: k.label,
      has_changes: k.hasChanges,
      weight: k.weight,
    }));
    await tx`insert into bench.kind ${tx(values)}`;
    await tx.unsafe(kindBounds);
    await tx.unsafe(slots);
    await tx.unsafe(hours, [String(rows), size.days]);
    await tx.unsafe(business);
    await tx`create table bench.fill as select ${rows}::bigint as rows, 0 as done_hours`;
    await tx`analyze bench.hour, bench.kind_bound, bench.kind, bench.person_slot, bench.guru_slot, bench.person, bench.guru`;
  });
  await sql`
    select audit_make_partition(now() - make_interval(days => d)) from generate_series(-7, ${size.days}::int) d`;
}
