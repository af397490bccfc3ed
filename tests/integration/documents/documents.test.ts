import { describe, expect, it } from "vitest";
import { asSavedByExcel, withNotes } from "@/tests/support/documents/further-parts";
import { makeWord, makeWorkbook, packed, paragraphXml, wordParts } from "@/tests/support/documents/office";
import { makePdf } from "@/tests/support/documents/pdf";
import { indexed, passagesOf, product, withDocumentProduct } from "./document-harness";

withDocumentProduct();

describe("documents as sources", () => {
  it("reads a PDF page by page, and each passage names its page", async () => {
    const pages = Array.from({ length: 300 }, (_, n) => [
      `Chapter ${n + 1} of the payout handbook.`,
      `On day ${n + 1} the gateway (both halves) is closed.`,
    ]);
    const source = await indexed("handbook.pdf", makePdf(pages));
    expect(source).toMatchObject({ status: "SUCCESS", kind: "PDF", error: null, passages: 300 });
    const passages = await passagesOf(source.id);
    expect(passages.map((p) => p.locator)).toEqual(pages.map((_, n) => `page ${n + 1}`));
    expect(passages[41]?.content).toContain("On day 42 the gateway (both halves) is closed.");
    expect((await product.events("datasource.indexed")).at(-1)).toMatchObject({
      target_label: "PDF - handbook.pdf",
      details: { passages: 300 },
    });
  });

  it("reads a workbook sheet by sheet, with its rows named and its header beside them", async () => {
    const rows = Array.from({ length: 500 }, (_, n) => [`Bank ${n}`, n / 4, n % 2 === 0]);
    const source = await indexed(
      "rates.xlsx",
      makeWorkbook({
        Rates: [["Bank", "Rate", "Open"], ...rows],
        Notes: [["Rates are quoted each morning."]],
      }),
    );
    expect(source).toMatchObject({ status: "SUCCESS", kind: "EXCEL" });
    const passages = await passagesOf(source.id);
    expect(passages[0]?.locator).toMatch(/^Rates, rows 1–\d+$/);
    const last = passages.at(-2);
    expect(last).toMatchObject({ heading: "Rates", locator: expect.stringMatching(/–501$/) });
    expect(last?.content).toMatch(/^Bank \| Rate \| Open\n/);
    expect(last?.content).toContain("Bank 499 | 124.75 | FALSE");
    expect(passages.at(-1)).toMatchObject({
      heading: "Notes",
      locator: "Notes, row 1",
      content: "Rates are quoted each morning.",
    });
    // Every row is in a passage, and none is in two.
    const all = passages.map((p) => p.content).join("\n");
    for (let n = 0; n < 500; n++) expect(all.split(`Bank ${n} |`).length, `row ${n}`).toBe(2);
  });

  it("reads a Word document with its headings, lists and tables", async () => {
    const cell = (text: string) => `<w:tc>${paragraphXml({ text })}</w:tc>`;
    const table = `<w:tbl><w:tr>${cell("Region")}${cell("Day")}</w:tr><w:tr>${cell("North")}${cell("25th")}</w:tr></w:tbl>`;
    const heading = paragraphXml({ text: "Payouts", style: "Heading1" });
    const below = paragraphXml({ text: "Holidays", style: "Heading2" });
    const plain = paragraphXml({ text: "A payout on a holiday moves < one day." });
    const source = await indexed("payouts.docx", packed(wordParts(`${heading}${table}${below}${plain}`)));
    expect(source).toMatchObject({ status: "SUCCESS", kind: "WORD" });
    expect(await passagesOf(source.id)).toMatchObject([
      { heading: "Payouts", content: "Region | Day\nNorth | 25th" },
      { heading: "Payouts › Holidays", content: "A payout on a holiday moves < one day." },
    ]);
    // Those of headings too, so that a misspelt one is found.
    const words = await product.admin`select word from passage_word where data_source_id = ${source.id}`;
    expect(words.map(({ word }) => word)).toEqual(expect.arrayContaining(["holidays", "holiday", "north"]));
  });

  it("takes the text of a Word document for text, also where it looks like Markdown", async () => {
    const text = "# pip install handbook\n```\n# no heading either";
    const source = await indexed(
      "shell.docx",
      makeWord([
        { text: "Shell", style: "Heading1" },
        ...text.split("\n").map((line) => ({ text: line })),
        { text: "Later", style: "Heading1" },
      ]),
    );
    expect(await passagesOf(source.id)).toMatchObject([
      { heading: "Shell", content: text.replaceAll("\n", "\n\n") },
      { heading: "Later", content: "Later" },
    ]);
  });

  it("reads the notes of a Word document where they are referred to, each once", async () => {
    const reference =
      '<w:p><w:r><w:t>Paid daily.</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>';
    const note = (text: string) =>
      `<w:footnote w:id="2"><w:p><w:r><w:t>${text}</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p></w:footnote>`;
    const source = await indexed("notes.docx", withNotes(reference.repeat(2), note("Not on holidays.")));
    expect(source).toMatchObject({ status: "SUCCESS" });
    expect(await passagesOf(source.id)).toMatchObject([
      { content: "Paid daily. [Not on holidays.]\n\nPaid daily." },
    ]);
  });

  it("reads a workbook with pictures, printer settings and links to others, as Excel saves it", async () => {
    const source = await indexed(
      "saved.xlsx",
      asSavedByExcel(makeWorkbook({ Rates: [["Bank"], ["Nordea"]] })),
    );
    expect(source).toMatchObject({ status: "SUCCESS", error: null });
    expect(await passagesOf(source.id)).toMatchObject([
      { content: "Bank\nNordea", locator: "Rates, rows 1–2" },
    ]);
  });

  it("says of a PDF of pictures, and of empty documents, that there is no text", async () => {
    expect(await indexed("scan.pdf", makePdf([[], []]))).toMatchObject({
      status: "FAIL",
      error: expect.stringContaining("OCR"),
    });
    expect(await indexed("empty.docx", makeWord([{ text: " " }]))).toMatchObject({
      status: "FAIL",
      error: expect.stringContaining("no text"),
    });
    expect(await indexed("empty.xlsx", makeWorkbook({ Empty: [[]] }))).toMatchObject({
      status: "FAIL",
      error: expect.stringContaining("no text"),
    });
  });
});
