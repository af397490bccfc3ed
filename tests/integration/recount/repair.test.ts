import fc from "fast-check";
import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prune } from "@/lib/audit/retention/prune";
import { recount } from "@/lib/audit/seal/recount";
import { repairCounts } from "@/lib/audit/seal/repair-counts";
import { createSealer } from "@/lib/audit/seal/sealer";
import { propertyRuns } from "@/tests/support/property-runs";
import { createTestDatabase, type TestDatabase } from "../../support/postgres-for-tests";
import { cutBefore } from "../sealer/cut-off";
import { insertEvents, setClock, variedEvents } from "../sealer/events-for-tests";
import { expectWholeLog } from "../sealer/sealed-log";

const wholeLog = "00000000-0000-0000-0000-000000000000";
let database: TestDatabase;
let app: postgres.Sql;
let admin: postgres.Sql;
/** The owner's one connection, as the command has it. */
let owner: postgres.Sql;

beforeEach(async () => {
  database = await createTestDatabase();
  app = postgres(database.urls.app, { max: 3, onnotice: () => {} });
  admin = postgres(database.urls.admin, { max: 2, onnotice: () => {} });
  owner = await connect();
});
afterEach(async () => {
  await Promise.all([app, admin, owner].map((sql) => sql.end({ timeout: 5 })));
  await database.drop();
});

async function connect(): Promise<postgres.Sql> {
  const name = "gurulog sealer under test";
  const connection = { application_name: name, lock_timeout: 5_000 };
  const sql = postgres(database.urls.maintenance, {
    max: 1,
    max_lifetime: null,
    onnotice: () => {},
    connection,
  });
  await sql`set role ${sql(database.roles.owner)}`;
  return sql;
}

async function sealAll(): Promise<void> {
  const sealer = createSealer({ sealerUrl: database.urls.sealer });
  while ((await sealer.sealOnce()) > 0);
  await sealer.stop();
}

async function insertDaysAgo(days: number, count: number): Promise<void> {
  await admin`select audit_make_partition(now() - make_interval(days => ${days}))`;
  const maintenance = postgres(database.urls.maintenance, { max: 1, onnotice: () => {} });
  await maintenance.begin(async (tx) => {
    await setClock(tx, new Date(Date.now() - days * 86_400_000).toISOString());
    await insertEvents(tx, variedEvents(count, days));
  });
  await maintenance.end();
}

/** All that the sealer counts and lists, as texts, row by row. */
async function counts(): Promise<string[]> {
  const rows = await admin<{ row: string }[]>`
    select r::text as row from audit_rollup r union all select f::text from audit_facet f
    union all select k::text from audit_kind_seen k order by 1`;
  return rows.map(({ row }) => row);
}

const damages = [
  (s: postgres.TransactionSql, n: number) =>
    s`update audit_rollup set count = count + ${n} where ctid in (select ctid from audit_rollup order by day, value, dimension offset ${n} limit 3)`,
  (s: postgres.TransactionSql, n: number) =>
    s`delete from audit_rollup where ctid in (select ctid from audit_rollup order by day, value, dimension offset ${n} limit 5)`,
  (s: postgres.TransactionSql, n: number) =>
    s`insert into audit_rollup select org_id, scope, 'model', 'Nothing', action_type, day, ${n} from audit_rollup limit 1 on conflict do nothing`,
  (s: postgres.TransactionSql, n: number) =>
    s`update audit_facet set count = count - 1, last_day = last_day - 1 where ctid in (select ctid from audit_facet order by value, dimension offset ${n} limit 2)`,
  (s: postgres.TransactionSql, n: number) =>
    s`delete from audit_facet where ctid in (select ctid from audit_facet order by value, dimension offset ${n} limit 2)`,
  (s: postgres.TransactionSql, n: number) =>
    s`insert into audit_facet values (2, ${wholeLog}, 'model', 'Nothing', 'x', ${n + 1}, now()) on conflict do nothing`,
  (s: postgres.TransactionSql) => s`delete from audit_rollup where day = (select min(day) from audit_rollup)`,
  (s: postgres.TransactionSql, n: number) =>
    s`delete from audit_kind_seen where operation in (select operation from audit_kind_seen order by operation offset ${n % 5} limit 2)`,
  (s: postgres.TransactionSql) => s`truncate audit_rollup, audit_facet, audit_kind_seen`,
] as const;

