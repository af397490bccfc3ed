import { afterAll, beforeAll, it } from "vitest";
import { exportFormats } from "@/lib/audit/export/formats/registry";
import { exportCondition } from "@/lib/audit/export/rows";
import { streamExport } from "@/lib/audit/export/stream";
import { emptyFilter } from "@/lib/audit/query/filter";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { seedMany } from "./harness";
let product: TestProduct;
beforeAll(async () => { product = await createTestProduct(); await seedMany(product, 200_000, 5); await product.admin`vacuum analyze audit_event`; }, 120_000);
afterAll(() => product.close());
it("bench", { timeout: 300_000 }, async () => {
  for (const format of [...exportFormats, ...exportFormats]) {
    const where = await exportCondition({ orgId: 1, guruId: null, filter: emptyFilter, asOf: "2999-01-01T00:00:00.000000Z" });
    const view = { orgId: 1, global: true };
    const copySql = format.copySql(where, view);
    let t0 = Date.now();
    await product.admin.unsafe(copySql.replace("to stdout", "to program 'cat > /dev/null'")).catch((e) => console.log(String(e).slice(0,200)));
    const sqlMs = Date.now() - t0;
    const cpu0 = process.cpuUsage();
    t0 = Date.now();
    let bytes = 0;
    const body = await streamExport({ format, view, copySql, report: async () => "go-on", settle: async () => {} });
    for await (const c of body) bytes += c.length;
    const cpu = process.cpuUsage(cpu0);
    console.log(format.id, "db only", sqlMs, "ms; whole", Date.now() - t0, "ms; node cpu", Math.round((cpu.user + cpu.system) / 1000), "MB", Math.round(bytes / 1e6), "rows/s", Math.round(200_000 / (Date.now() - t0) * 1000));
  }
});
