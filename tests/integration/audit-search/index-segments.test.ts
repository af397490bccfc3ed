import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { detachWeek } from "@/lib/audit/retention/partitions";
import { prune } from "@/lib/audit/retention/prune";
import { indexSegments } from "@/lib/audit/search/index-segments";
import { createLogDatabase, type LogDatabase, modes } from "../append-only/databases";
import { terminate } from "../sealer/cut-off";
import { insertEvents, setClock, until, variedEvents } from "../sealer/events-for-tests";
import { weekStart } from "./searched-log";

let database: LogDatabase;
let admin: postgres.Sql;
let app: postgres.Sql;

async function open(mode: LogDatabase["mode"]): Promise<void> {
  database = await createLogDatabase(mode);
  admin = postgres(database.urls.admin, { max: 2, onnotice: () => {} });
  app = postgres(database.urls.app, { max: 2, onnotice: () => {} });
}

afterEach(async () => {
  await Promise.all([admin, app].map((sql) => sql.end({ timeout: 5 })));
  await database.drop();
});

async function insertAt(at: number, count: number): Promise<void> {
  const sql = postgres(database.urls.maintenance, { max: 1, onnotice: () => {} });
  const iso = new Date(at).toISOString();
  await sql`select audit_make_partition(${iso}::timestamptz)`;
  await sql.begin(async (tx) => {
    await setClock(tx, iso);
    await insertEvents(tx, variedEvents(count));
  });
  await sql.end({ timeout: 5 });
}

const run = (more: Partial<Parameters<typeof indexSegments>[0]> = {}) =>
  indexSegments({
    maintenanceUrl: database.urls.maintenance,
    roles: database.roles,
    mode: database.mode,
    fewest: 5,
    settledMs: 0,
    ...more,
  });

const indexes = () => admin<
  { index_name: string; week: string; is_whole: boolean; is_valid: boolean; starts: Date; ends: Date }[]
>`
  select index_name, week, is_whole, is_valid, starts, ends from audit_search_segments()
  where index_name is not null order by audit_search_segments.starts, audit_search_segments.ends desc`;
const weekName = async (at: number) =>
  (
    await admin<{ week: string }[]>`
    select week from audit_search_segments() where ${new Date(at)} >= week_starts and ${new Date(at)} < week_ends`
  )[0]?.week ?? "";

