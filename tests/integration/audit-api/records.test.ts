import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyRows, openCopy } from "@/lib/audit/query/copy-stream";
import { emptyFilter } from "@/lib/audit/query/filter";
import { eventById, eventsPage, sequencesOf } from "@/lib/audit/query/pages";
import { toDefaultRecord, toFullRecord } from "@/lib/audit/query/row";
import { compileFilter, literalSql } from "@/lib/audit/query/where";
import { defaultRecordsSelect, openWholeLog } from "@/lib/audit/query/whole-log";
import { createSealer } from "@/lib/audit/seal/sealer";
import { sql } from "@/lib/db/client";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { insertEvents, variedEvents } from "../sealer/events-for-tests";

let product: TestProduct;
beforeAll(async () => {
  product = await createTestProduct();
});
afterAll(() => product.close());

const hostile = [
  "",
  "null",
  '"',
  "\\",
  "\\u0000",
  "\u0001\u0002\u001f",
  "a\nb\r\nc\td",
  "\u2028\u2029",
  "</script><!--",
  "\u202eevil\u200b",
  "🦊é\u0301",
  "'; drop table audit_event; --",
  "\\.",
  ",",
  "[",
  "]",
  "x".repeat(20_000),
  "\u2400",
  "NaN",
  "$1",
  "dollar{1}",
];
const whereAll = () => compileFilter({ orgId: 1, guruScope: null, filter: emptyFilter });

async function linesOf(stream: ReadableStream<Uint8Array>): Promise<string[]> {
  return (await new Response(stream).text()).split("\n").filter((line) => line !== "");
}

async function lines(select: string): Promise<string[]> {
  return linesOf((await openCopy({ copySql: copyRows(select) })).stream);
}

/** The records of the full view, as the API sends them. */
async function fullLines(): Promise<string[]> {
  const where = await whereAll();
  const options = { orgId: 1, where, view: "full", isLines: true, reader: "a reader" } as const;
  const copy = await openWholeLog({ ...options, afterSnapshot: async () => {} });
  if (!copy) throw new Error("another reads");
  return linesOf(copy.stream);
}

describe("a record", () => {
  it("is the same made by the database and made here, whatever its texts, sealed or not", async () => {
    const guru = "00000000-0000-7000-8000-0000000000a1";
    const events = hostile.map((text, i) => ({
      guru_id: i % 3 === 0 ? guru : null,
      guru_name: i % 3 === 0 ? text : null,
      guru_slug: i % 3 === 0 ? text : null,
      actor_email: i % 2 === 0 ? text : null,
      actor_type: i % 2 === 0 ? ("user" as const) : ("system" as const),
      ip: i % 4 === 0 ? "2001:db8::1" : i % 2 === 0 ? "203.0.113.9" : null,
      target_label: text,
      target_id: text,
      metadata: i % 2 === 0 ? { message: text } : null,
      changes: [{ field: text, before: null, after: [text, 9_007_199_254_740_991, true, { [text]: text }] }],
      details: { ["__proto__"]: text, a: { b: [] } },
      cause: i % 5 === 0 ? guru : null,
    }));
    await insertEvents(product.admin, events as never);
    const sealer = createSealer({ sealerUrl: product.database.urls.sealer, batch: 15 });
    expect(await sealer.sealOnce()).toBe(15);
    await sealer.stop();

    const where = await whereAll();
    const literal = await literalSql(sql(), where);
    const { rows } = await eventsPage({ where, limit: 100, cursor: null, direction: "older" });
    expect(rows).toHaveLength(hostile.length);
    const indexes = await sequencesOf({ orgId: 1 }, rows);
    expect(indexes.size).toBe(15);
    const plain = (value: unknown) => JSON.parse(JSON.stringify(value));
    const inDefault = (await lines(defaultRecordsSelect(literal))).map((line) => JSON.parse(line));
    expect(inDefault).toEqual(rows.map((row) => plain(toDefaultRecord(row))));
    expect(inDefault.map((r) => Object.keys(r))).toEqual(
      rows.map((row) => Object.keys(toDefaultRecord(row))),
    );
    const inFull = (await fullLines()).map((line) => JSON.parse(line));
    const ours = rows.map((row) => toFullRecord(row, indexes.get(row.id) ?? null));
    expect(inFull).toEqual(ours.map(plain));
    expect(inFull.map((r) => Object.keys(r))).toEqual(ours.map((r) => Object.keys(r)));
  });

  it("carries its sealed index across many closed tiles", async () => {
    await insertEvents(product.admin, variedEvents(3_000));
    const sealer = createSealer({ sealerUrl: product.database.urls.sealer });
    while ((await sealer.sealOnce()) > 0);
    await sealer.stop();
    const records = (await fullLines()).map((line) => JSON.parse(line) as { id: string; sequence: number });
    expect(records.map((r) => r.sequence).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 3_000 + hostile.length }, (_, i) => i),
    );
  });

  it("is found by its id within its scope alone", async () => {
    const where = await whereAll();
    const { rows } = await eventsPage({ where, limit: 3, cursor: null, direction: "older" });
    for (const row of rows) expect((await eventById(where, row.id))?.id).toBe(row.id);
    const [foreign] = await insertEvents(product.admin, [{ org_id: 2 }]);
    const guruOnly = await compileFilter({
      orgId: 1,
      guruScope: "00000000-0000-7000-8000-0000000000a1",
      filter: emptyFilter,
    });
    const [outside] = await insertEvents(product.admin, [{}]);
    const given: [typeof where, string | undefined][] = [
      [where, foreign?.id],
      [guruOnly, outside?.id],
      [where, "ffffffff-ffff-7fff-bfff-ffffffffffff"],
      [where, "00000000-0000-7000-8000-000000000000"],
      [where, "00000000-0000-4000-8000-000000000000"],
      [where, "nonsense"],
    ];
    for (const [scope, id] of given) expect(await eventById(scope, id ?? "")).toBeNull();
  });
});
