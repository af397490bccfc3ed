import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventsFrom, indexOfEvents } from "@/lib/audit/seal/lookup";
import { recount } from "@/lib/audit/seal/recount";
import { createSealer, type Sealer } from "@/lib/audit/seal/sealer";
import { createTestDatabase, type TestDatabase } from "../../support/postgres-for-tests";
import { insertEvents, setClock, until, variedEvents } from "./events-for-tests";
import { expectWholeLog, sealedOrder } from "./sealed-log";

const alice = "00000000-0000-7000-8000-0000000000a1";
const guru = "00000000-0000-7000-8000-0000000000b1";
const everything = "00000000-0000-0000-0000-000000000000";

let database: TestDatabase;
let app: postgres.Sql;
let maintenance: postgres.Sql;
let sealer: Sealer;

beforeEach(async () => {
  database = await createTestDatabase();
  app = postgres(database.urls.app, { max: 4, onnotice: () => {} });
  maintenance = postgres(database.urls.maintenance, { max: 2, onnotice: () => {} });
  sealer = createSealer({ sealerUrl: database.urls.sealer, intervalMs: 20 });
});

afterEach(async () => {
  await sealer.stop();
  await app.end({ timeout: 5 });
  await maintenance.end({ timeout: 5 });
  await database.drop();
});

async function facet(scope: string, dimension: string) {
  return app`select value, label, count::int as count, last_day::text as last_day from audit_facet
    where scope = ${scope} and dimension = ${dimension} order by value`.then((rows) =>
    rows.map((row) => ({ ...row })),
  );
}

