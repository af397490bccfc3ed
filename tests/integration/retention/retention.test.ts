import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensurePartitions } from "@/lib/audit/retention/ensure-partitions";
import { eventsFrom, indexOfEvents } from "@/lib/audit/seal/lookup";
import { recount } from "@/lib/audit/seal/recount";
import { sealBatch } from "@/lib/audit/seal/seal-batch";
import { watchStandstills } from "@/tests/support/undisturbed";
import { modes } from "../append-only/databases";
import { terminate } from "../sealer/cut-off";
import { insertEvents, until, variedEvents } from "../sealer/events-for-tests";
import {
  admin,
  app,
  close,
  database,
  dayMs,
  daysAgo,
  insertAt,
  maintenance,
  open,
  rows,
  run,
  sealAll,
  sealer,
  stands,
  weekOf,
} from "./retention-world";

afterEach(close);

/** A reader with its own snapshot in the midst of an export. */
async function openExport(): Promise<{ end(): Promise<void>; read(): Promise<number> }> {
  const client = postgres(database.urls.app, { max: 1, onnotice: () => {} });
  const session = await client.reserve();
  await session`begin isolation level repeatable read read only`;
  await session`select count(*) from audit_event`;
  return {
    read: async () => (await session`select from audit_event`).length,
    async end() {
      await session`commit`;
      session.release();
      await client.end({ timeout: 5 });
    },
  };
}

describe.each(modes)("cleanup (%s)", (mode) => {
  beforeEach(() => open(mode));

  it("removes exactly what is older than 00:00 UTC of the day 90 days ago, counts and choices too, and keeps the sealed order", async () => {
    const old = [
      ...(await insertAt(daysAgo(200), variedEvents(1100))),
      ...(await insertAt(daysAgo(120), variedEvents(20))),
      ...(await insertAt(daysAgo(91), variedEvents(10))),
      ...(await insertAt(daysAgo(90, -60_000), variedEvents(5))),
    ];
    const kept = [
      ...(await insertAt(daysAgo(90, 60_000), variedEvents(7))),
      ...(await insertEvents(app, variedEvents(30))),
    ];
    // Counted while the retention was longer.
    await admin`update audit_config set retention_days = 400`;
    await sealAll();
    expect(
      (
        await app`select count::int as count from audit_facet where dimension = 'all' and scope = '00000000-0000-0000-0000-000000000000'`
      )[0]?.count,
    ).toBe(1172);
    await admin`update audit_config set retention_days = null`;

    const told: unknown[] = [];
    const pruned = await run({
      inTransaction: async (tx, p) => {
        told.push(p);
        expect((await tx`select from audit_event`).length).toBe(kept.length);
        await insertEvents(tx, [
          { action: "audit.pruned", operation: "PRUNE_AUDIT_LOGS", action_type: "deleted" },
        ]);
      },
    });
    expect(pruned).toMatchObject({ ran: true, cutoff: new Date(daysAgo(90)), removed: old.length });
    expect(pruned.droppedPartitions).toContain(await weekOf(daysAgo(200)));
    expect(told).toEqual([pruned]);
    for (const name of pruned.droppedPartitions) expect(await stands(name)).toBe(false);
    const left = await app<{ id: string }[]>`select id from audit_event where action <> 'audit.pruned'`;
    expect(new Set(left.map((row) => row.id))).toEqual(new Set(kept.map((e) => e.id)));
    expect((await app`select from audit_rollup where day < ${daysAgo(90)}::date`).length).toBe(0);
    expect(
      (
        await app`select count::int as count from audit_facet where dimension = 'all' and scope = '00000000-0000-0000-0000-000000000000'`
      )[0]?.count,
    ).toBe(kept.length);
    expect(await recount(app)).toEqual([]);
    // Content is gone, places stay.
    const all = [...old, ...kept];
    expect((await eventsFrom(app, 1, 0n, 5000)).map((key) => key.id)).toEqual(all.map((e) => e.id));
    expect(
      (
        await indexOfEvents(
          app,
          1,
          all.map((e) => ({ id: e.id, occurredAtMicros: e.micros })),
        )
      ).size,
    ).toBe(all.length);
    await sealAll();
    expect(await recount(app)).toEqual([]);
    expect(await run()).toMatchObject({ ran: true, removed: 0, droppedPartitions: [] });
  });

  it("never removes an unsealed event, nor the week it stands in", async () => {
    await insertAt(daysAgo(200), variedEvents(3));
    await sealAll();
    await insertAt(daysAgo(200, 60_000), variedEvents(2));
    await insertAt(daysAgo(91), variedEvents(4));
    const first = await run();
    expect(first.removed).toBe(3);
    expect(first.droppedPartitions).toEqual([]);
    expect(await rows()).toBe(6);
    await sealAll();
    const second = await run();
    expect(second.removed).toBe(6);
    expect(second.droppedPartitions).toContain(await weekOf(daysAgo(200)));
    expect(await rows()).toBe(0);
  });

  it("works while an export is open: readers and writers go on, the export keeps its rows, then the week goes", async () => {
    await insertAt(daysAgo(200), variedEvents(50));
    await insertEvents(app, variedEvents(5));
    await sealAll();
    const reader = await openExport();
    const cleaning = run();
    await until(
      "the cleanup waits for the export",
      async () =>
        (
          await admin`select from pg_stat_activity
            where datname = current_database() and application_name = 'gurulog cleanup' and wait_event_type = 'Lock'`
        ).length === 1,
    );
    const standstill = watchStandstills();
    const begun = Date.now();
    expect(await rows()).toBe(5);
    await insertEvents(app, variedEvents(1));
    await maintenance`select audit_make_partition(now() + interval '30 weeks')`;
    expect(await sealBatch(sealer, 10)).toBe(1);
    expect(Date.now() - begun - standstill()).toBeLessThan(2000);
    expect(await reader.read()).toBe(55);
    await reader.end();
    expect(await cleaning).toMatchObject({
      ran: true,
      removed: 50,
      droppedPartitions: [await weekOf(daysAgo(200))],
    });
    expect(await recount(app)).toEqual([]);
  });

  it("an export that outlasts its patience leaves the week to the next run, and the rest is removed", async () => {
    await insertAt(daysAgo(200), variedEvents(50));
    await insertAt(daysAgo(91), variedEvents(4));
    await sealAll();
    const reader = await openExport();
    const waiting = await run({ patienceMs: 300 });
    expect(waiting).toMatchObject({ ran: true, droppedPartitions: [] });
    expect(await stands(await weekOf(daysAgo(200)))).toBe(true);
    expect(await reader.read()).toBeGreaterThanOrEqual(50);
    await reader.end();
    const next = await run();
    expect(next.droppedPartitions).toContain(await weekOf(daysAgo(200)));
    expect(waiting.removed + next.removed).toBe(54);
    expect(await rows()).toBe(0);
  });

  it("killed while detaching, or between detaching and dropping, it is completed by the next run", async () => {
    await insertAt(daysAgo(200), variedEvents(50));
    await insertAt(daysAgo(150), variedEvents(20));
    await sealAll();
    const reader = await openExport();
    const killed = run().catch((error: unknown) => error);
    await until(
      "the cleanup waits for the export",
      async () =>
        (
          await admin`select from pg_stat_activity
            where datname = current_database() and application_name = 'gurulog cleanup' and wait_event_type = 'Lock'`
        ).length === 1,
    );
    await terminate(admin, "gurulog cleanup");
    expect(await killed).toBeInstanceOf(Error);
    await reader.end();
    expect((await admin`select from pg_inherits where inhdetachpending`).length).toBe(1);

    const failing = { inTransaction: async () => Promise.reject(new Error("no event, no removal")) };
    await expect(run(failing)).rejects.toThrow("no event, no removal");
    // Both weeks are detached now, and nothing was removed.
    const [left] = await admin`select count(*)::int as events from ${admin(await weekOf(daysAgo(200)))}`;
    expect(left?.events).toBe(50);
    expect(await rows()).toBe(0);

    expect((await run()).removed).toBe(70);
    expect(await stands(await weekOf(daysAgo(200)))).toBe(false);
    expect(await stands(await weekOf(daysAgo(150)))).toBe(false);
  });

  it("a week left detached comes back when the retention was raised or an unsealed event is in it", async () => {
    await insertAt(daysAgo(200), variedEvents(50));
    await sealAll();
    const failing = { inTransaction: async () => Promise.reject(new Error("cut off")) };
    await expect(run(failing)).rejects.toThrow("cut off");
    expect(await rows()).toBe(0);
    await admin`update audit_config set retention_days = 400`;
    expect((await run()).removed).toBe(0);
    expect(await rows()).toBe(50);
    await expect(app`delete from ${app(await weekOf(daysAgo(200)))}`).rejects.toMatchObject({
      code: "42501",
    });
  });

  it("with retention 0 keeps for ever", async () => {
    await insertAt(daysAgo(400), variedEvents(5));
    await admin`update audit_config set retention_days = 0`;
    await sealAll();
    expect(await run()).toEqual({
      ran: true,
      cutoff: null,
      removed: 0,
      removedInAll: 0,
      droppedPartitions: [],
    });
    expect(await rows()).toBe(5);
    expect(await recount(app)).toEqual([]);
  });
});

