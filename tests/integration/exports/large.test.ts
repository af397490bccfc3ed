import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { csv } from "@/lib/audit/export/formats/csv";
import type { ExportFormat } from "@/lib/audit/export/formats/format";
import { exportFormats } from "@/lib/audit/export/formats/registry";
import { xlsxFormat } from "@/lib/audit/export/formats/xlsx";
import { exportCondition } from "@/lib/audit/export/rows";
import { type ExportEnd, streamExport } from "@/lib/audit/export/stream";
import { emptyFilter } from "@/lib/audit/query/filter";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { seedMany } from "./harness";
import { readXlsx } from "./read-files";
import { sealAll } from "./sealing";

const events = 60_000;
/** The rows alone are more than 120 MB: what held them whole would show. */
const width = 60;
const mib = 1024 * 1024;

let product: TestProduct;
beforeAll(async () => {
  product = await createTestProduct();
  await seedMany(product, events, width);
  await sealAll(product);
}, 120_000);
afterAll(() => product.close());

async function stream(
  format: ExportFormat,
  idleMs?: number,
): Promise<{ body: ReadableStream<Uint8Array>; end: Promise<ExportEnd> }> {
  const view = { orgId: 1, global: true };
  const where = await exportCondition({
    orgId: 1,
    guruId: null,
    filter: emptyFilter,
    asOf: "2999-01-01T00:00:00.000000Z",
  });
  let settled: (end: ExportEnd) => void = () => {};
  const end = new Promise<ExportEnd>((resolve) => {
    settled = resolve;
  });
  const body = await streamExport({
    format,
    view,
    where,
    fileName: "large",
    facts: { organization: 1, guru: null, filters: {}, exportedAt: "2999-01-01T00:00:00.000000Z" },
    report: async () => "go-on",
    settle: async (how) => settled(how),
    ...(idleMs ? { idleMs } : {}),
  });
  return { body, end };
}

const inUse = () => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

describe.each(exportFormats.map((f) => [f.id, f] as const))("60,000 events in %s", (_id, format) => {
  it("take no more memory than a part of the file", { timeout: 120_000 }, async () => {
    const before = inUse();
    let most = 0;
    const { body, end } = await stream(format);
    for await (const _ of body) most = Math.max(most, inUse() - before);
    const { state, rows, bytes } = await end;
    expect({ state, rows }).toEqual({ state: "done", rows: events });
    expect(most).toBeLessThan(96 * mib);
    // Zipped it is smaller; a shrunken file would make the bound above worthless.
    expect(bytes).toBeGreaterThan(format.id === "xlsx" || format.id === "zip" ? 2 * mib : 110 * mib);
  });
});

describe("a reader that stalls", () => {
  it("counts as gone, and finds the file cut when it reads on", async () => {
    const { body, end } = await stream(csv, 200);
    const reader = body.getReader();
    await reader.read();
    expect(await end).toMatchObject({ state: "cancelled", cause: "the browser stopped reading" });
    const rest = (async () => {
      while (!(await reader.read()).done);
    })();
    await expect(rest).rejects.toThrow("the browser stopped reading");
  });
});

describe("60,000 events in Excel's format", () => {
  it("open in another reader, on several sheets, each event once", { timeout: 120_000 }, async () => {
    const { body } = await stream(xlsxFormat({ rowsPerSheet: 25_001 }));
    const sheets = readXlsx(new Uint8Array(await new Response(body).arrayBuffer()));
    expect(sheets.map((s) => s.rows.length - 1)).toEqual([25_000, 25_000, 10_000]);
    const labels = sheets.flatMap((s) => s.rows.slice(1).map((r) => r[7]));
    expect(labels[0]).toBe("source 1");
    expect(new Set(labels).size).toBe(events);
    expect(sheets.flatMap((s) => s.odd)).toEqual([]);
  });
});
