import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { lookIntoWorkbook } from "@/lib/features/excel-jobs/look-into-workbook";
import { done } from "@/tests/integration/gurus/guru-for-tests";
import { makeWorkbook, packed, withPart } from "@/tests/support/documents/office";
import { asEncrypted, withSize } from "@/tests/support/documents/zip-fields";
import { testRequest as request } from "@/tests/support/product";
import {
  answersOf,
  download,
  guru,
  jobOf,
  jobRow,
  member,
  product,
  questionnaire,
  rowsOf,
  run,
  send,
  withExcelProduct,
} from "./excel-harness";

withExcelProduct();

const first = { sheet: 0, headerRow: 1, questionColumn: 1, answerColumns: [2] };
const sheetPart = "xl/worksheets/sheet1.xml";
const plain = () => makeWorkbook({ Rates: [["Question"], ["How are backups made?"]] });

/** A workbook that is taken in, and refused with the reason both before a job is made of it and by the job. */
async function refused(bytes: Buffer, reason: string, chosen = first): Promise<void> {
  const { id: uploadId } = done(await send("hostile.xlsx", bytes));
  const input = { guru: guru.slug, uploadId, choices: chosen };
  const signal = new AbortController().signal;
  expect(await lookIntoWorkbook({ principal: member, request, input, signal })).toMatchObject({
    ...{ ok: false, code: "invalid", message: expect.stringContaining(reason) },
  });
  const id = await jobOf(bytes, chosen, "hostile.xlsx");
  await run(id);
  expect(await jobRow(id)).toMatchObject({
    state: "failed",
    reason: expect.stringContaining(reason),
    total: 0,
  });
}

