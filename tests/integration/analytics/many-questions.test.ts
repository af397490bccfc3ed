import { type SQL, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readDb } from "@/lib/db/client";
import { questionPage, sourcePage } from "@/lib/features/analytics/lists";
import { overviewOf } from "@/lib/features/analytics/overview";
import { periodOf } from "@/lib/features/analytics/period-rules";
import type { Interval } from "@/lib/features/analytics/schemas";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { guruOf } from "../gurus/guru-for-tests";

const isFull = process.env.GURULOG_TEST_FULL !== undefined;
/** Of the last twelve months and the twelve before, half each, so that a comparison reads all of them. */
const questions = isFull ? 2_000_000 : 60_000;
const rare = "zebra crossing";

let product: TestProduct;
let guru: { id: string };

beforeAll(async () => {
  product = await createTestProduct();
  const maintainer = await product.person("m.solberg@halden.example");
  guru = await guruOf(maintainer);
  const other = await guruOf(maintainer);
  await load(guru.id, questions);
  await load(other.id, questions / 20);
  await product.admin`vacuum analyze question`;
  await product.admin`vacuum analyze question_source`;
}, 600_000);
afterAll(() => product?.close());

/** As the product would keep them, without asking one by one. */
async function load(guruId: string, count: number): Promise<void> {
  await product.admin.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`
      insert into question (guru_id, door, text, answered, "references", duration_ms, outcome, created_at)
      select ${guruId}, (array['ui', 'api', 'widget', 'slack'])[1 + i % 4],
        case when i % 20000 = 7 then 'Where is the zebra crossing ' || i else 'How do I roll back the gateway, case ' || i end,
        case when i % 50 = 0 then 'no' else 'yes' end,
        json_build_array(md5((i % 400)::text)::uuid, md5((i % 37)::text)::uuid),
        50 + i % 900, case when i % 50 = 0 then 'nothing_found' else 'quoted' end,
        now() - i * (interval '730 days' / ${count}::float8)
      from generate_series(1, ${count}::int) i`;
    await tx`insert into question_source select s.* from question q, question_sources_of(q) s where q.guru_id = ${guruId}`;
  });
}

interface Plan {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Actual Rows": number;
  "Heap Fetches"?: number;
  "Rows Removed by Filter"?: number;
  Plans?: Plan[];
}

const scansOf = (plan: Plan): Plan[] => [
  ...(plan["Relation Name"]?.startsWith("question") || plan["Index Name"] ? [plan] : []),
  ...(plan.Plans ?? []).flatMap(scansOf),
];

/** How the database comes to the rows, besides the rows. */
function explaining() {
  const scans: Plan[] = [];
  const execute = async (query: SQL) => {
    const [row] = await readDb().execute<{ "QUERY PLAN": { Plan: Plan }[] }>(
      sql`explain (analyze, format json) ${query}`,
    );
    scans.push(...scansOf(row?.["QUERY PLAN"][0]?.Plan as Plan));
    return readDb().execute(query);
  };
  return { reader: { execute } as Parameters<typeof overviewOf>[0], scans };
}

const span = (interval: Interval) => periodOf({ interval }, Date.now(), "Europe/Oslo");
const timed = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
  const began = performance.now();
  return [await work(), performance.now() - began];
};

describe(`the analytics of ${questions.toLocaleString("en-US")} questions`, () => {
  it.each(["7d", "12m"] as const)("count the last %s from the indexes alone", async (interval) => {
    const { reader, scans } = explaining();
    await overviewOf(reader, { guruId: guru.id }, span(interval));
    expect(scans.length).toBeGreaterThanOrEqual(4);
    // Of the quoted sources half the table is asked for in a year: its rows are as narrow as those of its index.
    const isWide = (scan: Plan) => interval === "7d" || scan["Relation Name"] === "question";
    for (const scan of scans.filter(isWide))
      expect(scan).toMatchObject({ "Node Type": "Index Only Scan", "Heap Fetches": 0 });
  });

  it("show a page of questions, of the unanswered and of an older day by reading as many rows as it has", async () => {
    const { reader, scans } = explaining();
    const year = span("12m");
    const first = await questionPage(reader, { guruId: guru.id, unanswered: false }, year, undefined);
    await questionPage(reader, { guruId: guru.id, unanswered: true }, year, undefined);
    const old = `${new Date(Date.now() - 300 * 86_400_000).toISOString().slice(0, 23)}000Z_${first.rows[0]?.id}`;
    expect((await questionPage(reader, { guruId: guru.id, unanswered: false }, year, old)).rows).toHaveLength(
      50,
    );
    for (const scan of scans) {
      expect(scan["Index Name"]).toMatch(/^question_(asked|unanswered)$/);
      expect(scan["Actual Rows"] + (scan["Rows Removed by Filter"] ?? 0)).toBeLessThanOrEqual(60);
    }
  });

  it("find a rare text without reading the others", async () => {
    const { reader, scans } = explaining();
    const asked = { guruId: guru.id, unanswered: false, search: rare };
    const { rows } = await questionPage(reader, asked, span("12m"), undefined);
    expect(rows.length).toBe(Math.min(50, Math.ceil((questions / 2 - 7) / 20_000)));
    expect(scans.map((scan) => scan["Index Name"])).toContain("question_text_trigrams");
    for (const scan of scans) expect(scan["Rows Removed by Filter"] ?? 0).toBeLessThan(1_000);
  });

  it.runIf(isFull)("take moments", async () => {
    const tooLong: unknown[] = [];
    const measure = async (name: string, mostMs: number, work: () => Promise<unknown>) => {
      const [, ms] = await timed(work);
      console.log(`analytics, ${name}: ${Math.round(ms)} ms`);
      if (ms > mostMs) tooLong.push([name, ms]);
    };
    const all = { guruId: guru.id, unanswered: false };
    for (const [interval, mostMs] of [
      ["today", 200],
      ["30d", 500],
      ["12m", 5_000],
    ] as const)
      await measure(`figures of ${interval}`, mostMs, () => overviewOf(readDb(), all, span(interval)));
    await measure("a page of questions", 200, () => questionPage(readDb(), all, span("12m"), undefined));
    await measure("a rare text", 500, () =>
      questionPage(readDb(), { ...all, search: rare }, span("12m"), undefined),
    );
    await measure("a common text", 500, () =>
      questionPage(readDb(), { ...all, search: "gateway" }, span("12m"), undefined),
    );
    await measure("the sources", 4_000, () => sourcePage(readDb(), all, span("12m"), 1));
    await measure("deleting the guru", 12_000, () => product.admin`delete from guru where id = ${guru.id}`);
    expect(tooLong).toEqual([]);
  });
});
