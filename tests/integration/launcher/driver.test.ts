import postgres from "postgres";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CuttingProxy, cuttingProxy } from "../../support/cutting-proxy";
import { createEmptyDatabase, type TestDatabase } from "../../support/postgres-for-tests";

// An uncaught exception or unhandled rejection of the driver fails the run by itself: vitest reports both.
let database: TestDatabase;
let proxy: CuttingProxy;
let sql: postgres.Sql;
const lost = /CONNECTION_(CLOSED|ENDED)|ECONNRESET|EPIPE/;

beforeEach(async () => {
  database = await createEmptyDatabase();
  proxy = await cuttingProxy(database.urls.admin);
  sql = postgres(proxy.url, { max: 1, connect_timeout: 5 });
  await sql`create table kept (what text)`;
});
afterEach(async () => {
  await sql.end({ timeout: 1 });
  await proxy.close();
  await database.drop();
});

const kept = async () => (await sql<{ what: string }[]>`select what from kept`).map(({ what }) => what);

test("a query on a reserved connection that was cut fails, instead of ending the process", async () => {
  const reserved = await sql.reserve();
  await reserved`select 1`;
  await proxy.cut();
  await expect(reserved`select 2`).rejects.toThrow(lost);
  expect(await kept()).toEqual([]);
  await expect(reserved`insert into kept values ('after the cut')`).rejects.toThrow(lost);
  expect(await kept()).toEqual([]);
});

test("a statement that failed midway leaves nothing of its rows to the next answer", async () => {
  await expect(sql`select 1 / (5 - i) from generate_series(1, 10) i`).rejects.toThrow("division by zero");
  expect([...(await sql`select 1 as one`)]).toEqual([{ one: 1 }]);
  await expect(sql.begin((tx) => tx`select 1 / (5 - i) from generate_series(1, 10) i`)).rejects.toThrow();
  expect((await sql`select 2 as two`)[0]).toEqual({ two: 2 });
});

test("a transaction that was cut never writes on the connection that comes after it", async () => {
  let continued: unknown;
  const work = sql.begin(async (tx) => {
    await tx`insert into kept values ('act')`;
    await proxy.cut();
    await kept(); // the pool has a connection again, the same object
    continued = await tx`insert into kept values ('event')`.catch((error: unknown) => error);
    throw continued;
  });
  await expect(work).rejects.toThrow(lost);
  await expect.poll(() => continued).toMatchObject({ message: expect.stringMatching(lost) });
  expect(await kept()).toEqual([]);
});

test("nor inside the transaction of another request", async () => {
  let begun = () => {};
  const other = new Promise<void>((resolve) => {
    begun = resolve;
  });
  let continued: unknown;
  const first = sql.begin(async (tx) => {
    await tx`select 1`;
    await proxy.cut();
    await other;
    continued = await tx`insert into kept values ('stray')`.catch((error: unknown) => error);
  });
  await expect(first).rejects.toThrow(lost);
  await sql.begin(async (tx) => {
    await tx`insert into kept values ('own')`;
    begun();
    await expect.poll(() => continued).toBeInstanceOf(Error);
  });
  expect(await kept()).toEqual(["own"]);
});

test("connections cut again and again, also while they are being made, leave the pool usable", async () => {
  let failed = 0;
  let answered = 0;
  while (failed < 30 || answered < 30) {
    const query = sql
      .begin((tx) => tx`select 1`)
      .then(
        () => answered++,
        () => failed++,
      );
    if ((failed + answered) % 2 === 0) await proxy.cut();
    await query;
  }
  expect(await kept()).toEqual([]);
});
