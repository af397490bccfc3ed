import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportFormats } from "@/lib/audit/export/formats/registry";
import type { ExportFormat } from "@/lib/audit/export/formats/format";
import { xlsx, xlsxFormat } from "@/lib/audit/export/formats/xlsx";
import { exportCondition } from "@/lib/audit/export/rows";
import { openCopy } from "@/lib/audit/query/copy-stream";
import { auditFilterInput } from "@/lib/audit/query/filter";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { type SeedEvent, seed } from "./harness";
import { readCsv, readXlsx } from "./read-files";

let product: TestProduct;
const guru = { id: "0192f0c1-0000-7000-8000-000000000001", slug: "payments", name: "Payments" };
const gone = { id: "0192f0c1-0000-7000-8000-000000000002", slug: "old", name: "=Old" };

const hostileLabels = [
  "=1+1",
  "+1",
  "-1",
  "@SUM(A1)",
  "\t=1",
  "\r=1",
  "  =1",
  "\u00a0\u200b=1",
  "＝1",
  "＋1",
  "－1",
  "＠1",
  "-",
  "'quoted",
  'say "hi", then\r\nleave\n',
  "a,b;c|d",
  "\u0001\u0008\u000b\u001f bell \u007f",
  "\u2400 NUL as stored",
  "\ufffe\uffff not characters",
  "\u202eevil\u202c bidi \u200d",
  "<b>&amp;</b> ]]> <!-- & -->",
  "_x0041_ _x000D_ _xD800_ _x41_",
  "  blanks around  ",
  "emoji 😀 and Ærøskøbing 漢字",
  "\\. \\N \\x01",
  "\\.",
  "",
];

const seeded: SeedEvent[] = [
  ...hostileLabels.map((label, i) => ({ label, guru: i % 2 === 0 ? guru : null })),
  { label: "by system", actorType: "system", email: null, model: "Integration", guru },
  { label: "by a stranger", actorType: "anonymous", email: null },
  { label: "by key", actorType: "api_key", email: "=owner@halden.example" },
  { label: "of a guru that is gone", guru: gone, actionType: "deleted" },
  {
    label: "long",
    changes: [{ field: "content", before: "b".repeat(10_000), after: "😀".repeat(2_500) }, { field: "more", before: null, after: "m".repeat(20_000) }],
  },
  { label: "astral", changes: [{ field: "content", before: null, after: "😀".repeat(30_000) }] },
  { label: "details", metadata: { message: 'line\n"quote" \u0001 <x>' }, details: { filters: { q: "=1" } }, actionType: "access" },
];

beforeAll(async () => {
  product = await createTestProduct();
  await product.admin`insert into retired_guru (id, org_id, slug, name) values (${gone.id}, 1, ${gone.slug}, ${gone.name})`;
  await seed(product, seeded);
  await product.admin`insert into organization (id, name) values (2, 'Another')`;
  await seed(product, [{ label: "foreign", orgId: 2, guru }]);
});
afterAll(() => product.close());

interface Made {
  bytes: Buffer;
  rows: number;
}

/** @param size in which the rows are cut up; by default as they come */
async function make(format: ExportFormat, filter: object = {}, guruId: string | null = null, size?: number): Promise<Made> {
  const view = { orgId: 1, global: guruId === null };
  const meter = { rows: 0 };
  const parts: Uint8Array[] = [];
  const rows = await rowsOf(format, filter, guruId);
  for await (const chunk of format.encode(size ? cutUp(rows, size) : rows, view, meter)) parts.push(chunk);
  return { bytes: Buffer.concat(parts), rows: meter.rows };
}

async function* cutUp(rows: AsyncIterable<Uint8Array>, size: number): AsyncIterable<Uint8Array> {
  for await (const chunk of rows) for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size);
}

async function rowsOf(format: ExportFormat, filter: object, guruId: string | null): Promise<AsyncIterable<Uint8Array>> {
  const where = await exportCondition({ orgId: 1, guruId, filter: auditFilterInput.parse(filter), asOf: "2999-01-01T00:00:00.000000Z" });
  const copy = await openCopy({
    copySql: format.copySql(where, { orgId: 1, global: guruId === null }),
    ...(format.plan ? { snapshotWork: format.plan } : {}),
  });
  return copy.stream;
}

interface Table {
  headers: string[];
  rows: string[][];
}

