import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { tileLeaves } from "@/lib/audit/seal/seal-batch";
import { defaultRecordSql, fullRecordSql, newestFirst } from "./row";

const leafBytes = 24;

/**
 * JSON text of every matching event in the ten keys, newest first, a row an event.
 * @param where a condition without parameters (`literalSql`)
 */
export function defaultRecordsSelect(where: string): string {
  return `select ${defaultRecordSql} from audit_event e where ${where} order by ${newestFirst}`;
}

/**
 * The same in the full view. The sealed index is joined to the whole result at once: asking the tiles event by event
 * would read a tile of 24 kB for each. Keys are sorted first and the events fetched in that order, so that no wide row
 * is ever sorted. Run `planForFullRecords` in the transaction before.
 * @param where a condition without parameters (`literalSql`)
 * @param orgId the organization that `where` names
 */
export function fullRecordsSelect(where: string, orgId: number): string {
  return `with sealed as (
      select substring(b.events from g * ${leafBytes} + 1 for 16) as key, t.tile * ${tileLeaves} + g as index
      from audit_tile t
      cross join lateral (select t.events || ''::bytea as events offset 0) b
      cross join generate_series(0, ${tileLeaves - 1}) g
      where t.org_id = ${Math.trunc(orgId)} and t.span && tstzrange(audit_cutoff(), null)
      union all
      select uuid_send(event_id), index from audit_seal_tail where org_id = ${Math.trunc(orgId)}
    )
    select ${fullRecordSql("k.index")}
    from (
      select e.occurred_at, e.id, s.index
      from audit_event e left join sealed s on s.key = uuid_send(e.id)
      where ${where}
      order by ${newestFirst}
      offset 0
    ) k
    cross join lateral (
      select * from audit_event e where e.occurred_at = k.occurred_at and e.id = k.id offset 0
    ) e
    order by k.occurred_at desc, k.id desc`;
}

/** A nested loop over the unindexed keys of all tiles would never end: the planner may not guess wrongly here. */
export async function planForFullRecords(tx: AnySql): Promise<void> {
  await tx`select set_config('enable_nestloop', 'off', true)`;
}
