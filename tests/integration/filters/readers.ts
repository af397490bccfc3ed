import { csv } from "@/lib/audit/export/formats/csv";
import { json } from "@/lib/audit/export/formats/json";
import { xlsx } from "@/lib/audit/export/formats/xlsx";
import { apiPage } from "@/lib/audit/query/api-page";
import { type AuditFilter, parseFilter } from "@/lib/audit/query/filter";
import { eventsPage } from "@/lib/audit/query/pages";
import { sealedPage } from "@/lib/audit/query/sealed-order";
import { type Compiled, compileFilter } from "@/lib/audit/query/where";
import { openWholeLog } from "@/lib/audit/query/whole-log";
import { globalAuditPage, guruAuditPage } from "@/lib/features/audit-log/queries";
import { testRequest } from "@/tests/support/product";
import { make, tableOf } from "../exports/make-file";
import type { AskedFilter } from "./filters-of";
import type { ManySidedLog } from "./many-sided-log";

/** A filter, parsed and compiled as the routes do. */
export interface Asked {
  filter: AuditFilter;
  where: Compiled;
  scope: AskedFilter["scope"];
}

export async function asked({ params, scope }: AskedFilter): Promise<Asked> {
  const parsed = parseFilter(new URLSearchParams(params));
  if (!parsed.ok) throw new Error(parsed.message);
  const { filter } = parsed;
  return { filter, scope, where: await compileFilter({ ...scopeOf(scope), filter }) };
}

const scopeOf = (scope: Asked["scope"]) => ({ orgId: 1, guruScope: scope?.id ?? null });

type Walk = "older" | "newer";

/** The page as a person walks it: from its newest page to the oldest by its links, or back. */
async function pageOf(log: ManySidedLog, { filter, scope }: Asked, cursor: string | null, walk: Walk) {
  const call = { principal: log.owner, request: testRequest };
  const input = { filter, [walk]: cursor };
  const page = scope
    ? await guruAuditPage.execute({ ...call, input: { ...input, slug: scope.slug } })
    : await globalAuditPage.execute({ ...call, input });
  if (!page.ok) throw new Error(page.message);
  return page.value;
}

export async function byPage(log: ManySidedLog, what: Asked): Promise<{ older: string[]; newer: string[] }> {
  const older: string[] = [];
  let page = await pageOf(log, what, null, "older");
  for (;;) {
    const { first } = await countsOf(page);
    if (first !== null && page.rows.length > 0 && first !== older.length + 1)
      throw new Error(`row ${older.length + 1} is called row ${first}`);
    older.push(...page.rows.map((row) => row.id));
    const next = placeIn(page.cursors.older, "older");
    if (!next) break;
    page = await pageOf(log, what, next, "older");
  }
  // The way back shows what stands above the last page.
  const newer = page.rows.map((row) => row.id);
  for (let at = placeIn(page.cursors.newer, "newer"); at; at = placeIn(page.cursors.newer, "newer")) {
    page = await pageOf(log, what, at, "newer");
    const above = page.rows.map((row) => row.id).filter((id) => !newer.includes(id));
    newer.unshift(...above);
  }
  return { older, newer };
}

const placeIn = (address: string | undefined, walk: Walk) =>
  address === undefined ? null : new URLSearchParams(address).get(walk);

/** The total that the page shows, the sum of the numbers over its chart, and that of its bars. */
export async function countsShown(log: ManySidedLog, what: Asked) {
  const { total, histogram } = await countsOf(await pageOf(log, what, null, "older"));
  const sumOf = (counts: typeof histogram.inRange) => Object.values(counts).reduce((sum, n) => sum + n, 0);
  const bars = histogram.days.reduce((sum, { counts }) => sum + sumOf(counts), histogram.earlier ?? 0);
  return { total, inRange: sumOf(histogram.inRange), bars, isWhole: histogram.exact };
}

