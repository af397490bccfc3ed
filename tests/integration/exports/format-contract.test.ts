import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportFormats } from "@/lib/audit/export/formats/registry";
import type { TestProduct } from "@/tests/support/product";
import { guru, hostileProduct, objects, seeded } from "./hostile-log";
import { column, make, shownBy, tableOf } from "./make-file";
import { sealAll } from "./sealing";

let product: TestProduct;
beforeAll(async () => {
  product = await hostileProduct();
  await sealAll(product);
});
afterAll(() => product.close());

describe.each(exportFormats.map((f) => [f.id, f] as const))("the format %s", (id, format) => {
  it("holds every event of the log, in its order, with hostile text intact or marked", async () => {
    const made = await make(format);
    const labels = await objects(product);
    expect(labels).toHaveLength(seeded.length);
    expect(made.rows).toBe(labels.length);
    expect(column(tableOf(format, made), format, "Object", "objectLabel")).toEqual(labels.map(shownBy[id]));
  });

  it("makes the same file however the rows are cut into chunks", async () => {
    const whole = await make(format, { actionType: ["updated", "deleted"] });
    for (const size of [3, 4_096]) {
      const cut = await make(format, { actionType: ["updated", "deleted"] }, null, size);
      expect(cut.rows).toBe(whole.rows);
      expect(tableOf(format, cut)).toEqual(tableOf(format, whole));
    }
  });

  it.each([
    ["actionType", { actionType: ["deleted"] }, "and action_type = 'deleted'"],
    ["model", { model: ["Integration"] }, "and model = 'Integration'"],
    ["actor", { actor: ["system", "anonymous"] }, "and actor_type in ('system', 'anonymous')"],
    ["guru", { guru: ["none"] }, "and guru_id is null"],
    ["a search with quotes, a dollar and a backslash", { q: `'"$1\\` }, "and false"],
    ["q", { q: "stranger" }, "and target_label = 'by a stranger'"],
  ])("honours the filter %s", async (_name, filter, condition) => {
    const made = await make(format, filter);
    const labels = await objects(product, condition);
    const table = tableOf(format, made);
    if (labels.length > 0)
      expect(column(table, format, "Object", "objectLabel")).toEqual(labels.map(shownBy[id]));
    expect(table.rows).toHaveLength(labels.length);
  });

  it("holds one guru's events alone in that guru's file", async () => {
    const made = await make(format, {}, guru.id);
    const labels = await objects(product, `and guru_id = '${guru.id}'`);
    expect(labels.length).toBeGreaterThan(5);
    expect(column(tableOf(format, made), format, "Object", "objectLabel")).toEqual(labels.map(shownBy[id]));
  });

  it("is a valid file when nothing matches", async () => {
    const made = await make(format, { model: ["Nothing"] });
    expect(made.rows).toBe(0);
    expect(tableOf(format, made).rows).toEqual([]);
    if (id === "csv" || id === "xlsx") expect(tableOf(format, made).headers).toContain("Time (UTC)");
  });
});
