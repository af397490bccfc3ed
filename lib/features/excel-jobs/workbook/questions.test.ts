import { strToU8, unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { read, utils, write } from "xlsx";
import { officeParts } from "@/lib/platform/office/office-parts";
import { Unreadable } from "@/lib/platform/reading-apart/unreadable";
import { makeWorkbook, packed, withPart } from "@/tests/support/documents/office";
import { withOffsetOf } from "@/tests/support/documents/zip-fields";
import { filledWorkbook } from "./fill";
import { sheetQuestions } from "./questions";
import { workbookPieces } from "./workbook-pieces";

const sheetPart = "xl/worksheets/sheet1.xml";
const stringsPart = "xl/sharedStrings.xml";
const choices = { sheet: 0, headerRow: 1, questionColumn: 1, answerColumns: [2] };

/** A workbook whose cells share their texts, as Excel writes it. */
function withSharedStrings(rows: unknown[][]): Buffer {
  const workbook = utils.book_new();
  utils.book_append_sheet(workbook, utils.aoa_to_sheet(rows), "S");
  return write(workbook, { type: "buffer", bookType: "xlsx", bookSST: true }) as Buffer;
}
const asked = async (file: Buffer) => sheetQuestions(await officeParts(file), choices);
const cellOf = (file: Buffer, reference: string) => read(file, { type: "buffer" }).Sheets.S?.[reference];

const questionnaire = () =>
  withSharedStrings([
    ["Question", "Answer"],
    ["Why?", "Because."],
    ["How?", null],
    ["", ""],
  ]);

describe("which cells are empty", () => {
  it("takes a text that its format hides for a text", async () => {
    const hidden = packed({
      ...unzipSync(withPart(questionnaire(), sheetPart, (xml) => xml.replace('r="B2"', 'r="B2" s="1"'))),
      "xl/styles.xml": strToU8(
        '<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode=";;;"/></numFmts><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="164" applyNumberFormat="1"/></cellXfs></styleSheet>',
      ),
    });
    expect(cellOf(hidden, "B2")).toMatchObject({ v: "Because.", w: "" });
    expect(await asked(hidden)).toMatchObject({ questions: 2, rowsToSkip: 1, rows: [{ row: 3 }] });
    const after = await filledWorkbook(hidden, 0, [[2, 2, "Overwritten."]]);
    expect(cellOf(after, "B2")).toMatchObject({ v: "Because." });
  });

  it("fills a cell whose shared text is empty, and leaves one that leads to none", async () => {
    const shared = (index: number) =>
      withPart(questionnaire(), sheetPart, (xml) =>
        xml.replace(/(<row r="3"[^>]*>.*?)<\/row>/, `$1<c r="B3" t="s"><v>${index}</v></c></row>`),
      );
    const strings = unzipSync(questionnaire())[stringsPart] ?? new Uint8Array();
    const empty =
      Buffer.from(strings)
        .toString()
        .split("<si>")
        .findIndex((si) => /^<t[^>]*(\/>|><\/t>)/.test(si)) - 1;
    expect(empty).toBeGreaterThanOrEqual(0);
    const after = await filledWorkbook(shared(empty), 0, [[3, 2, "So."]]);
    expect(cellOf(after, "B3")).toMatchObject({ v: "So." });
    expect((await asked(shared(empty))).rows).toMatchObject([{ row: 3 }]);
    await expect(asked(shared(999))).rejects.toThrow(/damaged/);
    const left = await filledWorkbook(shared(999), 0, [[3, 2, "So."]]);
    expect(Buffer.from(unzipSync(left)[sheetPart] ?? []).toString()).toContain("<v>999</v>");
  });

  it("refuses shared texts that the library counts or reads otherwise", async () => {
    expect((await asked(questionnaire())).rows).toMatchObject([{ row: 3, question: "How?" }]);
    const shifted = withPart(questionnaire(), stringsPart, (xml) => xml.replace("<si>", "<si/><si>"));
    await expect(asked(shifted)).rejects.toThrow(/programs read differently/);
    const otherwise = withPart(questionnaire(), stringsPart, (xml) =>
      xml.replace(/<si><t[^>]*>How\?<\/t>/, '<si><t/><phoneticPr fontId="1"/>'),
    );
    await expect(asked(otherwise)).rejects.toThrow(/programs read differently/);
    const rich = withPart(questionnaire(), stringsPart, (xml) =>
      xml.replace(
        /<si><t[^>]*>How\?<\/t>/,
        '<si><r><t xml:space="preserve">How </t></r><r><rPr><b/></rPr><t>much_x003F_</t></r><rPh sb="0" eb="1"><t>x</t></rPh>',
      ),
    );
    expect((await asked(rich)).rows).toMatchObject([{ row: 3, question: "How much?" }]);
  });

  it("leaves the cells that an array formula shows in, whether they are in the sheet or not", async () => {
    const file = withPart(
      makeWorkbook({ S: [["Question"], ["One?"], ["Two?"], ["Three?"], ["Four?"]] }),
      sheetPart,
      (xml) =>
        xml
          .replace(
            /(<row r="2"[^>]*>.*?)<\/row>/,
            '$1<c r="B2"><f t="array" ref="B2:B4">A2:A4</f><v>1</v></c></row>',
          )
          .replace(/(<row r="3"[^>]*>.*?)<\/row>/, '$1<c r="B3"/></row>'),
    );
    expect(await asked(file)).toMatchObject({ questions: 4, rowsToSkip: 3, rows: [{ row: 5 }] });
    const texts = [2, 3, 4, 5].map((row): [number, number, string] => [row, 2, "x"]);
    const after = Buffer.from(unzipSync(await filledWorkbook(file, 0, texts))[sheetPart] ?? []).toString();
    expect(after.match(/t="inlineStr"><is><t[^>]*>x</g)).toHaveLength(1);
    expect(after).toContain('<c r="B3"/>');
  });
});

describe("an archive that answers cannot be put into", () => {
  it("is refused before the first question is asked", async () => {
    const parts = unzipSync(questionnaire());
    const file = packed({ ...parts, "xl/media/a.png": strToU8("a"), "xl/media/b.png": strToU8("b") });
    const same = withOffsetOf(file, "xl/media/a.png", "xl/media/b.png");
    for (const bytes of [same, withOffsetOf(file, "xl/media/a.png", sheetPart)]) {
      expect((await asked(bytes)).rows).toHaveLength(1);
      await expect(workbookPieces({ task: "questions", choices }, bytes).next()).rejects.toThrow(Unreadable);
    }
    await expect(workbookPieces({ task: "questions", choices }, file).next()).resolves.toMatchObject({
      value: { questions: 2 },
    });
  });
});

describe("what the process that reads a workbook sends", () => {
  it("counts rows that are filled, and sends the others alone", async () => {
    const filled = Array.from({ length: 20_000 }, (_, n) => [`Question ${n}?`, "Known."]);
    const file = makeWorkbook({ S: [["Question", "Answer"], ...filled, ["Last?", null]] });
    const pieces = [];
    for await (const piece of workbookPieces({ task: "questions", choices }, file)) pieces.push(piece);
    expect(pieces).toMatchObject([
      { questions: 20_001, rowsToSkip: 20_000 },
      { rows: [{ row: 20_002, question: "Last?" }] },
    ]);
    expect(JSON.stringify(pieces).length).toBeLessThan(500);
  });
});
