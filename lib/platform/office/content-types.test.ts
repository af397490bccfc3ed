import { describe, expect, it } from "vitest";
import { hasMacroTypes } from "./content-types";

const open = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">';
const types = (content: string) => Buffer.from(`<?xml version="1.0"?>\n${open}${content}</Types>`);
const byEnding = (ending: string, type: string) => `<Default Extension="${ending}" ContentType="${type}"/>`;
const byName = (name: string, type: string) => `<Override PartName="${name}" ContentType="${type}"/>`;

const spreadsheet = "application/vnd.openxmlformats-officedocument.spreadsheetml";
const main = byName("/xl/workbook.xml", `${spreadsheet}.sheet.main+xml`);
const xml = byEnding("xml", "application/xml");
const workbook = ["[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"];
const vba = "application/vnd.ms-office.vbaProject";

describe("macros by the types of parts", () => {
  it("finds none in a workbook of Excel with printer settings, nor in one of LibreOffice", () => {
    const excel = types(byEnding("bin", `${spreadsheet}.printerSettings`) + xml + main);
    expect(hasMacroTypes(excel, [...workbook, "xl/printerSettings/printerSettings1.bin"])).toBe(false);
    const office = types(
      xml + byEnding("png", "image/png") + byName("/_rels/.rels", "application/xml") + main,
    );
    expect(hasMacroTypes(office, ["_rels/.rels", ...workbook])).toBe(false);
  });

  it("takes a type for nothing that no part has", () => {
    const binary = byEnding("bin", "application/vnd.ms-excel.sheet.binary.macroEnabled.main");
    expect(hasMacroTypes(types(binary + xml + main), workbook)).toBe(false);
    expect(hasMacroTypes(types(binary + xml + main), [...workbook, "xl/other.BIN"])).toBe(true);
  });

  it.each([
    [
      "a workbook that may have macros",
      byName("/xl/workbook.xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
      "xl/workbook.xml",
    ],
    [
      "a document that may have macros",
      byName("/word/document.xml", "application/vnd.ms-word.document.macroEnabled.main+xml"),
      "word/document.xml",
    ],
    ["macros under another name", byName("/XL/picture.png", vba), "xl/Picture.png"],
    ["macros by their ending", byEnding("BIN", vba), "xl/a.bin"],
    [
      "macros of Excel 4",
      byName("/xl/worksheets/sheet9.xml", "application/vnd.ms-excel.macrosheet+xml"),
      "xl/worksheets/sheet9.xml",
    ],
    [
      "macros by a name with a prefix",
      `<x:Default xmlns:x="y" Extension="a" ContentType="${vba}"/>`,
      "xl/b.a",
    ],
  ])("finds %s", (_, declared, name) => {
    expect(hasMacroTypes(types(xml + declared), [...workbook, name])).toBe(true);
  });

  it("finds them in UTF-16 too", () => {
    const little = Buffer.from(`\ufeff${open}${byEnding("bin", vba)}</Types>`, "utf16le");
    const big = Buffer.from(little).swap16();
    for (const bytes of [little, big]) expect(hasMacroTypes(bytes, ["a.bin"])).toBe(true);
  });

  it("refuses what cannot be read", () => {
    expect(() => hasMacroTypes(Buffer.from(`${open}<Default`), workbook)).toThrow();
    expect(() => hasMacroTypes(Buffer.from([0xc3, 0x28]), workbook)).toThrow();
  });
});
