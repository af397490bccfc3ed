import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { closePools, db } from "@/lib/db/client";
import { createApiKey } from "@/lib/features/api-keys/commands/create-api-key";
import { inTransaction } from "@/lib/gate/transaction";
import { setRuntime } from "@/lib/platform/runtime";
import { createTestProduct, type TestProduct, testRequest } from "@/tests/support/product";
import { type TransactionPool, transactionPool } from "./transaction-pool";

let product: TestProduct;
let pool: TransactionPool;

beforeAll(async () => {
  product = await createTestProduct({ GURULOG_DATABASE_PREPARE: "false" });
  pool = await transactionPool(product.database.urls.app);
  const { runtime } = product;
  setRuntime({ ...runtime, urls: { ...runtime.urls, app: pool.url } });
});
afterAll(async () => {
  await closePools();
  await pool.close();
  await product.close();
});

const limits = sql`select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
  current_setting('idle_in_transaction_session_timeout') as idle`;

it("through a transaction pool every recording has its time limits, which end with the transaction", async () => {
  const [inside] = await inTransaction((tx) => tx.execute(limits));
  expect(inside).toEqual({ statement: "15s", lock: "10s", idle: "1min" });
  const [outside] = await db().execute(limits);
  expect(outside).toEqual({ statement: "0", lock: "0", idle: "0" });
});

it("acts and reads at once ask nothing of a transaction pool that it cannot do, and each act is recorded", async () => {
  const member = await product.person("pooled@halden.example");
  const before = pool.answered;
  const names = Array.from({ length: 20 }, (_, n) => `key ${n}`);
  // A statement without values is the one behind which the driver sends the next.
  const reads = names.flatMap(() => [
    db().execute(sql`select 1`),
    db().execute(sql`select ${1}::int`),
    db().execute(sql`select 2`),
  ]);
  const acts = names.map((name) =>
    createApiKey.execute({
      principal: member,
      request: testRequest,
      input: { name, scopes: [], expiresInDays: "" },
    }),
  );
  for (const made of await Promise.all(acts)) expect(made.ok).toBe(true);
  await Promise.all(reads);
  expect(await product.events("api_key.created")).toHaveLength(names.length);
  expect(pool.answered - before).toBeGreaterThan(names.length * 5);
  expect(pool.complaints).toEqual([]);
});
