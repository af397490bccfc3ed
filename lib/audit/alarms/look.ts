import "server-only";
import { type DiskProbe, diskSpace } from "@/lib/audit/state/disk";
import { sealState } from "@/lib/audit/state/seal-state";
import { daysLeftOf, sizeState } from "@/lib/audit/state/size-state";
import { clearTrouble, noteTrouble, type TroubleKind } from "@/lib/audit/trouble";
import type { Sql } from "@/lib/db/client";

/** From when on something is wrong, and from when on it is well again: apart, so that an alarm does not flutter. */
const thresholds = {
  sealing: { raiseS: 60, clearS: 15 },
  partitionDays: 7,
  /** Daily it is; a start that was late has half an hour for it. */
  verification: { hours: 26, afterStartMinutes: 30 },
  disk: {
    raise: { share: 0.1, bytes: 2 ** 30, days: 7 },
    clear: { share: 0.12, bytes: 1.25 * 2 ** 30, days: 10 },
  },
} as const;

export interface LookOptions {
  orgId: number;
  /** Folder of the embedded database; absent when the volume is not ours to see. */
  databaseFolder?: string | undefined;
  probe?: DiskProbe;
  /** When this process began to look. What waited before then waited for a start, so it counts from there. */
  since: Date;
}

const whole = (n: number) => Math.floor(n).toLocaleString("en-US");
const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/**
 * Looks whether sealing, the weeks ahead and the disk are well, and notes or clears the trouble of each. The other
 * troubles are noted by those who meet them. Several instances may look at once: they come to the same answer.
 */
export async function lookForTroubles(sql: Sql, options: LookOptions): Promise<void> {
  const [row] = await sql<{ kinds: TroubleKind[] }[]>`
    select coalesce(array_agg(kind), '{}') as kinds from audit_trouble`;
  const lasting = new Set(row?.kinds);
  const settle = (kind: TroubleKind, detail: string | null) =>
    detail !== null ? noteTrouble(sql, kind, detail) : lasting.has(kind) ? clearTrouble(sql, kind) : null;
  await settle("sealing_behind", await sealingTrouble(sql, options, lasting.has("sealing_behind")));
  const size = await sizeState(sql, options.orgId);
  await settle("partitions_low", partitionTrouble(size));
  await settle("disk_low", await diskTrouble(size, options, lasting.has("disk_low")));
  // A verification that passes clears it, and nothing else does.
  const unverified = lasting.has("verification_failed") ? null : await unverifiedTrouble(sql, options);
  if (unverified !== null) await noteTrouble(sql, "verification_failed", unverified);
}

/** A verification that no longer takes place would find nothing either. One that is dated in the future counts for none. */
async function unverifiedTrouble(sql: Sql, { orgId, since }: LookOptions): Promise<string | null> {
  const { hours, afterStartMinutes } = thresholds.verification;
  if (Date.now() - since.getTime() < afterStartMinutes * 60_000) return null;
  const [row] = await sql<{ hours: number | null }[]>`
    select (extract(epoch from now() - coalesce(
      (select max(finished_at) from audit_verification
        where org_id = ${orgId} and state in ('passed', 'failed') and finished_at <= now()),
      (select min(occurred_at) from audit_event where org_id = ${orgId}))) / 3600)::float8 as hours`;
  if (row?.hours == null || row.hours < hours) return null;
  return `The log has not been verified for ${whole(row.hours)} hours, though it should be each day: see whether the worker runs (GURULOG_WORKER), and what the last verification says.`;
}

async function sealingTrouble(
  sql: Sql,
  { orgId, since }: LookOptions,
  lasts: boolean,
): Promise<string | null> {
  const state = await sealState(sql, orgId);
  const startedS = (Date.now() - since.getTime()) / 1000;
  const lagS = Math.min(state.lagS, startedS);
  const { raiseS, clearS } = thresholds.sealing;
  if (lagS < (lasts ? clearS : raiseS)) return null;
  const signed = state.checkpoint?.size ?? 0;
  return `${whole(state.unsealed)} events wait for their place in the sealed order, and ${whole(state.size - signed)} sealed ones for a signed checkpoint; the longest for ${duration(state.lagS)}.`;
}

function partitionTrouble(size: { partitionDaysAhead: number; partitionsUntil: Date | null }): string | null {
  if (size.partitionDaysAhead >= thresholds.partitionDays) return null;
  const until = size.partitionsUntil?.toISOString().slice(0, 16).replace("T", " ");
  return until && size.partitionDaysAhead > 0
    ? `Acts can be recorded until ${until} UTC.`
    : "No week of the log stands for the present.";
}

async function diskTrouble(
  size: Parameters<typeof daysLeftOf>[1],
  { databaseFolder, probe = diskSpace }: LookOptions,
  lasts: boolean,
): Promise<string | null> {
  if (!databaseFolder) return null;
  const { free, total } = await probe(databaseFolder);
  const days = daysLeftOf(free, size);
  const limit = lasts ? thresholds.disk.clear : thresholds.disk.raise;
  const isLow = free < limit.bytes || free < total * limit.share || (days !== null && days < limit.days);
  if (!isLow) return null;
  const pace =
    days === null || days > 365 ? "" : `; at the log's present pace enough for ${whole(days)} days`;
  return `${gib(free)} of ${gib(total)} are free (${Math.floor((free / total) * 100)} %)${pace}.`;
}

function duration(seconds: number): string {
  if (seconds < 120) return `${whole(seconds)} seconds`;
  if (seconds < 7_200) return `${whole(seconds / 60)} minutes`;
  return `${whole(seconds / 3_600)} hours`;
}
