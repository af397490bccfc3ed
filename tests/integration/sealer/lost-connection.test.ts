import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../support/postgres-for-tests";
import { terminate } from "./cut-off";
import { insertEvents } from "./events-for-tests";

// Guarantees of the driver that the product stands on; scripts/support/mend-postgres-driver.mjs gives them.
describe("a lost database connection", () => {
  let database: TestDatabase;
  let admin: postgres.Sql;
  let sql: postgres.Sql;

  beforeEach(async () => {
    database = await createTestDatabase();
    admin = postgres(database.urls.admin, { max: 1, onnotice: () => {} });
    sql = postgres(database.urls.app, {
      max: 1,
      onnotice: () => {},
      connection: { application_name: "cut" },
    });
  });

  afterEach(async () => {
    await sql.end({ timeout: 5 });
    await admin.end({ timeout: 5 });
    await database.drop();
  });

  it("ends its transaction: no later statement of it runs, neither alone nor inside another transaction", async () => {
    let goOn = () => {};
    const meanwhile = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let late: Promise<unknown> = Promise.resolve();
    let isUnderWay = false;
    const torn = sql.begin(async (tx) => {
      await insertEvents(tx, [{ action: "first" }]);
      isUnderWay = true;
      await meanwhile;
      late = insertEvents(tx, [{ action: "late" }]);
      await late;
    });
    const tornBy = torn.catch((error: unknown) => error);
    await expect.poll(() => isUnderWay).toBe(true);
    await terminate(admin, "cut");
    expect(await tornBy).toMatchObject({ code: "CONNECTION_CLOSED" });

    // The same slot of the pool serves another transaction when the first one wakes up.
    await sql.begin(async (tx) => {
      await insertEvents(tx, [{ action: "other" }]);
      goOn();
      await meanwhile;
      await tx`select 1`;
      await expect(late).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
    });
    expect(await sql`select action from audit_event`).toEqual([{ action: "other" }]);
  });

  it("leaves a reserved connection useless but harmless, and the pool goes on", async () => {
    const reserved = await sql.reserve();
    await reserved`select 1`;
    await terminate(admin, "cut");
    await expect(reserved`select 1`).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
    await expect(reserved`select 1`).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
    reserved.release();
    expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
    expect(await sql`select 2 as two`).toEqual([{ two: 2 }]);
  });

  it("does not pass its last error on to the query after it", async () => {
    for (let n = 0; n < 20; n += 1) {
      const slow = sql`select pg_sleep(30)`.catch((error: unknown) => error);
      await expect
        .poll(
          async () =>
            (
              await admin`select from pg_stat_activity
                where datname = current_database() and application_name = 'cut' and state = 'active'`
            ).length,
        )
        .toBe(1);
      await terminate(admin, "cut");
      expect(await slow).toBeInstanceOf(Error);
      expect(await sql`select ${n}::int as n`).toEqual([{ n }]);
    }
  });
});
