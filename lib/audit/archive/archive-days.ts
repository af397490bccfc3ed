import "server-only";
import type postgres from "postgres";
import { verifiable } from "@/lib/audit/export/formats/verifiable";
import { sealedState } from "@/lib/audit/export/sealed-state";
import { type ExportEnd, streamExport } from "@/lib/audit/export/stream";
import { parseCheckpoint } from "@/lib/audit/proof/checkpoint";
import { asOwner, type MaintenanceOptions } from "@/lib/audit/retention/maintenance-session";
import { clearTrouble, noteTrouble } from "@/lib/audit/trouble";
import { ArchiveUnwritable, freeName, openArchive, writeArchiveFile } from "./archive-file";
import { waitsForReading } from "./archived-files";

export interface ArchiveOptions extends MaintenanceOptions {
  /** GURULOG_ARCHIVE_DIR; undefined on an instance that has none: it only notices that days wait. */
  folder: string | undefined;
}

export interface Archived {
  /** False when another instance is archiving at the moment, or archiving is off. Nothing was done then. */
  ran: boolean;
  /** File names, in the order in which they were written. */
  files: string[];
  /** A day of them had expired: its events can go now. */
  freed: boolean;
  /** Days with events that have to be archived and are not, `YYYY-MM-DD`. */
  waiting: string[];
}

/** A day whose events are about to expire, or have expired and wait. */
interface DueDay {
  org_id: number;
  day: string;
  /** Events of the log on that day, sealed or not. */
  events: string;
  /** Number that its next file has. */
  part: number;
  expired: boolean;
}

/** A day that cannot be archived, though the folder can be written. */
class DayNotWhole extends Error {
  override readonly name = "DayNotWhole";
}

/** Time to mend a folder before the cleanup has to wait for it. */
const lead = "2 days";

/**
 * Writes each day's verifiable export, the whole organization's, to the archive: two days before its events expire, and
 * at once for days that have expired and wait. A day waits until all of it is sealed. The row that lets the cleanup go on
 * is written after the file stands on the disk and was read back; cut off in between, the day is written once more, under
 * another name.
 *
 * What is wrong with the folder becomes the trouble `archive_unwritable`, and no error.
 * @throws what the database throws
 */
export async function archiveDays(options: ArchiveOptions): Promise<Archived> {
  return asOwner(options, { name: "gurulog archive", lockTimeoutMs: 60_000 }, async (sql) => {
    const done: Archived = { ran: false, files: [], freed: false, waiting: [] };
    const [state] = await sql<{ archive: boolean; held: boolean }[]>`
      select archive, pg_try_advisory_lock(hashtext('gurulog.archive')) as held from audit_config`;
    if (!state?.held) return done;
    if (!state.archive) {
      await clearTrouble(sql, "archive_unwritable");
      return done;
    }
    done.ran = true;
    const due = await dueDays(sql);
    try {
      await archiveAll(sql, due, options.folder, done);
      // What the cleanup noted of files that it cannot read is not over because others could be written.
      if (!(await waitsForReading(sql))) await clearTrouble(sql, "archive_unwritable");
    } catch (error) {
      if (!(error instanceof ArchiveUnwritable || error instanceof DayNotWhole)) throw error;
      await noteTrouble(sql, "archive_unwritable", error.message);
    }
    done.waiting = [...new Set((await dueDays(sql)).map((d) => d.day))];
    return done;
  });
}

async function archiveAll(
  sql: postgres.Sql,
  due: DueDay[],
  folder: string | undefined,
  done: Archived,
): Promise<void> {
  if (folder === undefined) {
    // Another instance's work. That it is not done shows once events have expired.
    const late = due.find((d) => d.expired);
    if (!late) return;
    throw new ArchiveUnwritable(
      `Events of ${late.day} have expired and wait for the archive, which this instance has no folder for. Set GURULOG_ARCHIVE_DIR where the worker runs, or stop every instance and start without it.`,
    );
  }
  const mark = await openArchive(folder);
  let broken: DayNotWhole | undefined;
  for (const day of due) {
    try {
      const file = await archiveDay(sql, day, folder, mark);
      if (file === null) continue;
      done.files.push(file);
      done.freed ||= day.expired;
    } catch (error) {
      // One such day does not keep the others from the archive.
      if (!(error instanceof DayNotWhole)) throw error;
      broken ??= error;
    }
  }
  if (broken) throw broken;
}