describe("the schedule", () => {
  beforeEach(() => open("enforced"));

  it("is due at 03:00 UTC and when that was missed, and one instance at a time does it", async () => {
    expect((await run({ onlyWhenDue: true })).ran).toBe(true);
    expect((await run({ onlyWhenDue: true })).ran).toBe(false);
    const last =
      "(date_trunc('day', now() at time zone 'UTC' - interval '3 hours') + interval '3 hours') at time zone 'UTC'";
    await admin.unsafe(`update audit_config set last_pruned_at = ${last}`);
    expect((await run({ onlyWhenDue: true })).ran).toBe(false);
    await admin.unsafe(`update audit_config set last_pruned_at = ${last} - interval '1 second'`);
    await admin.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtext('gurulog.cleanup'))`;
      expect((await run({ onlyWhenDue: true })).ran).toBe(false);
    });
    expect((await run({ onlyWhenDue: true })).ran).toBe(true);
  });

  it("weeks stand at least four ahead, also behind an open export", async () => {
    for (const { name } of await admin<
      { name: string }[]
    >`select name from audit_partitions() where starts > now()`) {
      await admin.unsafe(`drop table ${name}`);
    }
    const reader = await openExport();
    const { until: last } = await ensurePartitions({ maintenanceUrl: database.urls.maintenance });
    expect(last.getTime()).toBeGreaterThan(Date.now() + 28 * dayMs);
    await reader.end();
    expect((await ensurePartitions({ maintenanceUrl: database.urls.maintenance })).until).toEqual(last);
  });
});
