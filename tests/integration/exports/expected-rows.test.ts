import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { GET } from "@/app/exports/[id]/route";
import { GET as STATUS } from "@/app/exports/[id]/status/route";
import { countForExport } from "@/lib/audit/export/rows";
import { auditFilterInput } from "@/lib/audit/query/filter";
import { compileFilter } from "@/lib/audit/query/where";
import { call, started } from "./harness";
import { readCsv } from "./read-files";
import { sealAll } from "./sealing";
import { type ExportWorld, exportWorld } from "./world";

let world: ExportWorld;
let { product, owner, ownerCookie, guruId, exported } = {} as ExportWorld;
beforeAll(async () => {
  world = await exportWorld(3_000);
  ({ product, owner, ownerCookie, guruId, exported } = world);
}, 60_000);
afterEach(() => world.settle());
afterAll(() => world.product.close());

const compiled = (filter: object) =>
  compileFilter({ orgId: 1, guruScope: null, filter: auditFilterInput.parse(filter) });

describe("the rows that an export expects", () => {
  it.each([
    ["the whole log", {}, true],
    ["one value, kept by the sealer", { model: ["Integration"] }, true],
    ["a day that is cut", { until: new Date(Date.now() - 3_602_000).toISOString() }, true],
    ["two dimensions, counted", { model: ["DataSource"], outcome: ["success"], target: ["target"] }, false],
    ["a search, counted", { q: "source 59" }, false],
    ["nothing", { q: "no such thing" }, false],
  ])(
    "are those that it sends: %s",
    async (_, filter, byTally) => {
      expect((await compiled(filter)).tally !== null).toBe(byTally);
      for (const isSealed of [false, true]) {
        if (isSealed) await sealAll(product);
        const { id, rowsExpected } = await started(owner, { filter });
        const text = await (await call(GET, id, ownerCookie)).text();
        expect(readCsv(text).length - 1).toBe(rowsExpected);
      }
    },
    60_000,
  );

  it("are not those of other gurus, nor what is recorded later", async () => {
    const of = { orgId: 1, filter: auditFilterInput.parse({}) };
    const asOf = "2999-01-01T00:00:00.000000Z";
    expect(await countForExport({ ...of, guruId, asOf })).toBe(1);
    const [past] = await product.admin<{ at: string; n: number }[]>`
      select to_char(percentile_disc(0.5) within group (order by occurred_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
        0 as n from audit_event where org_id = 1`;
    const [upTo] = await product.admin<{ n: number }[]>`
      select count(*)::int as n from audit_event
      where org_id = 1 and occurred_at < date_trunc('milliseconds', ${past?.at ?? ""}::timestamptz) + interval '1 millisecond'`;
    expect(await countForExport({ ...of, guruId: null, asOf: past?.at ?? "" })).toBe(upTo?.n);
  });

  it("are unknown where counting takes too long, and the export begins all the same", async () => {
    // A lock stands in for a log too large to be counted in time: counting waits for it, recording does not.
    const held = await product.admin.reserve();
    await held`begin`;
    await held`lock table audit_rollup in access exclusive mode`;
    try {
      const { id, rowsExpected } = await started(owner, { filter: { model: ["Integration"] } });
      expect(rowsExpected).toBeNull();
      expect((await exported()).at(-1)?.details).not.toHaveProperty("expectedRows");
      const status = await (await call(STATUS, id, ownerCookie)).json();
      expect(status).toMatchObject({ state: "pending", rowsExpected: null });
    } finally {
      await held`rollback`;
      held.release();
    }
  }, 30_000);
});