describe("repairing the counts", () => {
  it("whatever was done to them, makes every row what it was, names too, and nothing is written twice", async () => {
    for (const days of [40, 12, 3]) await insertDaysAgo(days, 60);
    await insertEvents(app, variedEvents(60));
    await insertEvents(
      app,
      variedEvents(20).map((event) => ({ ...event, org_id: 2 })),
    );
    await sealAll();
    // What waits is no part of the counts, and must not become one.
    await insertEvents(app, variedEvents(15, 7));
    const right = await counts();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...damages), fc.nat(60)), { minLength: 1, maxLength: 4 }),
        async (done) => {
          await admin.begin(async (tx) => {
            for (const [damage, n] of done) await damage(tx, n);
          });
          const isDamaged = (await counts()).join() !== right.join();
          const { before, rollups, facets, kinds } = await repairCounts(owner);
          expect({ isDamaged: before.found > 0 }).toEqual({ isDamaged });
          expect(rollups + facets + kinds > 0).toBe(isDamaged);
          expect(await counts()).toEqual(right);
        },
      ),
      { numRuns: propertyRuns(12) },
    );
    expect(await recount(app)).toEqual([]);
    await sealAll();
    await expectWholeLog(app, 255);
  }, 300_000);

  it("counts each event once while others record and a sealer works", async () => {
    await insertEvents(app, variedEvents(300));
    await sealAll();
    const sealer = createSealer({ sealerUrl: database.urls.sealer, intervalMs: 1, batch: 40 });
    sealer.start();
    let events = 300;
    let isOver = false;
    const writing = (async () => {
      while (!isOver) events += (await insertEvents(app, variedEvents(10, events))).length;
    })();
    for (let n = 0; n < 5; n += 1) {
      // The lock, as this is no writer of the product's: its rows are in no order that the sealer takes them in.
      await admin.begin(async (tx) => {
        await tx`lock table audit_rollup in share row exclusive mode`;
        await tx`delete from audit_rollup where dimension = 'model'`;
      });
      expect((await repairCounts(owner)).before.found).toBeGreaterThan(0);
      // In the midst of it all: one snapshot, at any instant.
      expect(await recount(app)).toEqual([]);
    }
    isOver = true;
    await writing;
    await sealer.stop();
    await sealAll();
    await expectWholeLog(app, events);
  }, 120_000);

  it("cut off before any of its statements, all of the repair stands or nothing of it", async () => {
    await insertEvents(app, variedEvents(40));
    await sealAll();
    const right = await counts();
    const outcomes = { failed: 0, repaired: 0 };
    for (let statement = 1, hasEnded = false; !hasEnded; statement += 1) {
      await admin`delete from audit_rollup where dimension = 'operation'`;
      await admin`update audit_facet set count = 1`;
      const damaged = await counts();
      const cut = cutBefore(owner, statement, admin);
      const failed = await repairCounts(cut.sql).then(
        () => false,
        () => true,
      );
      expect(await counts()).toEqual(failed ? damaged : right);
      outcomes[failed ? "failed" : "repaired"] += 1;
      hasEnded = cut.sent() < statement;
      if (hasEnded) expect(failed).toBe(false);
      await owner.end({ timeout: 5 });
      owner = await connect();
    }
    // Cut while it only looks, and behind its end, it is whole; the transaction and what surrounds it is lost.
    expect(outcomes.failed).toBeGreaterThan(8);
    // The locks went with the connections.
    await insertEvents(app, variedEvents(5));
    await repairCounts(owner);
    await sealAll();
    await expectWholeLog(app, 45);
  }, 300_000);

  it("mends what a raised retention brings back: days taken out of the counts, and a week left apart", async () => {
    for (const days of [200, 120]) await insertDaysAgo(days, 30);
    await insertEvents(app, variedEvents(10));
    await sealAll();
    const options = {
      maintenanceUrl: database.urls.maintenance,
      roles: database.roles,
      mode: "enforced" as const,
    };
    const weekOf = async (days: number) =>
      (
        await admin`select 'audit_event_' || to_char(now() - make_interval(days => ${days}), 'IYYY"w"IW') as name`
      )[0]?.name as string;
    const killed = { ...options, inTransaction: () => Promise.reject(new Error("cut off")) };
    await expect(prune(killed)).rejects.toThrow("cut off");
    // One week stands apart. The days of the other are back, but out of the counts, as an unsealed event or the archive leaves them.
    await admin`select audit_make_partition(now() - interval '120 days')`;
    await admin`select audit_prune_rollups()`;
    await admin`update audit_config set retention_days = 400`;
    expect((await admin`select to_regclass(${await weekOf(200)}) is not null as stands`)[0]?.stands).toBe(
      true,
    );
    expect((await recount(app)).length).toBeGreaterThan(0);

    await repairCounts(owner);
    expect((await app`select from audit_event`).length).toBe(70);
    expect(await recount(app)).toEqual([]);
    const [all] = await admin`
      select sum(count)::int as events from audit_rollup where dimension = 'all' and scope = ${wholeLog}`;
    expect(all?.events).toBe(70);
    expect((await admin`select counted_from from audit_config`)[0]?.counted_from).toBeNull();
  });
});
