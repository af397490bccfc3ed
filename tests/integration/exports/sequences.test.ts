import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { json } from "@/lib/audit/export/formats/json";
import { emptyFilter } from "@/lib/audit/query/filter";
import { SealedSequences } from "@/lib/audit/query/sealed-sequences";
import { compileFilter, literalSql } from "@/lib/audit/query/where";
import { fullRecordsSelect } from "@/lib/audit/query/whole-log";
import { sql } from "@/lib/db/client";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { insertEvents, variedEvents } from "../sealer/events-for-tests";
import { seedMany } from "./harness";
import { make } from "./make-file";
import { sealAll } from "./sealing";

const unsealed = 40;
let product: TestProduct;
beforeAll(async () => {
  product = await createTestProduct();
  // In the order of time, against it, and in none: an event may be recorded long after its time, and late in its tile.
  await insertEvents(product.admin, variedEvents(2_500));
  await seedMany(product, 3_000, 1);
  await product.admin`select audit_make_partition(now() - d * interval '1 day') from generate_series(0, 5) d`;
  await product.admin`
    insert into audit_event (occurred_at, org_id, action, operation, action_type, model, outcome, actor_type, actor_id,
      target_type, target_id, target_label, version)
    select now() - (i * 7919 % 20011) * interval '20 seconds', 1, 'test.scattered', 'SCATTERED', 'access', 'Scattered', 'success', 'system',
      'system', 'user', 'x', 'scattered', '0'
    from generate_series(1, 6_000) i`;
  await sealAll(product);
  await insertEvents(product.admin, variedEvents(unsealed));
}, 120_000);
afterAll(() => product.close());

interface Exported {
  id: string;
  sequence: number | null;
}

async function exported(filter: object = {}, size?: number): Promise<Exported[]> {
  return JSON.parse((await make(json, filter, null, size)).bytes.toString("utf8")) as Exported[];
}

/** By id, read leaf by leaf. */
async function sealed(): Promise<Map<string, number>> {
  const rows = await product.admin<{ id: string; index: number }[]>`
    select encode(substring(events from g * 24 + 1 for 16), 'hex')::uuid::text as id, (tile * 1024 + g)::float8 as index
    from audit_tile cross join generate_series(0, 1023) g where org_id = 1
    union all select event_id::text, index::float8 from audit_seal_tail where org_id = 1`;
  return new Map(rows.map((row) => [row.id, row.index]));
}

describe("the sealed index in the JSON export", () => {
  it("is that of each event, in closed tiles and the open one, and null for what is not sealed", async () => {
    const indexes = await sealed();
    expect(indexes.size % 1_024).toBeGreaterThan(0);
    const records = await exported();
    expect(records).toHaveLength(indexes.size + unsealed);
    expect(records.filter((record) => record.sequence !== (indexes.get(record.id) ?? null))).toEqual([]);
    expect(records.filter((record) => record.sequence === null)).toHaveLength(unsealed);
    expect(await exported({}, 1_000)).toEqual(records);
  });

  it("is found for few events far apart, too", async () => {
    const indexes = await sealed();
    for (const filter of [{ model: ["Scattered"] }, { q: "source 29" }, { operation: ["LOGIN_SUCCESS"] }]) {
      const records = await exported(filter);
      expect(records.length).toBeGreaterThan(100);
      expect(records.filter((record) => record.sequence !== (indexes.get(record.id) ?? null))).toEqual([]);
    }
  });

  it("counts what was sealed after the rows were read as not sealed", async () => {
    const indexes = await sealed();
    const [id = "", index = 0] = [...indexes].find(([, at]) => at === 5_000) ?? [];
    const [found] = await product.admin<
      { at: Date }[]
    >`select occurred_at as at from audit_event where id = ${id}`;
    const ask = (size: number) =>
      new SealedSequences(sql(), 1, size).of({
        text: Buffer.from(id),
        ids: [0],
        msOf: () => found?.at.getTime() ?? 0,
      });
    expect(await ask(index + 1)).toEqual([index]);
    expect(await ask(index)).toEqual([null]);
  });

  it("costs the database one pass over the events and no join", async () => {
    const where = await compileFilter({ orgId: 1, guruScope: null, filter: emptyFilter });
    const select = fullRecordsSelect(await literalSql(sql(), where));
    const [explained] = await product.admin.unsafe<{ "QUERY PLAN": [{ Plan: PlanNode }] }[]>(
      `explain (analyze, format json) ${select}`,
    );
    const nodes = nodesOf(explained?.["QUERY PLAN"][0].Plan);
    const events = (await sealed()).size + unsealed;
    const scans = nodes.filter((node) => "Relation Name" in node);
    const read = scans.reduce((sum, node) => sum + node["Actual Rows"] * node["Actual Loops"], 0);
    expect(read).toBeGreaterThanOrEqual(events);
    expect(read).toBeLessThan(events * 1.1);
    expect(nodes.map((node) => node["Node Type"]).filter((type) => /Join|Nested|Hash/.test(type))).toEqual(
      [],
    );
  });
});

interface PlanNode {
  "Node Type": string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Relation Name"?: string;
  Plans?: PlanNode[];
}

function nodesOf(plan: PlanNode | undefined): PlanNode[] {
  return plan ? [plan, ...(plan.Plans ?? []).flatMap(nodesOf)] : [];
}
