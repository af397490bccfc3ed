import fc from "fast-check";
import { strFromU8, strToU8, unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { read, utils } from "xlsx";
import { makeWorkbook, packed, withPart } from "@/tests/support/documents/office";
import { propertyRuns } from "@/tests/support/property-runs";
import { type Fillings, filledWorkbook } from "./fill";

const sheetName = "xl/worksheets/sheet1.xml";
const rows = [
  ["Question", "Answer", "Note"],
  ["How are backups made?", null, "due"],
  ["Who may restore them?", "The owner", null],
  ["How long are they kept?", null, null],
];
const workbook = () => makeWorkbook({ Security: rows, Other: [["x"]] });

/** The cells of the first sheet as a spreadsheet library shows them. */
function cellsOf(file: Buffer, sheet = "Security") {
  const found = read(file, { type: "buffer" }).Sheets[sheet];
  if (!found) throw new Error("no sheet");
  return utils.sheet_to_json<(string | null)[]>(found, { header: 1, defval: null });
}

const formulasIn = (file: Buffer) =>
  Object.values(read(file, { type: "buffer" }).Sheets.Security ?? {}).filter(
    (cell) => typeof cell === "object" && "f" in cell,
  );

describe("filling a workbook", () => {
  it("puts texts into empty cells and leaves every other part byte for byte", async () => {
    const before = workbook();
    const after = await filledWorkbook(before, 0, [
      [2, 2, "Each night, to another site."],
      [4, 2, "Ninety days."],
    ]);
    expect(cellsOf(after)).toEqual([
      rows[0],
      ["How are backups made?", "Each night, to another site.", "due"],
      rows[2],
      ["How long are they kept?", "Ninety days.", null],
    ]);
    const [old, made] = [unzipSync(before), unzipSync(after)];
    expect(Object.keys(made)).toEqual(Object.keys(old));
    for (const [name, bytes] of Object.entries(old))
      if (name !== sheetName) expect(Buffer.from(made[name] ?? []).equals(bytes), name).toBe(true);
  });

  it("writes over nothing: a value, a formula and an error stay", async () => {
    const full = withPart(workbook(), sheetName, (xml) =>
      xml.replace(
        /(<row r="4"[^>]*>.*?)<\/row>/,
        '$1<c r="B4"><f>1+1</f><v>2</v></c><c r="C4" t="e"><v>#N/A</v></c></row>',
      ),
    );
    const after = await filledWorkbook(full, 0, [
      [3, 2, "x"],
      [4, 2, "x"],
      [4, 3, "x"],
    ]);
    expect(strFromU8(unzipSync(after)[sheetName] ?? new Uint8Array())).toBe(
      strFromU8(unzipSync(full)[sheetName] ?? new Uint8Array()),
    );
  });

  it("makes a formula, a link or markup of no text", async () => {
    const hostile = [
      "=1+1",
      "+cmd|' /C calc'!A0",
      "@SUM(A1)",
      "-2",
      '=HYPERLINK("https://evil.example")',
      '</t></is></c><c r="Z9"><f>1</f></c>',
      "]]>&lt;script&gt;",
      "_x003D_1+1",
      "_x0041_x0042_",
      "first\r\nsecond\tthird",
    ];
    for (const text of hostile) {
      const after = await filledWorkbook(workbook(), 0, [[2, 2, text]]);
      expect(cellsOf(after)[1]?.[1]).toBe(text.replaceAll("\r\n", "\n"));
      expect(formulasIn(after)).toEqual([]);
    }
  });

  it("gives back any text that a cell can hold", async () => {
    const allowed = /^(?:[^\p{Cc}\ufffe\uffff]|[\t\n])*$/u;
    const text = fc
      .string({ unit: "grapheme", maxLength: 60 })
      .filter((t) => allowed.test(t) && t.trim() === t && t !== "");
    await fc.assert(
      fc.asyncProperty(text, async (t) => {
        const after = await filledWorkbook(workbook(), 0, [[2, 2, t]]);
        expect(cellsOf(after)[1]?.[1]).toBe(t);
      }),
      { numRuns: propertyRuns(50) },
    );
  });

  it("shows what XML cannot hold, and cuts what is longer than a cell, saying so", async () => {
    const long = "😀".repeat(20_000);
    const after = await filledWorkbook(workbook(), 0, [
      [2, 2, "a\u0000b\u000bc\ud800\uffff"],
      [4, 2, long],
    ]);
    const cells = cellsOf(after);
    expect(cells[1]?.[1]).toBe("a␀b␋c\ufffd\ufffd");
    expect(cells[3]?.[1]).toMatch(/^(😀){16350}… \[cut, 40,000 characters\]$/u);
    expect(cells[3]?.[1]?.length).toBeLessThanOrEqual(32_767);
  });

  it("finds cells by any prefix, encoding and without references", async () => {
    const plain = `<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:dimension ref="A1:A2"/><x:cols><x:col min="2" max="3" style="1"/></x:cols><x:sheetData><x:row spans="1:1"><x:c t="inlineStr"><x:is><x:t>Question</x:t></x:is></x:c></x:row><!-- <row r="2"> --><x:row spans="1:1"><x:c t="inlineStr"><x:is><x:t>Why?</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>`;
    const parts = unzipSync(workbook());
    for (const xml of [
      strToU8(plain),
      Buffer.from(`\ufeff${plain}`, "utf16le"),
      Buffer.from(`\ufeff${plain}`),
    ]) {
      const file = packed({ ...parts, [sheetName]: xml });
      const after = unzipSync(await filledWorkbook(file, 0, [[2, 2, "Søk & finn"]]));
      const made = Buffer.from(after[sheetName] ?? []);
      const text = made[0] === 0xff ? made.toString("utf16le") : made.toString();
      expect(text).toBe(
        `${text.startsWith("\ufeff") ? "\ufeff" : ""}${plain}`
          .replace('ref="A1:A2"', 'ref="A1:B2"')
          .replace('<!-- <row r="2"> --><x:row spans="1:1">', '<!-- <row r="2"> --><x:row spans="1:2">')
          .replace(
            "Why?</x:t></x:is></x:c>",
            'Why?</x:t></x:is></x:c><x:c r="B2" s="1" t="inlineStr"><x:is><x:t xml:space="preserve">Søk &amp; finn</x:t></x:is></x:c>',
          ),
      );
    }
  });

  it("writes references where the sheet says that it is US-ASCII", async () => {
    const ascii = withPart(workbook(), sheetName, (xml) =>
      xml.replace(/<\?xml[^>]*\?>/, '<?xml version="1.0" encoding="US-ASCII"?>'),
    );
    const after = await filledWorkbook(ascii, 0, [[2, 2, "Søk 😀"]]);
    const made = Buffer.from(unzipSync(after)[sheetName] ?? []);
    expect(made.every((byte) => byte < 0x80)).toBe(true);
    expect(made.toString()).toContain('<t xml:space="preserve">S&#248;k &#128512;</t>');
    expect(cellsOf(after)[1]?.[1]).toContain("Søk");
    const lying = withPart(ascii, sheetName, (xml) => xml.replace("</sheetData>", "</sheetData><!-- ø -->"));
    await expect(filledWorkbook(lying, 0, [[2, 2, "x"]])).rejects.toThrow(/damaged/);
  });

  it("keeps the format of an empty cell, and takes a row's for a new one", async () => {
    const styled = withPart(workbook(), sheetName, (xml) =>
      xml
        .replace(/<row r="2"[^>]*>/, '<row r="2" s="3" customFormat="1">')
        .replace(/(<row r="4"[^>]*>.*?)<\/row>/, '$1<c r="B4" s="5"/></row>'),
    );
    const texts: Fillings = [
      [2, 2, "new"],
      [4, 2, "kept"],
    ];
    const xml = strFromU8(unzipSync(await filledWorkbook(styled, 0, texts))[sheetName] ?? new Uint8Array());
    expect(xml).toContain('<c r="B2" s="3" t="inlineStr">');
    expect(xml).toContain('<c r="B4" s="5" t="inlineStr">');
  });

  it("refuses a sheet whose rows or cells are out of order, doubled or missing", async () => {
    const changes: [RegExp, string][] = [
      [/<row r="3"/, '<row r="2"'],
      [/<row r="3"/, '<row r="1"'],
      [/<row r="3"/, '<row r="0"'],
      [/<row r="3"/, '<row r="1e3"'],
      [/<c r="A2"/, '<c r="A3"'],
      [/<c r="C2"/, '<c r="A2"'],
      [/<c r="C2"/, '<c r="XFE2"'],
      [/<\/sheetData>/, "</sheetData><sheetData></sheetData>"],
      [/<\/sheetData>/, ""],
      [/<\?xml[^>]*\?>/, '<?xml version="1.0" encoding="windows-1252"?>'],
    ];
    for (const [found, instead] of changes) {
      const broken = withPart(workbook(), sheetName, (xml) => xml.replace(found, instead));
      await expect(filledWorkbook(broken, 0, [[4, 2, "x"]]), String(found)).rejects.toThrow(/damaged/);
    }
    await expect(filledWorkbook(workbook(), 0, [[9, 2, "x"]])).rejects.toThrow(/damaged/);
    await expect(filledWorkbook(workbook(), 7, [[2, 2, "x"]])).rejects.toThrow(/damaged/);
  });
});
