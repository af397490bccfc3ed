import fc from "fast-check";
import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { read, utils } from "xlsx";
import { propertyRuns } from "@/tests/support/property-runs";
import type { Cell, ExportTable, TablesContent, TablesFormat } from "./content";
import { csvCell, tablesAsCsv } from "./csv";
import { tablesAsJson } from "./json";
import { tablesAsWorkbook, workbookFormat } from "./workbook";

const table = (key: string, batches: Cell[][][]): ExportTable => ({
  key,
  title: key.toUpperCase(),
  columns: [
    { key: "text", header: "Text", width: 20 },
    { key: "number", header: "Number", width: 10 },
  ],
  batches,
});
const content = (...tables: ExportTable[]): TablesContent => ({
  about: [
    { key: "guru", label: "Guru", value: "=1+1" },
    { key: "search", label: "Filter: search", value: null },
  ],
  tables,
});

async function fileOf(format: TablesFormat, of: TablesContent): Promise<{ bytes: Buffer; rows: number }> {
  const meter = { rows: 0 };
  const chunks: Uint8Array[] = [];
  for await (const chunk of format.encode(of, meter)) chunks.push(chunk);
  return { bytes: Buffer.concat(chunks), rows: meter.rows };
}

const workbookOf = async (of: TablesContent, format = tablesAsWorkbook) =>
  read((await fileOf(format, of)).bytes, { cellFormula: true });

describe("a file of tables", () => {
  it("is one object as JSON, with what it is of, and an empty list for a table without rows", async () => {
    const of = content(table("a", [[], [["x", 1]], [], [["y", null]]]), table("b", []));
    const { bytes, rows } = await fileOf(tablesAsJson, of);
    expect(JSON.parse(bytes.toString())).toEqual({
      export: { guru: "=1+1", search: null },
      a: [
        { text: "x", number: 1 },
        { text: "y", number: null },
      ],
      b: [],
    });
    expect(rows).toBe(2);
  });

  it("is a zip of files as CSV, each table by its name, and one of what it is of", async () => {
    const { bytes, rows } = await fileOf(
      tablesAsCsv,
      content(table("a", [[['x, "y"\r\nz', 1.5]]]), table("b", [])),
    );
    const files = unzipSync(bytes);
    const text = (name: string) => Buffer.from(files[name] ?? []).toString();
    expect(Object.keys(files)).toEqual(["about.csv", "a.csv", "b.csv"]);
    expect(text("about.csv")).toBe("\uFEFFField,Value\r\nGuru,'=1+1\r\nFilter: search,\r\n");
    expect(text("a.csv")).toBe('\uFEFFText,Number\r\n"x, ""y""\r\nz",1.5\r\n');
    expect(text("b.csv")).toBe("\uFEFFText,Number\r\n");
    expect(rows).toBe(1);
  });

  it("has a sheet for each table in a workbook, texts as texts and numbers as numbers, and no formula", async () => {
    const book = await workbookOf(content(table("a", [[['=HYPERLINK("http://x")', 12]]]), table("b", [])));
    expect(book.SheetNames).toEqual(["About", "A", "B"]);
    expect(book.Sheets.A?.A2).toMatchObject({ t: "s", v: '=HYPERLINK("http://x")' });
    expect(book.Sheets.A?.B2).toMatchObject({ t: "n", v: 12 });
    expect(book.Sheets.About?.B2).toMatchObject({ t: "s", v: "=1+1" });
    for (const sheet of Object.values(book.Sheets))
      for (const cell of Object.values(sheet)) expect(Object(cell).f).toBeUndefined();
  });

  it("goes on in the next sheet where one is full", async () => {
    const rows = Array.from({ length: 7 }, (_, i): Cell[] => [`row ${i}`, i]);
    const book = await workbookOf(content(table("a", [rows.slice(0, 4), rows.slice(4)])), workbookFormat(4));
    expect(book.SheetNames).toEqual(["About", "A", "A 2", "A 3"]);
    const found = ["A", "A 2", "A 3"].flatMap((name) =>
      utils.sheet_to_json<Cell[]>(book.Sheets[name] ?? {}, { header: 1 }).slice(1),
    );
    expect(found).toEqual(rows);
  });

  it("says so where a text is longer than a cell of Excel", async () => {
    const book = await workbookOf(content(table("a", [[["x".repeat(40_000), 1]]])));
    const text = String(book.Sheets.A?.A2?.v);
    expect(text.length).toBeLessThanOrEqual(32_767);
    expect(text.endsWith("… [truncated, 40000 characters]")).toBe(true);
  });
});

describe("a text of whatever signs", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({
      unit: fc.constantFrom(
        "=",
        "+",
        "@",
        "-",
        " ",
        "\t",
        "\r",
        "\n",
        '"',
        ",",
        "'",
        "\u3000",
        "＝",
        "_x0041_",
        "_x0041_x0042_",
        "<&>",
        "\u0001",
        "a",
      ),
    }),
  );

  it("stands in a workbook as it is, but for what XML cannot hold", async () => {
    await fc.assert(
      fc.asyncProperty(text, async (written) => {
        const sent = written.toWellFormed();
        const book = await workbookOf(content(table("a", [[[sent, 0]]])));
        const shown = sent
          // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
          .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, (c) =>
            String.fromCharCode(0x2400 + c.charCodeAt(0)),
          )
          .replace(/[\ufffe\uffff]/g, "\ufffd");
        expect(String(book.Sheets.A?.A2?.v ?? "").replaceAll("\r\n", "\n")).toBe(
          shown.replaceAll("\r\n", "\n"),
        );
      }),
      { numRuns: propertyRuns(60) },
    );
  });

  it("begins no formula in CSV", () => {
    fc.assert(
      fc.property(text, (written) => {
        const cell = csvCell(written);
        const inside = cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell;
        expect([written, `'${written}`]).toContain(inside);
        if (inside !== "-") expect(/^[\s\u200b\u2060]*[=+\-@＝＋－＠]/u.test(inside)).toBe(false);
      }),
      { numRuns: propertyRuns(300) },
    );
  });
});
