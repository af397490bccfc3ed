import { describe, expect, it } from "vitest";
import { makeWord, makeWorkbook, packed } from "@/tests/support/documents/office";
import { makePdf } from "@/tests/support/documents/pdf";
import { ContentCheck } from "./content-check";
import { kindOfFile } from "./file-kinds";

/** What is found out about bytes that arrive in pieces of one length. */
function check(bytes: Buffer, length = bytes.length) {
  const checking = new ContentCheck();
  for (let at = 0; at < bytes.length; at += length) {
    const problem = checking.push(bytes.subarray(at, at + length));
    if (problem !== null) return { problem };
  }
  return checking.end();
}

const compound = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, ...Array<number>(504).fill(0)]);

describe("finding out what a file is", () => {
  it("goes by the bytes, however they arrive", () => {
    const word = makeWord([{ text: "A letter." }]);
    const excel = makeWorkbook({ Rates: [["Bank", "Rate"]] });
    const pdf = makePdf([["A page."]]);
    for (const length of [64, 100, 1_000_000]) {
      expect(check(word, length)).toEqual({ content: "WORD" });
      expect(check(excel, length)).toEqual({ content: "EXCEL" });
      expect(check(pdf, length)).toEqual({ content: "PDF" });
      expect(check(Buffer.from("Plain text, også på norsk."), length)).toEqual({ content: "text" });
    }
  });

  it("takes no archive that is neither, and no format of before 2007, and says what to do", () => {
    expect(check(packed({ "notes.txt": Buffer.from("text") }))).toEqual({
      problem: expect.stringContaining("Unpack it"),
    });
    expect(check(compound)).toEqual({ problem: expect.stringContaining("Save it as .docx or .xlsx") });
    const encrypted = Buffer.concat([compound, Buffer.from("EncryptedPackage", "utf16le")]);
    for (const length of [8, 100, 513, 10_000])
      expect(check(encrypted, length)).toEqual({
        problem: expect.stringContaining("protected by a password"),
      });
  });

  it("takes a name that says something else for a mistake, or worse", () => {
    expect(kindOfFile("a.PDF", "PDF")).toEqual({ kind: "PDF" });
    expect(kindOfFile("a.xlsx", "EXCEL")).toEqual({ kind: "EXCEL" });
    expect(kindOfFile("a.docx", "WORD")).toEqual({ kind: "WORD" });
    expect(kindOfFile("a.Markdown", "text")).toEqual({ kind: "MARKDOWN" });
    expect(kindOfFile("a.csv", "text")).toEqual({ kind: "FILE" });
    for (const [name, content] of [
      ["invoice.pdf", "text"],
      ["notes.md", "PDF"],
      ["rates.xlsx", "WORD"],
      ["letter.docx", "EXCEL"],
      ["letter.docx", "PDF"],
    ] as const)
      expect(kindOfFile(name, content)).toEqual({
        problem: expect.stringContaining("By its name this file is"),
      });
  });
});
