import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { JobName } from "@/lib/gate/enqueue";
import { enqueueIn } from "@/lib/gate/enqueue";
import { inTransaction } from "@/lib/gate/transaction";
import { createTestProduct, type TestProduct } from "@/tests/support/product";

let product: TestProduct;
beforeAll(async () => {
  product = await createTestProduct();
});
afterAll(() => product.close());

async function jobsFor(dataSourceId: string): Promise<number> {
  const found =
    await product.admin`select from pgboss.job where name = 'index-data-source' and data ->> 'dataSourceId' = ${dataSourceId}`;
  return found.length;
}

it("a committed transaction leaves one job, which nobody sees before", async () => {
  const dataSourceId = randomUUID();
  await inTransaction(async (tx) => {
    await enqueueIn(tx, "index-data-source", { dataSourceId });
    expect(await jobsFor(dataSourceId)).toBe(0);
  });
  expect(await jobsFor(dataSourceId)).toBe(1);
});

it("a transaction or a savepoint that is rolled back leaves none", async () => {
  const dataSourceId = randomUUID();
  const rolledBack = inTransaction(async (tx) => {
    await enqueueIn(tx, "index-data-source", { dataSourceId });
    throw new Error("changed its mind");
  });
  await expect(rolledBack).rejects.toThrow("changed its mind");
  await inTransaction(async (tx) => {
    const inner = tx.transaction(async (savepoint) => {
      await enqueueIn(savepoint, "index-data-source", { dataSourceId });
      throw new Error("changed its mind");
    });
    await expect(inner).rejects.toThrow("changed its mind");
  });
  expect(await jobsFor(dataSourceId)).toBe(0);
});

it("a queue that does not exist is an error, and takes the transaction with it", async () => {
  const unknown = "no-such-queue" as JobName;
  await expect(inTransaction((tx) => enqueueIn(tx, unknown, { dataSourceId: "x" }))).rejects.toThrow(
    "no-such-queue",
  );
});