describe("the sealer", () => {
  it("gives events their index in the order they were recorded and folds every 1,024 into a tile", async () => {
    const recorded: { id: string; micros: string }[] = [];
    for (let n = 0; n < 5; n += 1) recorded.push(...(await insertEvents(app, variedEvents(500, n * 500))));
    expect(await sealer.sealOnce()).toBe(2000);
    expect(await sealer.sealOnce()).toBe(500);
    expect(await sealer.sealOnce()).toBe(0);

    await expectWholeLog(app, 2500);
    const order = await sealedOrder(app);
    expect(order).toEqual(
      recorded.map((e, i) => ({ index: BigInt(i), id: e.id, occurredAtMicros: e.micros })),
    );
    const tiles =
      await app`select tile::int as tile, octet_length(events) as bytes, lower(span) as first, upper(span) as last from audit_tile order by tile`;
    expect(tiles.map((t) => [t.tile, t.bytes])).toEqual([
      [0, 24_576],
      [1, 24_576],
    ]);
    const [tail] = await app`select min(index)::int as first, count(*)::int as rows from audit_seal_tail`;
    expect({ ...tail }).toEqual({ first: 2048, rows: 452 });
  });

  it("finds the index of an event in the tail and in tiles, and pages across both", async () => {
    const recorded = await insertEvents(app, variedEvents(3000));
    while ((await sealer.sealOnce()) > 0);
    const [unsealed] = await insertEvents(app, variedEvents(1));
    const asked = [...recorded, ...(unsealed ? [unsealed] : [])].map((e) => ({
      id: e.id,
      occurredAtMicros: e.micros,
    }));
    const found = await indexOfEvents(app, 1, asked);
    expect(found).toEqual(new Map(recorded.map((e, i) => [e.id, BigInt(i)])));
    expect(await indexOfEvents(app, 2, asked)).toEqual(new Map());

    const page = await eventsFrom(app, 1, 1000n, 1100);
    expect(page.map((key) => key.id)).toEqual(recorded.slice(1000, 2100).map((e) => e.id));
    expect(await eventsFrom(app, 1, 2990n, 50)).toHaveLength(10);
    expect(await eventsFrom(app, 1, 3000n, 50)).toEqual([]);
  });

  it("counts organizations apart", async () => {
    await insertEvents(app, variedEvents(30));
    await insertEvents(
      app,
      variedEvents(1500).map((e) => ({ ...e, org_id: 2 })),
    );
    while ((await sealer.sealOnce()) > 0);
    await expectWholeLog(app, 30, 1);
    await expectWholeLog(app, 1500, 2);
  });

  it("counts by scope and dimension as the filters need it", async () => {
    const day = new Date().toISOString().slice(0, 10);
    await insertEvents(app, [
      {
        account_id: alice,
        actor_type: "anonymous",
        actor_id: "anonymous",
        target_label: "typed@example.com",
        model: "User",
        action_type: "access",
        operation: "LOGIN_FAILED",
        outcome: "failure",
      },
    ]);
    await sealer.sealOnce();
    // No act of her own yet: the address that was tried stands in.
    expect(await facet(everything, "user")).toEqual([
      { value: alice, label: "typed@example.com", count: 1, last_day: day },
      { value: "anonymous", label: "anonymous", count: 1, last_day: day },
    ]);

    await insertEvents(app, [
      {
        account_id: alice,
        actor_type: "user",
        actor_email: "old@example.com",
        guru_id: guru,
        guru_name: "First name",
        action_type: "created",
      },
      {
        account_id: alice,
        actor_type: "api_key",
        actor_email: "alice@example.com",
        guru_id: guru,
        guru_name: "Second name",
      },
      {
        account_id: alice,
        actor_type: "anonymous",
        actor_id: "anonymous",
        target_label: "later@example.com",
      },
      { actor_type: "system" },
    ]);
    await sealer.sealOnce();
    expect(await facet(everything, "user")).toEqual([
      { value: alice, label: "alice@example.com", count: 4, last_day: day },
      { value: "anonymous", label: "anonymous", count: 2, last_day: day },
      { value: "system", label: "system", count: 1, last_day: day },
    ]);
    expect(await facet(everything, "guru")).toEqual([
      { value: guru, label: "Second name", count: 2, last_day: day },
      { value: "none", label: "none", count: 3, last_day: day },
    ]);
    expect(await facet(everything, "actionType")).toEqual([
      { value: "access", label: "access", count: 1, last_day: day },
      { value: "created", label: "created", count: 1, last_day: day },
      { value: "updated", label: "updated", count: 3, last_day: day },
    ]);
    expect(await facet(everything, "all")).toEqual([{ value: "", label: "", count: 5, last_day: day }]);
    // A guru's scope knows its own events alone, and no guru dimension.
    expect(await facet(guru, "user")).toEqual([
      { value: alice, label: "alice@example.com", count: 2, last_day: day },
    ]);
    expect(await facet(guru, "guru")).toEqual([]);
    expect(await facet(guru, "outcome")).toEqual([
      { value: "success", label: "success", count: 2, last_day: day },
    ]);
    expect(await recount(app)).toEqual([]);
  });

  it("gives a place to what the cut-off has overtaken, and does not count it", async () => {
    await maintenance`select audit_make_partition(now() - interval '100 days')`;
    await maintenance.begin(async (tx) => {
      await setClock(tx, new Date(Date.now() - 100 * 86_400_000).toISOString());
      await insertEvents(tx, [{}]);
    });
    await insertEvents(app, [{}]);
    await sealer.sealOnce();
    await expectWholeLog(app, 2);
    expect(await facet(everything, "all")).toMatchObject([{ count: 1 }]);
  });

  it("the recount finds a count that was changed, a missing one and one too many", async () => {
    await insertEvents(app, variedEvents(40));
    await sealer.sealOnce();
    const admin = postgres(database.urls.admin, { max: 1 });
    try {
      await admin`update audit_rollup set count = count + 1 where dimension = 'model' and scope = ${everything} and value = 'User' and action_type = 'access'`;
      await admin`delete from audit_facet where dimension = 'outcome' and scope = ${everything} and value = 'failure'`;
      await admin`insert into audit_rollup select org_id, scope, 'model', 'Nothing', action_type, day, 1 from audit_rollup limit 1`;
      const found = (await recount(admin)).map((d) => `${d.table} ${d.dimension} ${d.value}`);
      expect(found.sort()).toEqual([
        "audit_facet model Nothing",
        "audit_facet model User",
        "audit_facet outcome failure",
        "audit_rollup model Nothing",
        "audit_rollup model User",
      ]);
    } finally {
      await admin.end();
    }
  });

  it("seals in the background within two seconds and says how far it is behind", async () => {
    sealer.start();
    await insertEvents(app, variedEvents(10));
    await until("all sealed", async () => (await sealedOrder(app)).length === 10, 2000);
    await until("nothing waits", async () => sealer.lagMs() < 500);
  });

  it("leaves the batch to another sealer that holds the lock, and does not claim to be up to date", async () => {
    await insertEvents(app, variedEvents(5));
    const other = postgres(database.urls.sealer, { max: 1 });
    await other.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(hashtext('gurulog.seal'))`;
      const before = sealer.lagMs();
      expect(await sealer.sealOnce()).toBe(0);
      expect(sealer.lagMs()).toBeGreaterThanOrEqual(before);
    });
    await other.end();
    expect(await sealer.sealOnce()).toBe(5);
  });
});
