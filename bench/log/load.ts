import type postgres from "postgres";
import { asOwner } from "@/lib/audit/retention/maintenance-session";
import { indexSegments } from "@/lib/audit/search/index-segments";
import type { Runtime } from "@/lib/platform/runtime";
import type { BenchProduct } from "../seal/bench-product";
import { fillLog } from "./fill";
import { copyEvents, peerIndexes, peerTable } from "./peer-sql";
import { counted, Progress, say, spoken } from "./progress";

/** How long the stages of loading took, over all runs that had a part in them. */
export interface Loaded {
  /** Events of the log, all sealed. */
  events: number;
  stages: { name: string; tookMs: number; events: number }[];
}

/**
 * Fills the log, has the product seal it, and copies it into the peer's table. Each part is remembered in the schema
 * `bench`, so that a run that was cut off anywhere goes on where it was.
 */
export async function load(product: BenchProduct, rows: number): Promise<Loaded> {
  const { runtime } = product;
  const filling = new Progress("recorded", rows);
  await timed(runtime, "fill", () => fillLog(runtime, rows, (p) => filling.at(p.rows)));
  await seal(product, rows);
  await indexForSearch(runtime);
  await timed(runtime, "peer", () => copyToPeer(runtime, rows));
  return asBench(runtime, async (sql) => {
    const stages = await sql<Loaded["stages"]>`
      select name, took_ms as "tookMs", events::float8 as events from bench.stage order by finished_at`;
    const [head] = await sql<{ size: string }[]>`select size::text from audit_head where org_id = 1`;
    return { events: Number(head?.size), stages: [...stages] };
  });
}

/** Work on one connection as the owner of the log. */
export async function asBench<T>(
  { urls, roles, mode }: Pick<Runtime, "urls" | "roles" | "mode">,
  work: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const session = { name: "gurulog bench", lockTimeoutMs: 60_000 };
  return asOwner({ maintenanceUrl: urls.maintenance, roles, mode }, session, work);
}

/**
 * Runs a stage unless it is done, and remembers it. Of a stage that was cut off, time and events of its last run count
 * alone.
 * @param work answers the events that it has done
 */
async function timed(runtime: Runtime, name: string, work: () => Promise<number>): Promise<void> {
  if (await isDone(runtime, name)) return;
  const begun = performance.now();
  const events = await work();
  const tookMs = performance.now() - begun;
  await remember(runtime, name, { tookMs, events });
  say(`${name}: done in ${spoken(tookMs)}.`);
}

async function isDone(runtime: Runtime, name: string): Promise<boolean> {
  return asBench(runtime, async (sql) => {
    const [table] = await sql`select to_regclass('bench.stage') is not null as stands`;
    if (!table?.stands) return false;
    return (await sql`select from bench.stage where name = ${name}`).length > 0;
  });
}

async function remember(
  runtime: Runtime,
  name: string,
  done: { tookMs: number; events: number },
): Promise<void> {
  await asBench(runtime, async (sql) => {
    await sql`create table if not exists bench.stage (
      name text primary key, took_ms float8 not null, events bigint not null, finished_at timestamptz not null default clock_timestamp())`;
    await sql`insert into bench.stage (name, took_ms, events) values (${name}, ${done.tookMs}, ${done.events})
      on conflict (name) do nothing`;
  });
}

const waitMs = 500;

/** The sealer runs in a process of its own; here is looked how far it is. */
async function seal(product: BenchProduct, rows: number): Promise<void> {
  const { look, runtime } = product;
  await product.sealer(true);
  if (await isDone(runtime, "seal")) return product.drained(true);
  const progress = new Progress("sealed", rows);
  const begun = performance.now();
  const sizeOf = async () => Number((await look`select size from audit_head where org_id = 1`)[0]?.size ?? 0);
  const before = await sizeOf();
  for (let size = before; size < rows; size = await sizeOf()) {
    progress.at(size);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
  const sealedMs = performance.now() - begun;
  await product.drained(true);
  // What an earlier run had sealed says nothing of the rate of this one.
  const events = rows - before;
  if (events > 0)
    say(`seal: ${counted(events)} events in ${spoken(sealedMs)}, ${counted((events / sealedMs) * 1_000)}/s.`);
  await remember(runtime, "seal", { tookMs: sealedMs, events });
}

/**
 * What the measures of writers have left is brought into the state that it has an hour later: indexed for the search,
 * vacuumed and analyzed.
 */
export async function settle(runtime: Runtime): Promise<void> {
  await indexForSearch(runtime);
  await asBench(runtime, (sql) => sql.unsafe("vacuum (analyze)"));
}

/** The worker's job, done at once. What stands already is left alone. */
async function indexForSearch({ urls, roles, mode }: Runtime): Promise<void> {
  const begun = performance.now();
  const { built } = await indexSegments({ maintenanceUrl: urls.maintenance, roles, mode, settledMs: 0 });
  if (built.length > 0) say(`search: ${built.length} indexes in ${spoken(performance.now() - begun)}.`);
}

/** The peer's table: the rows day by day, then its indexes, then all tables are vacuumed alike. */
async function copyToPeer(runtime: Runtime, rows: number): Promise<number> {
  const progress = new Progress("copied", rows);
  let copiedNow = 0;
  await asBench(runtime, async (sql) => {
    const [stands] = await sql`select to_regclass('bench.peer_fill') is not null as yes`;
    if (!stands?.yes)
      await sql.begin(async (tx) => {
        await tx.unsafe(peerTable);
        await tx`create table bench.peer_fill as
          select min(occurred_at) as next, max(occurred_at) + interval '1 microsecond' as ends, 0::bigint as rows from audit_event
          where occurred_at >= audit_cutoff()`;
      });
    for (;;) {
      const copied = await sql.begin(async (tx) => {
        const [span] = await tx<{ from: string; to: string }[]>`
          select next::text as from, least(next + interval '1 day', ends)::text as to from bench.peer_fill where next < ends`;
        if (!span) return null;
        const { count } = await tx.unsafe(copyEvents, [span.from, span.to]);
        const [done] = await tx<{ rows: string }[]>`
          update bench.peer_fill set next = ${span.to}::text::timestamptz, rows = rows + ${count} returning rows::text`;
        copiedNow += count;
        return Number(done?.rows);
      });
      if (copied === null) break;
      progress.at(copied);
    }
    for (const statement of peerIndexes)
      await sql.unsafe(statement.replace("create index", "create index if not exists")).catch(unlessThere);
    // Both logs and what the sealer has written: nothing is to be tidied while it is measured.
    await sql.unsafe("vacuum (analyze)");
    await sql`grant usage on schema bench to ${sql(runtime.roles.app)}`;
    await sql`grant select, insert, delete on bench.peer to ${sql(runtime.roles.app)}`;
  });
  return copiedNow;
}

/** A run that was cut off may have made the primary key: "multiple primary keys" is 42P16. */
function unlessThere(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "42P16")) throw error;
}
