import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { csv } from "@/lib/audit/export/formats/csv";
import { json } from "@/lib/audit/export/formats/json";
import { xlsx, xlsxFormat } from "@/lib/audit/export/formats/xlsx";
import type { TestProduct } from "@/tests/support/product";
import { guru, hostileProduct, objects, seeded } from "./hostile-log";
import { make, shownBy, tableOf } from "./make-file";
import { readXlsx } from "./read-files";

let product: TestProduct;
beforeAll(async () => {
  product = await hostileProduct();
});
afterAll(() => product.close());

const tables = [csv, xlsx].map((f) => [f.id, f] as const);
const globalHeaders = [
  "Time (UTC)",
  "User",
  "IP Address",
  "Guru",
  "Model",
  "Action",
  "Operation",
  "Object",
  "Outcome",
  "Details",
];

describe.each(tables)("the table in %s", (_id, format) => {
  it("has exactly the headers of the specification, and the Guru column in the global file alone", async () => {
    expect(tableOf(format, await make(format)).headers).toEqual(globalHeaders);
    expect(tableOf(format, await make(format, {}, guru.id)).headers).toEqual(
      globalHeaders.filter((h) => h !== "Guru"),
    );
  });

  it("shows System without an address, Anonymous, a key as its owner, and a guru that is gone", async () => {
    const table = tableOf(format, await make(format));
    const row = (label: string) => table.rows.find((r) => r[7] === label)?.slice(1, 7);
    const guard = format.id === "csv" ? "'" : "";
    expect(row("by system")).toEqual(["System", "-", "Payments", "Integration", "Updated", "SEEDED"]);
    expect(row("by a stranger")).toEqual([
      "Anonymous",
      "203.0.113.9",
      "-",
      "DataSource",
      "Updated",
      "SEEDED",
    ]);
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
  it("begins with a byte order mark, without which Excel spoils every accent, and ends its rows in CR LF", async () => {
    const { bytes } = await make(csv);
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(bytes.subarray(-2).toString()).toBe("\r\n");
  });

  it("has no cell that a spreadsheet takes for a formula", async () => {
    const cells = tableOf(csv, await make(csv)).rows.flat();
    expect(cells.filter((c) => c !== "-" && /^[\s\u200b]*[=+\-@＝＋－＠]|^[\t\r]/.test(c))).toEqual([]);
  });
});

describe("the JSON file", () => {
  it("is one array of records of the full view", async () => {
    const records = JSON.parse((await make(json)).bytes.toString("utf8")) as Record<string, unknown>[];
    const record = records.find((r) => r.objectLabel === "details");
    expect(Object.keys(record ?? {}).sort()).toEqual(
      [
        "id",
        "timestamp",
        "action",
        "actorId",
        "actorType",
        "targetId",
        "targetType",
        "sourcebotVersion",
        "metadata",
        "orgId",
        "operation",
      ]
        .concat([
          "actionType",
          "model",
          "actorEmail",
          "ip",
          "guru",
          "objectLabel",
          "outcome",
          "changes",
          "details",
          "cause",
          "sequence",
        ])
        .sort(),
    );
    expect(records.find((r) => r.objectLabel === "by system")).toMatchObject({
      guru: { id: guru.id, slug: "payments", name: "Payments" },
      ip: null,
    });
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

  it.each([2, 3, 12])(
    "goes on to the next sheet after %i rows, each with its header",
    async (rowsPerSheet) => {
      const made = await make(xlsxFormat({ rowsPerSheet }));
      const sheets = readXlsx(made.bytes);
      const events = rowsPerSheet - 1;
      expect(made.rows).toBe(seeded.length);
      expect(sheets).toHaveLength(Math.ceil(seeded.length / events));
      expect(sheets.map((s) => s.name).slice(0, 2)).toEqual(["Audit log", "Audit log 2"]);
      expect(sheets.every((s) => s.rows[0]?.join() === globalHeaders.join())).toBe(true);
      expect(sheets.slice(0, -1).every((s) => s.rows.length === rowsPerSheet)).toBe(true);
      const labels = sheets.flatMap((s) => s.rows.slice(1).map((r) => r[7]));
      expect(labels).toEqual((await objects(product)).map(shownBy.xlsx));
    },
  );

  it("goes on to the next sheet before a part grows past what every reader of zips takes", async () => {
    const sheets = readXlsx((await make(xlsxFormat({ bytesPerSheet: 4_000 }), {}, null, 500)).bytes);
    expect(sheets.length).toBeGreaterThan(3);
    expect(sheets.flatMap((s) => s.rows.slice(1))).toHaveLength(seeded.length);
  });
});
