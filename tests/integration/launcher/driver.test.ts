import postgres from "postgres";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { type CuttingProxy, cuttingProxy } from "../../support/cutting-proxy";

// An uncaught exception or unhandled rejection of the driver fails the run by itself: vitest reports both.
let proxy: CuttingProxy;
let sql: postgres.Sql;

beforeEach(async () => {
  proxy = await cuttingProxy(inject("testServer").adminUrl);
  sql = postgres(proxy.url, { max: 1, connect_timeout: 5 });
});
afterEach(async () => {
  await sql.end({ timeout: 1 });
  await proxy.close();
});

const one = async () => (await sql`select 1 as answer`)[0]?.answer;

test("a query on a reserved connection that was cut fails, instead of ending the process", async () => {
  const reserved = await sql.reserve();
  await reserved`select 1`;
  await proxy.cut();
  await expect(reserved`select 2`).rejects.toThrow(/CONNECTION_(CLOSED|ENDED)|ECONNRESET|EPIPE/);
});

test("a transaction that was cut between two statements fails, and the pool's next query works", async () => {
  const work = sql.begin(async (tx) => {
    await tx`select 1`;
    await proxy.cut();
    await tx`select 2`;
  });
  await expect(work).rejects.toThrow(/CONNECTION_(CLOSED|ENDED)|ECONNRESET|EPIPE/);
  expect(await one()).toBe(1);
});

test("connections cut again and again, also while they are being made, leave the pool usable", async () => {
  let failed = 0;
  let answered = 0;
  while (failed < 30 || answered < 30) {
    const query = sql.begin((tx) => tx`select 1`).then(
      () => answered++,
      () => failed++,
    );
    if ((failed + answered) % 2 === 0) await proxy.cut();
    await query;
  }
  expect(await one()).toBe(1);
});
