import "server-only";
import type postgres from "postgres";
import { segmentColumns } from "@/lib/audit/query/search";
import { asOwner, type MaintenanceOptions } from "@/lib/audit/retention/maintenance-session";
import { logLine } from "@/lib/platform/log";
import { planSegment, type SegmentPlan, searchedWeeks } from "./plan-segments";

export interface SegmentsIndexed {
  /** False when another instance is at it. */
  ran: boolean;
  /** Names of indexes, in the order in which they were made. */
  built: string[];
  dropped: string[];
}

export interface IndexSegmentsOptions extends MaintenanceOptions {
  /** Events of the open week that are worth an index of their own. */
  fewest?: number;
  /** How long ago an event was recorded that is taken as past, in milliseconds. */
  settledMs?: number;
  /** How long to wait for others before it is left to the next run; above the ten minutes an open export may take. */
  patienceMs?: number;
  /** Ends the run early, also amid a building. */
  signal?: AbortSignal;
}

/**
 * Makes the indexes that the search of past events needs: one for each closed week, and in the open week a few over what
 * has passed. They are made beside the log, which is read and written all the while, and cost a recorded event nothing: an
 * event falls into none of them.
 *
 * One instance at a time does it. Cut off at any instant it is completed by the next run: an index left half made is
 * dropped and made anew.
 *
 * @throws what the database throws; what was made by then stays
 */
export async function indexSegments(options: IndexSegmentsOptions): Promise<SegmentsIndexed> {
  const { fewest = 5_000, settledMs = 60_000, patienceMs = 12 * 60_000, signal } = options;
  return asOwner(options, { name: "gurulog search", lockTimeoutMs: patienceMs }, async (sql) => {
    const done: SegmentsIndexed = { ran: true, built: [], dropped: [] };
    const [lock] = await sql`select pg_try_advisory_lock(hashtext('gurulog.search')) as held`;
    if (!lock?.held) return { ...done, ran: false };
    // Others are served meanwhile: one core is enough, and this much memory makes the index of a week in one go or few.
    await sql`select set_config('max_parallel_maintenance_workers', '0', false), set_config('maintenance_work_mem', '128MB', false)`;
    try {
      for (const week of await searchedWeeks(sql, settledMs)) {
        if (signal?.aborted) break;
        for (const name of [...week.broken, ...week.superfluous])
          done.dropped.push(await drop(sql, name, signal));
        const plan = await planSegment(sql, week, { fewest, settledMs });
        if (!plan) continue;
        done.built.push(await build(sql, plan, signal));
        for (const fresh of await searchedWeeks(sql, settledMs)) {
          if (fresh.name !== week.name) continue;
          for (const name of fresh.superfluous) done.dropped.push(await drop(sql, name, signal));
        }
      }
    } catch (error) {
      if (signal?.aborted && isCode(error, "57014")) return done;
      // Waited too long, or in a circle with whoever else works on the tables.
      if (!isCode(error, "55P03") && !isCode(error, "40P01")) throw error;
      logLine("Search: the log is being read for long (by an export?); its index is left to the next run.");
    }
    return done;
  });
}

async function build(sql: postgres.Sql, { week, part }: SegmentPlan, signal?: AbortSignal): Promise<string> {
  const name = part ? `${week}_search_${seconds(part.from)}_${seconds(part.to)}` : `${week}_search`;
  const where = part
    ? `where occurred_at >= '${part.from.toISOString()}' and occurred_at < '${part.to.toISOString()}'`
    : "";
  const [text, starts] = segmentColumns("");
  await unlessStopped(
    sql
      .unsafe(
        `create index concurrently "${name}" on public."${week}"
        using gin (${text} gin_trgm_ops, ${starts}) with (fastupdate = off) ${where}`,
      )
      .simple(),
    signal,
  );
  return name;
}

async function drop(sql: postgres.Sql, name: string, signal?: AbortSignal): Promise<string> {
  await unlessStopped(sql`drop index concurrently if exists ${sql(name)}`.simple(), signal);
  return name;
}

/** Both build and drop wait for open readers; a stop does not. */
async function unlessStopped(
  running: PromiseLike<unknown> & { cancel(): void },
  signal?: AbortSignal,
): Promise<void> {
  const stop = () => running.cancel();
  signal?.addEventListener("abort", stop);
  try {
    await running;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

const seconds = (at: Date) => Math.floor(at.getTime() / 1_000);

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