function tableOf(format: ExportFormat, { bytes }: Made): Table {
  if (format.id === "json") {
    const records = JSON.parse(bytes.toString("utf8")) as Record<string, unknown>[];
    return { headers: Object.keys(records[0] ?? {}), rows: records.map((r) => Object.values(r).map(String)) };
  }
  const all = format.id === "csv" ? readCsv(bytes.toString("utf8")) : (readXlsx(bytes)[0]?.rows ?? []);
  const [headers = [], ...rows] = all;
  return { headers: headers.map((h) => h.replace(/^\ufeff/, "")), rows };
}

function column(table: Table, format: ExportFormat, header: string, inJson: string): string[] {
  const at = table.headers.indexOf(format.id === "json" ? inJson : header);
  expect(at).toBeGreaterThanOrEqual(0);
  return table.rows.map((row) => row[at] ?? "");
}

/** What the product's table shows, asked of the database in other words. */
async function objects(condition = ""): Promise<string[]> {
  const rows = await product.admin.unsafe<{ target_label: string }[]>(
    `select target_label from audit_event where org_id = 1 and action = 'test.seeded' ${condition} order by occurred_at desc, id desc`,
  );
  return rows.map((r) => r.target_label);
}

/** Labels as each format shows them: with a guard, with pictures of what it cannot hold, or as they are. */
const shownBy: Record<ExportFormat["id"], (label: string) => string> = {
  json: (label) => label,
  csv: (label) => (/^[\t\r\n]|^[\s\u200b]*[=+\-@＝＋－＠]/.test(label) && label !== "-" ? `'${label}` : label),
  xlsx: (label) =>
    label
      .replace(/[\u0001-\u0008\u000b\u000c\u000e-\u001f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
      .replace(/[\ufffe\uffff]/g, "\ufffd")
      // The file has both characters; the reader makes one of them.
      .replace(/\r\n/g, "\n"),
};

describe.each(exportFormats.map((f) => [f.id, f] as const))("the format %s", (id, format) => {
  it("holds every event of the log, in its order, with hostile text intact or marked", async () => {
    const made = await make(format);
    const labels = await objects();
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
    const labels = await objects(condition);
    const table = tableOf(format, made);
    if (labels.length > 0) expect(column(table, format, "Object", "objectLabel")).toEqual(labels.map(shownBy[id]));
    expect(table.rows).toHaveLength(labels.length);
  });

  it("holds one guru's events alone in that guru's file", async () => {
    const made = await make(format, {}, guru.id);
    const labels = await objects(`and guru_id = '${guru.id}'`);
    expect(labels.length).toBeGreaterThan(5);
    expect(column(tableOf(format, made), format, "Object", "objectLabel")).toEqual(labels.map(shownBy[id]));
  });

  it("is a valid file when nothing matches", async () => {
    const made = await make(format, { model: ["Nothing"] });
    expect(made.rows).toBe(0);
    expect(tableOf(format, made).rows).toEqual([]);
    if (id !== "json") expect(tableOf(format, made).headers).toContain("Time (UTC)");
  });
});

const tables = exportFormats.filter((f) => f.id !== "json").map((f) => [f.id, f] as const);
const globalHeaders = ["Time (UTC)", "User", "IP Address", "Guru", "Model", "Action", "Operation", "Object", "Outcome", "Details"];

describe.each(tables)("the table in %s", (_id, format) => {
  it("has exactly the headers of the specification, and the Guru column in the global file alone", async () => {
    expect(tableOf(format, await make(format)).headers).toEqual(globalHeaders);
    expect(tableOf(format, await make(format, {}, guru.id)).headers).toEqual(globalHeaders.filter((h) => h !== "Guru"));
  });

  it("shows System without an address, Anonymous, a key as its owner, and a guru that is gone", async () => {
    const table = tableOf(format, await make(format));
    const row = (label: string) => table.rows.find((r) => r[7] === label)?.slice(1, 7);
    const guard = format.id === "csv" ? "'" : "";
    expect(row("by system")).toEqual(["System", "-", "Payments", "Integration", "Updated", "SEEDED"]);
    expect(row("by a stranger")).toEqual(["Anonymous", "203.0.113.9", "-", "DataSource", "Updated", "SEEDED"]);
    expect(row("by key")?.[0]).toBe(`${guard}=owner@halden.example`);
    expect(row("of a guru that is gone")?.[2]).toBe(`${guard}=Old (deleted)`);
    expect(row("of a guru that is gone")?.[4]).toBe("Deleted");
  });

  it("writes times in UTC with milliseconds and the details as JSON", async () => {
    const table = tableOf(format, await make(format));
    expect(table.rows.every((r) => /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/.test(r[0] ?? ""))).toBe(true);
    const found = table.rows.find((r) => r[7] === "details");
    expect(JSON.parse(found?.[9] ?? "")).toEqual({
      changes: [],
      details: { filters: { q: "=1" } },
      metadata: { message: 'line\n"quote" \u0001 <x>' },
    });
  });
});

describe("the CSV file", () => {
  const format = exportFormats.find((f) => f.id === "csv") as ExportFormat;

  it("begins with a byte order mark, without which Excel spoils every accent, and ends its rows in CR LF", async () => {
    const { bytes } = await make(format);
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(bytes.subarray(-2).toString()).toBe("\r\n");
  });

  it("has no cell that a spreadsheet takes for a formula", async () => {
    const cells = tableOf(format, await make(format)).rows.flat();
    expect(cells.filter((c) => c !== "-" && /^[\s\u200b]*[=+\-@＝＋－＠]|^[\t\r]/.test(c))).toEqual([]);
  });
});

describe("the JSON file", () => {
  const format = exportFormats.find((f) => f.id === "json") as ExportFormat;

  it("is one array of records of the full view", async () => {
    const records = JSON.parse((await make(format)).bytes.toString("utf8")) as Record<string, unknown>[];
    const record = records.find((r) => r.objectLabel === "details");
    expect(Object.keys(record ?? {}).sort()).toEqual(
      ["id", "timestamp", "action", "actorId", "actorType", "targetId", "targetType", "sourcebotVersion", "metadata", "orgId", "operation"]
        .concat(["actionType", "model", "actorEmail", "ip", "guru", "objectLabel", "outcome", "changes", "details", "cause", "sequence"])
        .sort(),
    );
    expect(records.find((r) => r.objectLabel === "by system")).toMatchObject({ guru: { id: guru.id, slug: "payments", name: "Payments" }, ip: null });
  });
});

describe("the XLSX file", () => {
  it("has strings alone, and never a formula", async () => {
    const [sheet] = readXlsx((await make(xlsx)).bytes);
    expect(sheet?.rows.length).toBe(seeded.length + 1);
    expect(sheet?.odd).toEqual([]);
  });

  it("cuts a text at the 32,767 characters of a cell and says how long it was", async () => {
    const [sheet] = readXlsx((await make(xlsx)).bytes);
    const details = (label: string) => sheet?.rows.find((r) => r[7] === label)?.[9] ?? "";
    const whole = async (label: string) => {
      const rows = await product.admin<{ text: string }[]>`
        select '{"changes":' || changes::text || ',"details":{},"metadata":null}' as text from audit_event where target_label = ${label}`;
      return rows[0]?.text ?? "";
    };
    for (const label of ["long", "astral"]) {
      const text = await whole(label);
      const [begin, mark] = [details(label).slice(0, 10_000), details(label).slice(-40)];
      expect(text.length).toBeGreaterThan(32_767);
      expect(details(label).length).toBeLessThanOrEqual(32_767);
      expect(details(label).isWellFormed()).toBe(true);
      expect(text.startsWith(begin)).toBe(true);
      expect(mark).toContain(`… [truncated, ${[...text].length} characters]`);
    }
  });

  it.each([2, 3, 12])("goes on to the next sheet after %i rows, each with its header", async (rowsPerSheet) => {
    const made = await make(xlsxFormat({ rowsPerSheet }));
    const sheets = readXlsx(made.bytes);
    const events = rowsPerSheet - 1;
    expect(made.rows).toBe(seeded.length);
    expect(sheets).toHaveLength(Math.ceil(seeded.length / events));
    expect(sheets.map((s) => s.name).slice(0, 2)).toEqual(["Audit log", "Audit log 2"]);
    expect(sheets.every((s) => s.rows[0]?.join() === globalHeaders.join())).toBe(true);
    expect(sheets.slice(0, -1).every((s) => s.rows.length === rowsPerSheet)).toBe(true);
    const labels = sheets.flatMap((s) => s.rows.slice(1).map((r) => r[7]));
    expect(labels).toEqual((await objects()).map(shownBy.xlsx));
  });

  it("goes on to the next sheet before a part grows past what every reader of zips takes", async () => {
    const sheets = readXlsx((await make(xlsxFormat({ bytesPerSheet: 4_000 }), {}, null, 500)).bytes);
    expect(sheets.length).toBeGreaterThan(3);
    expect(sheets.flatMap((s) => s.rows.slice(1))).toHaveLength(seeded.length);
  });
});