describe.each(modes)("the indexes of the search (%s)", (mode) => {
  beforeEach(() => open(mode));

  it("cover each closed week that has events, and the open week in few parts that grow together", async () => {
    const open = weekStart(0);
    const span = Date.now() - open;
    await insertAt(weekStart(2) + 1_000, 8);
    await insertAt(weekStart(1) + 1_000, 8);
    await insertAt(open + span * 0.1, 40);
    const first = await run({ settledMs: span * 0.8 });
    expect(first).toMatchObject({ ran: true, dropped: [] });
    expect(first.built).toHaveLength(3);
    const closed = (await indexes()).filter((i) => i.is_whole).map((i) => i.week);
    expect(closed).toEqual([await weekName(weekStart(2)), await weekName(weekStart(1))]);

    // Too few for a part; then a part of its own; then both together.
    await insertAt(open + span * 0.3, 4);
    expect((await run({ settledMs: span * 0.6 })).built).toEqual([]);
    await insertAt(open + span * 0.32, 4);
    expect((await run({ settledMs: span * 0.6 })).built).toHaveLength(1);
    expect((await indexes()).filter((i) => !i.is_whole)).toHaveLength(2);
    await insertAt(open + span * 0.5, 9);
    const merged = await run({ settledMs: span * 0.4 });
    expect(merged.built).toHaveLength(1);
    expect(merged.dropped).toHaveLength(2);
    const [part, ...more] = (await indexes()).filter((i) => !i.is_whole);
    expect(more).toEqual([]);
    expect(part?.starts.getTime()).toBe(open);
    expect(await run({ settledMs: span * 0.4 })).toEqual({ ran: true, built: [], dropped: [] });
  }, 60_000);

  it("take a closed week's parts away once the whole week has its index", async () => {
    const week = weekStart(1);
    await insertAt(week + 1_000, 12);
    const name = await weekName(week);
    const build = (from: number, to: number) =>
      admin.unsafe(
        `create index "${name}_search_${from / 1_000}_${to / 1_000}" on "${name}" (occurred_at)
        where occurred_at >= '${new Date(from).toISOString()}' and occurred_at < '${new Date(to).toISOString()}'`,
      );
    await build(week, week + 5_000);
    await build(week + 5_000, week + 9_000);
    const done = await run();
    expect(done.built).toEqual([`${name}_search`]);
    expect(done.dropped).toHaveLength(2);
    expect((await indexes()).map((i) => [i.index_name, i.is_valid])).toEqual([[`${name}_search`, true]]);
  }, 60_000);

  it("are made by one instance at a time", async () => {
    await insertAt(weekStart(1) + 1_000, 8);
    const holder = postgres(database.urls.maintenance, { max: 1, onnotice: () => {} });
    await holder`select pg_advisory_lock(hashtext('gurulog.search'))`;
    expect(await run()).toEqual({ ran: false, built: [], dropped: [] });
    await holder.end({ timeout: 5 });
    const both = await Promise.all([run(), run()]);
    expect(both.flatMap((done) => done.built)).toHaveLength(1);
  }, 60_000);

  it("are made anew when their making was cut off, and wait no longer for an open reader than they may", async () => {
    await insertAt(weekStart(1) + 1_000, 8);
    const name = await weekName(weekStart(1));
    const reader = postgres(database.urls.app, { max: 1, onnotice: () => {} });
    const session = await reader.reserve();
    await session`begin isolation level repeatable read read only`;
    await session`select count(*) from audit_event`;

    // Both leave the half-made index: a crash, and a reader that stays too long.
    const cut = run().catch((error: unknown) => error);
    await until("the index is being made", async () => (await indexes()).some((i) => !i.is_valid));
    await terminate(admin, "gurulog search");
    expect(await cut).toBeInstanceOf(Error);
    expect((await indexes()).map((i) => i.is_valid)).toEqual([false]);
    const late = await run({ patienceMs: 200 });
    expect(late.built).toEqual([]);
    expect((await indexes()).every((i) => !i.is_valid)).toBe(true);

    const stopping = new AbortController();
    const stopped = run({ signal: stopping.signal });
    await until("it waits for the reader", async () => {
      const [row] = await admin`select from pg_stat_activity
        where datname = current_database() and application_name = 'gurulog search' and wait_event_type = 'Lock'`;
      return row !== undefined;
    });
    stopping.abort();
    expect((await stopped).built).toEqual([]);

    await session`commit`;
    session.release();
    await reader.end({ timeout: 5 });
    expect(await run()).toEqual({ ran: true, built: [`${name}_search`], dropped: [`${name}_search`] });
    expect((await indexes()).map((i) => i.is_valid)).toEqual([true]);
  }, 90_000);

  it("go with their week, and the cleanup is not disturbed", async () => {
    await insertAt(weekStart(3) + 1_000, 8);
    await insertAt(weekStart(1) + 1_000, 8);
    await run();
    expect(await indexes()).toHaveLength(2);
    const owner = postgres(database.urls.maintenance, { max: 1, onnotice: () => {} });
    if (mode === "enforced") await owner`set role ${owner(database.roles.owner)}`.simple();
    await detachWeek(owner, await weekName(weekStart(3)));
    await owner.end({ timeout: 5 });
    expect(await indexes()).toHaveLength(1);
    expect(await run()).toEqual({ ran: true, built: [], dropped: [] });

    // Three weeks ago is over by then on each day of the week, a Monday too.
    await admin`update audit_config set retention_days = 14`;
    await admin`delete from audit_outbox`;
    const pruned = await prune({ maintenanceUrl: database.urls.maintenance, roles: database.roles, mode });
    expect(pruned.droppedPartitions).toHaveLength(1);
    expect(await run()).toEqual({ ran: true, built: [], dropped: [] });
    expect(await indexes()).toHaveLength(1);
  }, 60_000);
});
