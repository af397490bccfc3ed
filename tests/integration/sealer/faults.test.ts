import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { recount } from "@/lib/audit/seal/recount";
import { sealBatch } from "@/lib/audit/seal/seal-batch";
import { createSealer } from "@/lib/audit/seal/sealer";
import { createTestDatabase, type TestDatabase } from "../../support/postgres-for-tests";
import { cutBefore, terminate } from "./cut-off";
import { insertEvents, until, variedEvents } from "./events-for-tests";
import { expectWholeLog, sealedOrder } from "./sealed-log";

let database: TestDatabase;
let app: postgres.Sql;
let admin: postgres.Sql;

beforeEach(async () => {
  database = await createTestDatabase();
  app = postgres(database.urls.app, { max: 10, onnotice: () => {} });
  admin = postgres(database.urls.admin, { max: 2, onnotice: () => {} });
});

afterEach(async () => {
  await app.end({ timeout: 5 });
  await admin.end({ timeout: 5 });
  await database.drop();
});

describe("a sealer cut off", () => {
  const connect = () =>
    postgres(database.urls.sealer, {
      max: 1,
      onnotice: () => {},
      connection: { application_name: "gurulog sealer under test" },
    });

  it("before any of its statements leaves the log whole: the batch stands or it does not", async () => {
    let events = 0;
    let statement = 0;
    let reachedTheEnd = false;
    while (!reachedTheEnd) {
      statement += 1;
      // 1,100 at a time: every other batch or more closes a tile, so that statement is cut off too.
      events += (await insertEvents(app, variedEvents(1100, events))).length;
      const connection = connect();
      const cut = cutBefore(connection, statement, admin);
      const before = (await sealedOrder(app)).length;
      const outcome = await sealBatch(cut.sql, 5000).then(
        (sealed) => ({ sealed }),
        (error: unknown) => ({ error }),
      );
      await connection.end({ timeout: 5 });
      const after = (await sealedOrder(app)).length;
      if (cut.sent() < statement) {
        expect(outcome).toEqual({ sealed: after - before });
        reachedTheEnd = true;
      } else {
        // Cut before its first statement the driver may connect anew and seal; later the transaction is lost.
        expect("error" in outcome ? before : events).toBe(after);
        if (statement > 1) expect(outcome).toHaveProperty("error");
      }
      const again = connect();
      while ((await sealBatch(again, 700)) > 0);
      await again.end({ timeout: 5 });
      await expectWholeLog(app, events);
    }
    // exists, lock, take, heads, nodes, grow, count, roots of tiles, close tiles, commit
    expect(statement).toBe(11);
  }, 120_000);

  it("control: the same statements without a transaction are seen to tear", async () => {
    await insertEvents(app, variedEvents(10));
    const connection = connect();
    // exists, lock, take, heads, grow (an empty log has no nodes to read); the count is what is cut off
    const cut = cutBefore(connection, 6, admin, false);
    // The driver connects anew for the count, as a lost connection between two of its statements allows.
    await admin`alter table audit_rollup add constraint refused check (count < 0) not valid`;
    await expect(sealBatch(cut.sql, 100)).rejects.toThrow();
    await connection.end({ timeout: 5 });
    expect(await sealedOrder(app)).toHaveLength(10);
    expect(await recount(app)).not.toEqual([]);
  });

  it("again and again while events arrive goes on by itself and loses or doubles none", async () => {
    const sealer = createSealer({ sealerUrl: database.urls.sealer, intervalMs: 5, batch: 300 });
    sealer.start();
    let writing = true;
    let cuts = 0;
    const cutting = (async () => {
      while (writing) cuts += await terminate(admin, "gurulog sealer");
    })();
    let events = 0;
    while (events < 4000 || cuts < 5) events += (await insertEvents(app, variedEvents(100, events))).length;
    writing = false;
    await cutting;
    await until("all sealed", async () => (await sealedOrder(app)).length === events, 40_000);
    await sealer.stop();
    await expectWholeLog(app, events);
  }, 60_000);
});

describe("many writers", () => {
  it("every committed event gets exactly one index, and what was acknowledged before another was sent comes first", async () => {
    const sealers = [1, 2].map(() =>
      createSealer({ sealerUrl: database.urls.sealer, intervalMs: 1, batch: 50 }),
    );
    for (const sealer of sealers) sealer.start();
    const acts: { id: string; sent: number; acknowledged: number }[] = [];
    let clock = 0;
    let rolledBack = 0;
    const writer = async (number: number) => {
      for (let n = 0; n < 60; n += 1) {
        const sent = ++clock;
        try {
          const ids = await app.begin(async (tx) => {
            const [first] = await insertEvents(tx, variedEvents(1, n));
            // A transaction that stays open while others commit past it: its position is low, its commit late.
            if (n % 3 === 0) await tx`select pg_sleep(${(number % 4) / 100})`;
            const [second] = await insertEvents(tx, variedEvents(1, n + 1));
            if (n % 10 === 9) throw new Error("rolled back on purpose");
            return [first?.id ?? "", second?.id ?? ""];
          });
          const acknowledged = ++clock;
          for (const id of ids) acts.push({ id, sent, acknowledged });
        } catch (error) {
          if (!(error instanceof Error) || error.message !== "rolled back on purpose") throw error;
          rolledBack += 1;
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, number) => writer(number)));
    await until("all sealed", async () => (await sealedOrder(app)).length === acts.length);
    await Promise.all(sealers.map((sealer) => sealer.stop()));

    expect(rolledBack).toBe(48);
    await expectWholeLog(app, acts.length);
    const indexes = new Map((await sealedOrder(app)).map((key) => [key.id, key.index]));
    const wrong = acts.flatMap((a) =>
      acts.filter((b) => a.acknowledged < b.sent && (indexes.get(a.id) ?? 0n) > (indexes.get(b.id) ?? 0n)),
    );
    expect(wrong).toEqual([]);
    // The harness must have seen order by time and sealed order differ, or it proves nothing.
    const byId = [...indexes.keys()].sort();
    expect(byId.some((id, i) => indexes.get(id) !== BigInt(i))).toBe(true);
  });
});
