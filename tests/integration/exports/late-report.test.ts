import { afterAll, beforeAll, expect, it } from "vitest";
import { csv } from "@/lib/audit/export/formats/csv";
import { exportCondition } from "@/lib/audit/export/rows";
import { type ExportEnd, streamExport } from "@/lib/audit/export/stream";
import { emptyFilter } from "@/lib/audit/query/filter";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { seedMany } from "./harness";
import { sealAll } from "./sealing";

let product: TestProduct;
beforeAll(async () => {
  product = await createTestProduct();
  await seedMany(product, 5_000, 60);
  await sealAll(product);
}, 120_000);
afterAll(() => product.close());

it("a whole file is handed over whole, though a look at its progress finds that it runs no more", async () => {
  const where = await exportCondition({
    orgId: 1,
    guruId: null,
    filter: emptyFilter,
    asOf: "2999-01-01T00:00:00.000000Z",
  });
  let answer: (said: "gone") => void = () => {};
  const asked = new Promise<"gone">((resolve) => {
    answer = resolve;
  });
  let isAsked = false;
  const ends: ExportEnd[] = [];
  const body = await streamExport({
    format: csv,
    view: { orgId: 1, global: true },
    where,
    fileName: "whole",
    facts: { organization: 1, guru: null, filters: {}, exportedAt: "2999-01-01T00:00:00.000000Z" },
    everyMs: 1,
    report: () => {
      isAsked = true;
      return asked;
    },
    // The end is written while the question about the progress is still on its way, and answered first.
    settle: async (end) => {
      ends.push(end);
      answer("gone");
      await asked;
      await new Promise((resolve) => setImmediate(resolve));
    },
  });
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    while (!isAsked) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(ends).toMatchObject([{ state: "done", rows: 5_000, bytes }]);
});
