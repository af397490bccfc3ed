import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";
import { tileLeaves } from "@/lib/audit/seal/seal-batch";
import { sql } from "@/lib/db/client";
import { type CopyStream, type CopyTransform, copyRows, openCopy } from "./copy-stream";
import { defaultRecordSql, fullRecordSql, newestFirst } from "./row";
import { type Compiled, literalSql } from "./where";

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

/** Rows begin with a comma; the first one's becomes the bracket. A cut answer has no closing bracket. */
function asArray(): CopyTransform {
  let isFirst = true;
  return {
    chunk(bytes) {
      if (!isFirst || bytes.length === 0) return bytes;
      isFirst = false;
      return Buffer.concat([Buffer.from("["), bytes.subarray(1)]);
    },
    end: () => Buffer.from(isFirst ? "[]" : "]"),
  };
}

interface WholeLogOptions {
  orgId: number;
  where: Compiled;
  view: "default" | "full";
  /** One record a line in place of an array. */
  isLines: boolean;
  /** Who reads: one whole read at a time by each, over all instances. */
  reader: string;
  /** Runs after the snapshot is taken and before the first byte. */
  afterSnapshot: () => Promise<void>;
}

/**
 * Every matching event as JSON, streamed.
 * @returns null when the reader is reading the whole log already
 * @throws what the database or `afterSnapshot` throws; no byte has left then
 */
export async function openWholeLog(options: WholeLogOptions): Promise<CopyStream | null> {
  const { orgId, view, isLines } = options;
  const where = await literalSql(sql(), options.where);
  const select = view === "full" ? fullRecordsSelect(where, orgId) : defaultRecordsSelect(where);
  try {
    return await openCopy({
      copySql: copyRows(isLines ? select : `select ',' || t.r from (${select}) t (r)`),
      ...(isLines ? {} : { transform: asArray() }),
      async snapshotWork(tx) {
        const [lock] = await tx<{ held: boolean }[]>`
          select pg_try_advisory_xact_lock(hashtextextended(${`gurulog.whole-log ${options.reader}`}, 0)) as held`;
        if (!lock?.held) throw new ReaderBusy();
        if (view === "full") await planForFullRecords(tx);
        await options.afterSnapshot();
      },
    });
  } catch (error) {
    if (error instanceof ReaderBusy) return null;
    throw error;
  }
}

class ReaderBusy extends Error {
  override readonly name = "ReaderBusy";
}
