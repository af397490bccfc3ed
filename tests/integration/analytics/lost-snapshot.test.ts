import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { type SnapshotPlace, takeSnapshotPlace } from "@/lib/db/snapshot";
import { createTestProduct, type TestProduct } from "@/tests/support/product";

let product: TestProduct;
const places: SnapshotPlace[] = [];

beforeAll(async () => {
  product = await createTestProduct();
});
afterEach(async () => {
  await Promise.all(places.splice(0).map((place) => place.end()));
});
afterAll(() => product?.close());

async function taken(): Promise<SnapshotPlace> {
  const place = await takeSnapshotPlace("lost-snapshot");
  if (!place) throw new Error("the place is taken");
  places.push(place);
  return place;
}
/** As a restart of the database or a timeout does, while nothing is being read. */
const breakConnection = () => product.admin`
  select pg_terminate_backend(pid, 5000) from pg_stat_activity
  where datname = current_database() and application_name = 'gurulog export'`;

async function allOf<T>(batches: AsyncIterable<T[]>): Promise<T[]> {
  const rows: T[] = [];
  for await (const batch of batches) rows.push(...batch);
  return rows;
}
const numbers = sql`select n from generate_series(1, 1200) n`;

it("a snapshot whose connection broke between two lists is not read on by another connection", async () => {
  const snapshot = await (await taken()).snapshot();
  const second = snapshot.rows(numbers);
  expect(await allOf(snapshot.rows(numbers))).toHaveLength(1_200);
  await breakConnection();
  // What the database said last may come before the end of the connection.
  await vi.waitFor(
    () => expect(allOf(snapshot.rows(numbers))).rejects.toThrow("connection of the snapshot"),
    { timeout: 15_000 },
  );
  await expect(allOf(second)).rejects.toThrow("connection of the snapshot");
});

it("nor is one begun whose place went with its connection: somebody else can have it", async () => {
  const place = await taken();
  await breakConnection();
  await vi.waitFor(() => expect(place.snapshot()).rejects.toThrow("connection of the snapshot"), {
    timeout: 15_000,
  });
  await taken();
});
