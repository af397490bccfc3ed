import { TextCheck } from "./text-check";

/** What the bytes of a file are, whatever its name says. */
export type FileContent = "text" | "PDF" | "EXCEL" | "WORD";

/** Some programs put a byte order mark or empty lines before it. */
const pdf = /^(\xef\xbb\xbf)?\s{0,1000}%PDF-/;
const zip = Buffer.from([0x50, 0x4b, 0x03, 0x04]);
const emptyZip = Buffer.from([0x50, 0x4b, 0x05, 0x06]);
/** An OLE compound file: Office's formats before 2007, and what encrypts the present ones. */
const compound = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);

/** Names that an archive has uncompressed before each part and in its directory; the first found tells what it is. */
const workbook = Buffer.from("xl/workbook.");
const document = Buffer.from("word/document");
const encrypted = Buffer.from("EncryptedPackage", "utf16le");

type Kind = "text" | "PDF" | "zip" | "compound";

/**
 * Tells, while the bytes arrive, what they are and whether they can be indexed.
 */
export class ContentCheck {
  readonly #text = new TextCheck();
  #kind: Kind | undefined;
  #office: "EXCEL" | "WORD" | undefined;
  #isEncrypted = false;
  /** The end of the piece before, as a name may lie across two. */
  #tail: Buffer = Buffer.alloc(0);

  /** @returns what is wrong, for the person, or null */
  push(bytes: Buffer): string | null {
    this.#kind ??= kindOf(bytes);
    if (this.#kind === "text") return this.#text.push(bytes);
    if (this.#kind === "PDF") return null;
    const seen = Buffer.concat([this.#tail, bytes]);
    if (this.#kind === "zip") this.#office ??= officeOf(seen);
    else this.#isEncrypted ||= seen.includes(encrypted);
    this.#tail = seen.subarray(-encrypted.length);
    return null;
  }

  /** @returns what the file is, or what is wrong, for the person */
  end(): { content: FileContent } | { problem: string } {
    if (this.#kind === "PDF") return { content: "PDF" };
    if (this.#kind === "zip") {
      if (this.#office) return { content: this.#office };
      return {
        problem:
          "This file is a ZIP archive without a Word document or an Excel workbook in it. Unpack it and upload its files.",
      };
    }
    if (this.#kind === "compound") {
      return {
        problem: this.#isEncrypted
          ? "This file is protected by a password. Save it without one and upload it again."
          : "This file has a format of Office before 2007. Save it as .docx or .xlsx and upload that.",
      };
    }
    const problem = this.#text.end();
    return problem === null ? { content: "text" } : { problem };
  }
}

function kindOf(head: Buffer): Kind {
  const begins = (sign: Buffer) => head.subarray(0, sign.length).equals(sign);
  if (pdf.test(head.toString("latin1", 0, 1_024))) return "PDF";
  if (begins(zip) || begins(emptyZip)) return "zip";
  return begins(compound) ? "compound" : "text";
}

function officeOf(bytes: Buffer): "EXCEL" | "WORD" | undefined {
  const excelAt = bytes.indexOf(workbook);
  const wordAt = bytes.indexOf(document);
  if (excelAt === -1 && wordAt === -1) return undefined;
  if (excelAt === -1) return "WORD";
  return wordAt === -1 || excelAt < wordAt ? "EXCEL" : "WORD";
}
