import { describe, expect, it } from "vitest";
import {
  makeWord,
  makeWorkbook,
  packed,
  paragraphXml,
  withPart,
  wordParts,
} from "@/tests/support/documents/office";
import { firstFree, makePdf } from "@/tests/support/documents/pdf";
import { asEncrypted, withSize } from "@/tests/support/documents/zip-fields";
import { extract, indexed, passagesOf, product, send, withDocumentProduct } from "./document-harness";

withDocumentProduct();

/** A document that is taken in, fails, and says why on the source and in its event. */
async function fails(fileName: string, bytes: Buffer, reason: string): Promise<void> {
  const source = await indexed(fileName, bytes);
  expect(source).toMatchObject({ status: "FAIL", error: expect.stringContaining(reason), passages: 0 });
  expect((await product.events("datasource.index_failed")).at(-1)).toMatchObject({
    target_id: source.id,
    actor_type: "system",
    details: { message: source.error },
  });
  expect(await passagesOf(source.id)).toHaveLength(0);
}

const plain = () => wordParts(paragraphXml({ text: "A harmless sentence." }));
const documentPart = "word/document.xml";
const types = "[Content_Types].xml";

describe("hostile documents", () => {
  it("refuses what is not what its name says, before it is kept", async () => {
    const script = Buffer.from("#!/bin/sh\nrm -rf ~\n");
    for (const name of ["invoice.pdf", "rates.xlsx", "letter.docx"])
      expect(await send(name, script)).toMatchObject({
        ok: false,
        code: "invalid",
        message: expect.stringContaining("what is in it is plain text"),
      });
    expect(await send("letter.docx", makePdf([["A page."]]))).toMatchObject({
      ok: false,
      message: expect.stringContaining("what is in it is a PDF"),
    });
    expect(await send("macros.xlsm", makeWorkbook({ A: [["x"]] }))).toMatchObject({
      ok: false,
      message: expect.stringContaining("with macros"),
    });
  });

  it("runs no script of a PDF and quotes none", async () => {
    const bytes = makePdf([["The only page."]], {
      catalog: `/OpenAction ${firstFree(1)} 0 R /Names << /JavaScript << /Names [(a) ${firstFree(1)} 0 R] >> >>`,
      objects: ["<< /S /JavaScript /JS (app.alert\\('run'\\)) >>"],
    });
    const source = await indexed("script.pdf", bytes);
    expect(source).toMatchObject({ status: "SUCCESS", passages: 1 });
    expect((await passagesOf(source.id)).map((p) => p.content)).toEqual(["The only page."]);
  });

  it("counts a ZIP bomb while it inflates", async () => {
    const parts = { ...plain(), "word/settings.xml": Buffer.alloc(300 * 1024 * 1024, " ") };
    await fails("bomb.docx", packed(parts), "larger than 256 MB");
  }, 120_000);

  it("refuses parts that lie about their size, either way", async () => {
    const honest = packed(plain());
    await fails("short.docx", withSize(honest, documentPart, 10), "lies about the size");
    await fails("long.docx", withSize(honest, documentPart, 2_000_000), "lies about the size");
  });

  it("refuses 2,000 parts", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 2_000 }, (_, n) => [`word/media/p${n}.png`, Buffer.from("x")]),
    );
    await fails("many.docx", packed({ ...plain(), ...many }), "at most 1,000");
  });

  it("refuses macros, whatever the file is called", async () => {
    const word = { ...plain(), "word/vbaProject.bin": Buffer.from("macro") };
    await fails("macro.docx", packed(word), "holds macros");
    const rows = { Rates: [["Bank", 1]] };
    await fails("macro.xlsx", makeWorkbook(rows, "xlsm"), "holds macros");
    await fails("binary.xlsx", makeWorkbook(rows, "xlsb"), "binary workbook");
    const renamed = withPart(packed({ ...plain(), "word/a.png": Buffer.from("macro") }), types, (text) =>
      text.replace(
        "</Types>",
        '<Override PartName="/word/a.png" ContentType="application/vnd.ms-office.vbaProject"/></Types>',
      ),
    );
    await fails("renamed.docx", renamed, "holds macros");
  });

  it("refuses what is encrypted, in each of the formats", async () => {
    await fails("locked.docx", asEncrypted(packed(plain()), documentPart), "protected by a password");
    const id = "00".repeat(16);
    const locked = makePdf([["Secret."]], {
      objects: [`<< /Filter /Standard /V 1 /R 2 /O <${"ab".repeat(32)}> /U <${"cd".repeat(32)}> /P -4 >>`],
      trailer: `/Encrypt ${firstFree(1)} 0 R /ID [<${id}> <${id}>]`,
    });
    await fails("locked.pdf", locked, "protected by a password");
    const compound = Buffer.concat([
      Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
      Buffer.alloc(600),
      Buffer.from("EncryptedPackage", "utf16le"),
    ]);
    expect(await send("locked.xlsx", compound)).toMatchObject({
      ok: false,
      message: expect.stringContaining("protected by a password"),
    });
  });

  it("refuses XML entities, in UTF-8 and in UTF-16", async () => {
    const text = `<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><w>&b;</w>`;
    await fails("entities.docx", packed({ ...plain(), [documentPart]: Buffer.from(text) }), "XML entities");
    const wide = Buffer.from(`\ufeff${text}`, "utf16le");
    await fails("wide.docx", packed({ ...plain(), [documentPart]: wide }), "XML entities");
  });

  it("takes names like __proto__ for names", async () => {
    const source = await indexed(
      "proto.xlsx",
      makeWorkbook({ ["__proto__"]: [["polluted", "yes"]], constructor: [["Still text."]] }),
    );
    expect(source).toMatchObject({ status: "SUCCESS" });
    expect((await passagesOf(source.id)).map((p) => p.content)).toContain("Still text.");
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it("passes on little of a sheet's name, however long a file makes it", async () => {
    const workbook = makeWorkbook({ Rates: Array.from({ length: 500 }, (_, n) => [`Bank ${n}`, n]) });
    const long = `x${"😀".repeat(2_500_000)}`;
    const named = withPart(workbook, "xl/workbook.xml", (text) =>
      text.replace('name="Rates"', `name="${long}"`),
    );
    const pieces = await extract("EXCEL", named);
    expect(pieces.length).toBeGreaterThanOrEqual(10);
    for (const { heading, locator, note } of pieces) {
      expect(heading).toBe(`x${"😀".repeat(99)}\ufffd`);
      expect(locator).toContain(`${heading}, rows `);
      expect((locator?.length ?? 0) + note.length).toBeLessThan(300);
    }
    const lost = withPart(named, "xl/worksheets/sheet1.xml", () => "");
    await expect(extract("EXCEL", lost)).rejects.toThrow(
      /^The sheet “x(😀){99}\ufffd” of this workbook is damaged/u,
    );
  });

  it("goes through no empty rows, however far down a file says that its only row is", async () => {
    const honest = makeWorkbook({ Far: [["Header"], ["Far away."]] });
    const far = withPart(honest, "xl/worksheets/sheet1.xml", (text) =>
      text.replaceAll(/(r="A?)2"/g, '$14000000000"'),
    );
    const source = await indexed("far.xlsx", far);
    expect(source).toMatchObject({ status: "SUCCESS" });
    expect((await passagesOf(source.id)).map((p) => p.content).join("\n")).toContain("Far away.");
  });

  it("says of damaged files that they are damaged", async () => {
    const word = makeWord([{ text: "A sentence that is cut off." }]);
    await fails("cut.docx", word.subarray(0, word.length - 40), "damaged");
    await fails("cut.pdf", Buffer.from("%PDF-1.7\nnothing else"), "damaged");
    await fails(
      "broken.docx",
      packed({ ...plain(), [documentPart]: Buffer.from("<w:document><w:body>") }),
      "damaged",
    );
    const twice = packed({ ...plain(), "word/DOCUMENT.xml": Buffer.from("<x/>") });
    await fails("twice.docx", twice, "damaged");
    const elsewhere = packed({ ...plain(), "../outside.xml": Buffer.from("<x/>") });
    await fails("elsewhere.docx", elsewhere, "damaged");
  });

  it("ends what is nested without measure with a reason, and lives on", async () => {
    const depth = 20_000;
    const open = "<w:tbl><w:tr><w:tc>".repeat(depth);
    const close = "</w:tc></w:tr></w:tbl>".repeat(depth);
    const body = `${open}${paragraphXml({ text: "deep" })}${close}`;
    const source = await indexed("deep.docx", packed(wordParts(body)));
    expect(source.status === "SUCCESS" || (source.error ?? "").length > 20).toBe(true);
    expect(await indexed("after.docx", makeWord([{ text: "Still here." }]))).toMatchObject({
      status: "SUCCESS",
    });
  });
});