async function countsOf(page: Awaited<ReturnType<typeof pageOf>>) {
  const counts = await page.counts;
  if (!counts) throw new Error("the page could not count");
  return counts;
}

/** The page's own reading, without what else a page shows. */
export async function byKeyset({ where }: Asked, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let cursor: { micros: string; id: string } | null = null;
  for (;;) {
    const page = await eventsPage({ where, limit, cursor, direction: "older" });
    ids.push(...page.rows.map((row) => row.id));
    const last = page.rows.at(-1);
    if (!page.more || !last) return ids;
    cursor = last;
  }
}

/** `page=1`, `page=2`, … of the API; each says the total. */
export async function byApiPages({ where, scope }: Asked, perPage: number) {
  const ids: string[] = [];
  const totals = new Set<number>();
  for (let offset = 0; ; offset += perPage) {
    const { rows, total } = await apiPage({ ...scopeOf(scope), where, offset, limit: perPage });
    ids.push(...rows.map((row) => row.id));
    totals.add(total);
    if (offset + perPage >= total) return { ids, totals: [...totals] };
  }
}

/**
 * `after=` from the oldest to the end of the sealed log. In this log expired events stand between the others, so that a
 * place may be one of theirs; as a client does, it goes on at the place that the answer names.
 */
export async function byCursor({ where, scope }: Asked, limit: number): Promise<string[]> {
  const ids: string[] = [];
  let from: bigint | null = null;
  for (;;) {
    const page = await sealedPage({ ...scopeOf(scope), where, from, limit });
    if (page.state === "beyond") throw new Error("beyond the end");
    if (page.state === "expired") {
      from = page.oldest;
      continue;
    }
    ids.push(...page.rows.map(({ row }) => row.id));
    if (page.rows.length < limit) return ids;
    from = page.next;
  }
}

/** The whole log, as an array or as lines. */
export async function byWholeLog(
  { where }: Asked,
  isLines: boolean,
  view: "default" | "full",
): Promise<string[]> {
  const reader = `${isLines} ${view}`;
  const copy = await openWholeLog({ orgId: 1, where, view, isLines, reader, afterSnapshot: async () => {} });
  if (!copy) throw new Error("busy");
  const text = await new Response(copy.stream).text();
  const records: { id: string }[] = isLines
    ? text
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line))
    : JSON.parse(text);
  return records.map((record) => record.id);
}

export async function byJsonExport({ filter, scope }: Asked): Promise<string[]> {
  const made = await make(json, filter, scope?.id ?? null);
  return (JSON.parse(made.bytes.toString("utf8")) as { id: string }[]).map((record) => record.id);
}

/** The rows of a table, told apart by the number in their details or by their time. */
export async function byTable(
  log: ManySidedLog,
  { filter, scope }: Asked,
  format: "csv" | "xlsx",
): Promise<string[]> {
  const made = { csv, xlsx }[format];
  const { headers, rows } = tableOf(made, await make(made, filter, scope?.id ?? null));
  const at = (header: string) => headers.indexOf(header);
  return rows.map((row) => {
    const { details } = JSON.parse(row[at("Details")] ?? "") as { details: { n?: number } };
    const mark = details.n === undefined ? row[at("Time (UTC)")] : String(details.n);
    return log.byMark.get(mark ?? "") ?? `no event ${mark}`;
  });
}

/** The condition itself over every row, without any index. */
export async function byPlainScan(log: ManySidedLog, { where }: Asked): Promise<string[]> {
  return log.product.admin.begin(async (tx) => {
    await tx`select set_config(s, 'off', true) from unnest(array['enable_indexscan', 'enable_indexonlyscan', 'enable_bitmapscan']) s`;
    const rows = await tx.unsafe<{ id: string }[]>(
      `select e.id from audit_event e where ${where.text} order by e.occurred_at desc, e.id desc`,
      where.params,
    );
    return rows.map((row) => row.id);
  });
}