describe("hostile workbooks", () => {
  it("refuses what is no .xlsx by its name or its content, before it is kept", async () => {
    for (const name of ["macros.xlsm", "old.xls", "binary.xlsb", "letter.docx", "table.csv", "a.xlsx.exe"])
      expect(await send(name, plain()), name).toMatchObject({
        ...{ ok: false, message: expect.stringContaining(".xlsx workbooks alone") },
      });
    expect(await send("text.xlsx", Buffer.from("Question\n"))).toMatchObject({
      ...{ ok: false, message: expect.stringContaining("plain text") },
    });
    expect(await send("large.xlsx", Buffer.alloc(20 * 1024 * 1024 + 1))).toMatchObject({
      ...{ ok: false, code: "too_large", message: expect.stringContaining("20 MB") },
    });
  });

  it("refuses macros, whatever the file is called", async () => {
    await refused(makeWorkbook({ S: [["Question"], ["Why?"]] }, "xlsm"), "holds macros");
  });

  it("refuses what is encrypted, lies about its sizes, declares entities, or has 2,000 parts", async () => {
    await refused(asEncrypted(plain(), sheetPart), "protected by a password");
    await refused(withSize(plain(), sheetPart, 10), "lies about the size");
    await refused(withSize(plain(), sheetPart, 9_000_000), "lies about the size");
    const entities = (xml: string) => xml.replace("<worksheet", '<!DOCTYPE w [<!ENTITY a "b">]><worksheet');
    await refused(withPart(plain(), sheetPart, entities), "XML entities");
    const many = Array.from({ length: 2_000 }, (_, n) => [`xl/media/p${n}.png`, Buffer.from("x")]);
    await refused(packed({ ...unzipSync(plain()), ...Object.fromEntries(many) }), "at most 1,000");
  });

  it("counts a ZIP bomb while it inflates", async () => {
    const parts = { ...unzipSync(plain()), "xl/bomb.xml": Buffer.alloc(300 * 1024 * 1024, " ") };
    await refused(packed(parts), "larger than 256 MB");
  }, 120_000);

  it("refuses a sheet whose cells cannot be found for certain", async () => {
    const twice = (xml: string) => xml.replace('<row r="2"', '<row r="1"');
    await refused(withPart(plain(), sheetPart, twice), "damaged");
    const elsewhere = (xml: string) => xml.replace("worksheets/sheet1.xml", "../../../etc/passwd");
    await refused(withPart(plain(), "xl/_rels/workbook.xml.rels", elsewhere), "damaged");
  });

  it("refuses more answers than a job takes", async () => {
    const rows = Array.from({ length: 5_001 }, (_, n) => [`Question ${n}?`]);
    await refused(makeWorkbook({ S: [["Question"], ...rows] }), "more than 5,000 answers");
  }, 60_000);

  it("goes through no empty rows, however far down a question says that it stands", async () => {
    const far = withPart(plain(), sheetPart, (xml) =>
      xml.replace('<row r="2"', '<row r="1048576"').replace('r="A2"', 'r="A1048576"'),
    );
    const id = await jobOf(far, first);
    await run(id);
    expect(await answersOf(id)).toMatchObject([{ sheet_row: 1_048_576, sheet_column: 2, state: "answered" }]);
    expect(done(await download(id)).bytes.length).toBeLessThan(far.length + 1_000);
  });

  it("takes names and texts for what they are, and keeps them where the database can hold them", async () => {
    const hostile = makeWorkbook({
      ["__proto__"]: [
        ["constructor", "=cmd()"],
        ["Backups \u202Egnirts of the journal?", null],
        ["<script>alert(1)</script> backups of the journal", null],
      ],
    });
    const id = await jobOf(hostile, first, "=cmd|' /C calc'!A0.xlsx");
    await run(id);
    expect(await jobRow(id)).toMatchObject({ state: "completed", sheet_name: "__proto__", answered: 2 });
    const rows = rowsOf(done(await download(id)).bytes, "__proto__");
    expect(rows.slice(1).map((row) => row[1])).toEqual([expect.any(String), expect.any(String)]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it("skips cells that are merged away, and writes into the corner of a merged one", async () => {
    const merged = withPart(
      makeWorkbook({
        S: [["Question"], ["Backups of the journal?"], ["Journal copies kept?"], ["Backups at night?"]],
      }),
      sheetPart,
      (xml) =>
        xml.replace(
          "</sheetData>",
          '</sheetData><mergeCells count="1"><mergeCell ref="B2:B3"/></mergeCells>',
        ),
    );
    const id = await jobOf(merged, first);
    await run(id);
    expect((await answersOf(id)).map((answer) => answer.sheet_row)).toEqual([2, 4]);
    expect(await jobRow(id)).toMatchObject({ total: 2, skipped_rows: 1 });
  });

  it("writes over nothing that looks empty and is not", async () => {
    const formula = withPart(plain(), sheetPart, (xml) =>
      xml.replace(/(<row r="2"[^>]*>.*?)<\/row>/, '$1<c r="B2" t="str"><f>IF(1,"","")</f><v></v></c></row>'),
    );
    const id = await jobOf(formula, first);
    await run(id);
    expect(await jobRow(id)).toMatchObject({ state: "completed", total: 0, skipped_rows: 1 });
  });

  it("keeps all that other programs put into a workbook", async () => {
    const parts = unzipSync(questionnaire());
    const rich = packed({
      ...parts,
      "xl/media/logo.png": Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2, 3]),
      "xl/drawings/drawing1.xml": Buffer.from("<xdr:wsDr xmlns:xdr='x'/>"),
      "customXml/item1.xml": Buffer.from("<note>kept</note>"),
    });
    const validated = withPart(rich, "xl/worksheets/sheet2.xml", (xml) =>
      xml
        .replace(
          "<sheetData>",
          '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" state="frozen"/></sheetView></sheetViews><sheetData>',
        )
        .replace(
          "</sheetData>",
          '</sheetData><dataValidations count="1"><dataValidation type="list" sqref="C2:C9"><formula1>"Yes,No"</formula1></dataValidation></dataValidations>',
        ),
    );
    const id = await jobOf(validated);
    await run(id);
    const [old, now] = [unzipSync(validated), unzipSync(done(await download(id)).bytes)];
    for (const [name, bytes] of Object.entries(old))
      if (name !== "xl/worksheets/sheet2.xml")
        expect(Buffer.from(now[name] ?? []).equals(bytes), name).toBe(true);
    const sheet = (files: Record<string, Uint8Array>) =>
      Buffer.from(files["xl/worksheets/sheet2.xml"] ?? []).toString();
    const withoutNew = sheet(now).replaceAll(/<c r="C(2|4)"[^>]*><is>.*?<\/is><\/c>/gs, "");
    expect(withoutNew).toBe(sheet(old));
    expect((await product.events("excel_job.completed")).length).toBeGreaterThan(0);
  });
});
