import "server-only";
import path from "node:path";
import type postgres from "postgres";
import { noteTrouble } from "@/lib/audit/trouble";
import { logLine } from "@/lib/platform/log";
import { codeOf, isMarked, readBack } from "./archive-file";

interface ArchivedPart {
  org_id: number;
  day: string;
  part: number;
  /** Mark of the folder it was written to; null where that is not known. */
  folder: string | null;
  file: string;
  bytes: string;
  sha256: Buffer;
  /** Some host found it whole within the last day. */
  was_read: boolean;
  /** The last try to read it failed. */
  failed: boolean;
  /** Expired since a day at least: what should have gone by now. */
  late: boolean;
}

export interface ReadAgain {
  /** The files whose record was taken back. */
  taken: string[];
  /** False while a file is on a disk that cannot be read, or in a folder of which no host has read it: nothing may go. */
  allRead: boolean;
}

/** What reading a file told: nothing wrong; lost or changed for certain; or no answer, `null` code in another folder. */
type Look = { is: "whole" } | { is: "broken"; why: string } | { is: "unread"; code: string | null };

/**
 * Reads the archive's files of the days that a cleanup is about to remove once more, and takes back the record of each
 * that is gone or is not what was written: the database removes no such day, and the archive writes it again under
 * another name. Days whose events have gone already are not looked at: their files may be kept elsewhere.
 *
 * A file counts as gone only in the very folder it was written to. Of another host's folder that host tells, and what
 * cannot be read is waited for: a disk that is away says nothing about what is on it.
 *
 * What was found becomes the trouble `archive_unwritable` until the archive has written them, or they were read.
 * @param sql a session of the log's owner
 * @param folder GURULOG_ARCHIVE_DIR
 */
export async function takeBackBroken(sql: postgres.Sql, folder: string): Promise<ReadAgain> {
  const taken: string[] = [];
  // Behind a part that was taken back stands the one before.
  for (;;) {
    const found = await takeBackNewest(sql, folder);
    taken.push(...found.taken);
    if (found.taken.length === 0) return { taken, allRead: found.allRead };
  }
}

/** Whether a cleanup had to say that it waits for files that could not be read, and still does. */
export async function waitsForReading(sql: postgres.Sql): Promise<boolean> {
  return (await partsToGo(sql)).some((part) => part.failed || (part.late && !part.was_read));
}

async function takeBackNewest(sql: postgres.Sql, folder: string): Promise<ReadAgain> {
  const done: ReadAgain = { taken: [], allRead: true };
  for (const part of await partsToGo(sql)) {
    const look = await lookAt(part, folder);
    const row = sql`org_id = ${part.org_id} and day = ${part.day}::date and part = ${part.part}`;
    if (look.is === "whole") {
      await sql`update audit_archive_day set read_at = clock_timestamp() where ${row}`;
    } else if (look.is === "broken") {
      await sql`delete from audit_archive_day where ${row}`;
      done.taken.push(part.file);
      await tell(
        sql,
        `${path.join(folder, part.file)} was written to the archive and ${look.why}. The events of ${part.day} are kept until they are archived again. Find out what happened to the file.`,
      );
    } else if (look.code !== null) {
      await sql`update audit_archive_day set read_at = '-infinity' where ${row}`;
      done.allRead = false;
      await tell(
        sql,
        `${path.join(folder, part.file)} was written to the archive and cannot be read (${look.code}). No events are removed until it can. Mend the folder or its disk.`,
      );
    } else if (!part.was_read) {
      done.allRead = false;
      if (!part.late) continue;
      await tell(
        sql,
        `${part.file} was written to another archive folder than ${folder}, and no host that has it has read it again. No events are removed until one does. Mount its disk or start its host. If it is lost, put an empty file named ${part.folder ?? part.file} into this one: its days are archived again.`,
      );
    }
  }
  return done;
}

async function tell(sql: postgres.Sql, detail: string): Promise<void> {
  logLine(detail);
  await noteTrouble(sql, "archive_unwritable", detail);
}

/** The newest part of each day that has expired and of which events stand, in the log or in a week beside it. */
async function partsToGo(sql: postgres.Sql): Promise<ArchivedPart[]> {
  const stands = ["audit_event", ...(await weeksBeside(sql))].map(
    (table) => `exists (select from ${table} e where e.org_id = a.org_id
      and e.occurred_at >= a.day::timestamp at time zone 'UTC'
      and e.occurred_at < (a.day + 1)::timestamp at time zone 'UTC')`,
  );
  return sql.unsafe<ArchivedPart[]>(`
    select distinct on (a.org_id, a.day) a.org_id, a.day::text, a.part, a.folder, a.file, a.bytes::text, a.sha256,
      a.read_at > now() - interval '1 day' as was_read, not isfinite(a.read_at) as failed,
      a.day + 1 < (audit_cutoff() at time zone 'UTC')::date as late
    from audit_archive_day a
    where a.day < (audit_cutoff() at time zone 'UTC')::date and (${stands.join(" or ")})
    order by a.org_id, a.day, a.part desc`);
}

/** Weeks that the log does not show any more: detached, or their detaching was cut off half-way. */
async function weeksBeside(sql: postgres.Sql): Promise<string[]> {
  const weeks = await sql<{ name: string }[]>`
    select c.relname::text as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname ~ '^audit_event_\\d{4}w\\d{2}$'
      and not exists (select from pg_inherits i where i.inhrelid = c.oid and not i.inhdetachpending)`;
  return weeks.map((week) => week.name);
}

const changed: Look = { is: "broken", why: "is not what was written" };

async function lookAt({ folder: mark, file, bytes, sha256 }: ArchivedPart, folder: string): Promise<Look> {
  try {
    const read = await readBack(path.join(folder, file)).catch((error: unknown) => {
      if (codeOf(error) === "ENOENT") return null;
      throw error;
    });
    // Wherever it lies, also where the mark was left behind.
    if (read !== null && read.bytes === Number(bytes) && read.sha256.equals(sha256)) return { is: "whole" };
    if (mark === null) return read === null ? { is: "unread", code: null } : changed;
    if (!(await isMarked(folder, mark))) return { is: "unread", code: null };
    return read === null ? { is: "broken", why: "is gone" } : changed;
  } catch (error) {
    return { is: "unread", code: codeOf(error) ?? "unknown error" };
  }
}
