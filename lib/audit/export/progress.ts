import "server-only";
import { type SQL, sql } from "drizzle-orm";
import type { Manifest } from "@/lib/audit/proof/manifest";
import { db, type ReadDb, type Tx } from "@/lib/db/client";
import { runtime } from "@/lib/platform/runtime";
import { manifestFile } from "./export-manifest";

/** An export whose download has not begun, or of which nothing was heard, for so long is over. Seconds. */
const silenceS = 60;

/** A condition on `export_job`: waits for its download or is being downloaded. */
export const isAlive: SQL = sql`(
  state = 'pending' and created_at > clock_timestamp() - make_interval(secs => ${silenceS})
  or state = 'running' and heartbeat_at > clock_timestamp() - make_interval(secs => ${silenceS}))`;

/** A condition on `export_job`: it should have ended, but nobody was there to say so. */
export const isAbandoned: SQL = sql`(state in ('pending', 'running') and not ${isAlive})`;

export type ExportState = "pending" | "running" | "done" | "failed" | "cancelled";

export interface ExportCounts {
  /** Events that went into the file. */
  rows: number;
  /** Bytes of the file handed over. */
  bytes: number;
}

/** An export claimed for its one download. */
export interface ClaimedExport {
  id: string;
  orgId: number;
  guruId: string | null;
  format: string;
  filter: unknown;
  fileName: string;
  /** When it was asked for, RFC 3339 with microseconds: later events are not in it. */
  asOf: string;
}

// What follows is housekeeping of a row of ours, not an act: it records nothing, so it does not pass through a command.

/**
 * Takes an export for download, once: of several requests one wins.
 * @returns null when it was downloaded before, is over, or waited too long
 */
export async function claimExport(id: string, accountId: string): Promise<ClaimedExport | null> {
  const [claimed] = await db().execute<{ [K in keyof ClaimedExport]: ClaimedExport[K] }>(sql`
    update export_job set state = 'running', started_at = clock_timestamp(), heartbeat_at = clock_timestamp(),
      instance_id = ${runtime().instanceId}
    where id = ${id} and account_id = ${accountId} and state = 'pending' and ${isAlive}
    returning id, org_id as "orgId", guru_id as "guruId", format, filter, file_name as "fileName",
      to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "asOf"`);
  return claimed ?? null;
}

/**
 * Says how far a running export is and that it lives.
 * @returns `cancelled`: its person asked to stop; `gone`: it was taken for crashed and closed meanwhile
 */
export async function reportProgress(
  id: string,
  { rows, bytes }: ExportCounts,
): Promise<"go-on" | "cancelled" | "gone"> {
  const [row] = await db().execute<{ stop: boolean }>(sql`
    update export_job set rows_sent = ${rows}, bytes_sent = ${bytes}, heartbeat_at = clock_timestamp()
    where id = ${id} and state = 'running'
    returning cancel_requested as stop`);
  return row === undefined ? "gone" : row.stop ? "cancelled" : "go-on";
}

/**
 * Ends an export early, once.
 * @param on the transaction that records it
 * @returns false when it had ended before
 */
export async function settleExport(
  on: Pick<Tx, "execute">,
  id: string,
  state: "failed" | "cancelled",
  counts: ExportCounts,
): Promise<boolean> {
  const ended = await on.execute(sql`
    update export_job set state = ${state}, rows_sent = ${counts.rows}, bytes_sent = ${counts.bytes},
      finished_at = clock_timestamp()
    where id = ${id} and state in ('pending', 'running')
    returning id`);
  return ended.length > 0;
}

/**
 * Marks an export as whole and keeps its manifest.
 * @param manifest null where no file was made (the demo's past)
 * @returns false when it had been closed before
 */
export async function finishExport(
  id: string,
  counts: ExportCounts,
  manifest: Manifest | null,
): Promise<boolean> {
  const ended = await db().execute(sql`
    update export_job set state = 'done', rows_sent = ${counts.rows}, bytes_sent = ${counts.bytes},
      manifest = ${manifest && manifestFile(manifest)}, not_yet_sealed = ${manifest?.notYetSealed ?? 0}, finished_at = clock_timestamp()
    where id = ${id} and state in ('pending', 'running')
    returning id`);
  return ended.length > 0;
}

/** The manifest of a whole file that ended in the last day; null when there is none (any more). */
export async function keptManifest(on: Pick<ReadDb, "execute">, id: string): Promise<string | null> {
  const [job] = await on.execute<{ manifest: string }>(sql`
    select manifest from export_job
    where id = ${id} and state = 'done' and manifest is not null and finished_at > clock_timestamp() - interval '1 day'`);
  return job?.manifest ?? null;
}

/**
 * The event that recorded the start of an export; null when logging was off then.
 */
export async function eventOfExport(on: Pick<ReadDb, "execute">, id: string): Promise<string | null> {
  const [row] = await on.execute<{ id: string }>(sql`
    select e.id from export_job j join audit_event e on e.org_id = j.org_id and e.account_id = j.account_id
      and e.occurred_at >= j.created_at and e.occurred_at < j.created_at + interval '1 hour'
      and e.action = 'audit.exported' and e.outcome = 'success' and e.details ->> 'exportId' = j.id::text
    where j.id = ${id}`);
  return row?.id ?? null;
}