async function dueDays(sql: postgres.Sql): Promise<DueDay[]> {
  return sql<DueDay[]>`
    select d.org_id, d.day::text, d.events::text, coalesce(p.part, 0) + 1 as part,
      d.day < (audit_cutoff() at time zone 'UTC')::date as expired
    from (
      select org_id, (occurred_at at time zone 'UTC')::date as day, count(*) as events
      from audit_event
      where occurred_at < least(audit_cutoff() + ${lead}::interval, date_trunc('day', now() at time zone 'UTC') at time zone 'UTC')
      group by 1, 2
    ) d
    left join lateral (select max(part) as part from audit_archive_day a where a.org_id = d.org_id and a.day = d.day) p on true
    where not audit_day_archived(d.org_id, d.day, d.events)
    order by d.day, d.org_id`;
}

/** @returns the file's name; null when the day has to wait for the sealer */
async function archiveDay(
  sql: postgres.Sql,
  due: DueDay,
  folder: string,
  mark: string,
): Promise<string | null> {
  const { org_id: orgId, day, part } = due;
  const [from, to] = [`${day}T00:00:00.000Z`, `${day}T23:59:59.999Z`];
  const where = `e.org_id = ${Math.trunc(orgId)} and e.occurred_at >= '${from}'::timestamptz
    and e.occurred_at < '${from}'::timestamptz + interval '1 day'`;
  const sealed = await sealedState(sql, orgId, where);
  if (sealed.notYetSealed > 0) return null;
  const name = await freeName(
    folder,
    (n) => `audit_archive_${orgId}_${day}${n === 1 ? "" : `-${n}`}.zip`,
    part,
  );
  let end: ExportEnd | undefined;
  const body = await streamExport({
    format: verifiable,
    view: { orgId, global: true },
    where,
    fileName: name,
    facts: {
      organization: orgId,
      guru: null,
      filters: { since: from, until: to },
      exportedAt: new Date().toISOString(),
    },
    report: async () => "go-on",
    settle: async (how) => {
      end = how;
    },
    sealWaitMs: 0,
    idleMs: 120_000,
  });
  const check = () => assertWhole(due, end);
  const written = writeArchiveFile({ folder, name, tag: sealed.origin.slice(0, 8), body, check });
  const { bytes, sha256 } = await written.catch(async (error: unknown) => {
    // Where not a byte could be written nobody has read it: its query would wait for a reader.
    await body.cancel().catch(() => undefined);
    throw error;
  });
  const checkpoint = end?.manifest?.checkpoint;
  if (!end || !checkpoint) throw new Error("unreachable: a day was archived without its checkpoint");
  await sql`
    insert into audit_archive_day (org_id, day, part, folder, file, bytes, sha256, events, tree_size)
    values (${orgId}, ${day}, ${part}, ${mark}, ${name}, ${bytes}, ${sha256}, ${end.rows}, ${parseCheckpoint(checkpoint).size})`;
  return name;
}

/** An event past the sealed order (put in behind the product's back) is in no verifiable export, and must not just go. */
function assertWhole({ day, events }: DueDay, end: ExportEnd | undefined): void {
  if (end?.state !== "done")
    throw new Error(`the archive of ${day} could not be made: ${end?.cause ?? "no end"}`);
  if (end.rows === Number(events)) return;
  throw new DayNotWhole(
    `The archive of ${day} would hold ${end.rows} of ${events} events: the others are not in the sealed order. Verify the log; the day is kept until then.`,
  );
}
