import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import { utils, write } from "xlsx";

const xml = (text: string) => strToU8(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${text}`);
const relations = "http://schemas.openxmlformats.org/package/2006/relationships";
const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const wordNames = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** One paragraph of a Word document; `style` is the id of a style. */
export interface Paragraph {
  text: string;
  style?: "Heading1" | "Heading2";
}

/** The XML of a paragraph. */
export function paragraphXml({ text, style }: Paragraph): string {
  const look = style ? `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>` : "";
  return `<w:p>${look}<w:r><w:t xml:space="preserve">${escaped(text)}</w:t></w:r></w:p>`;
}

/** The parts of a Word document (ISO/IEC 29500); to be packed by `packed`. */
export function wordParts(body: string): Record<string, Uint8Array> {
  const heading = (level: number) =>
    `<w:style w:type="paragraph" w:styleId="Heading${level}"><w:name w:val="heading ${level}"/></w:style>`;
  return {
    "[Content_Types].xml": xml(
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>',
    ),
    "_rels/.rels": xml(
      `<Relationships xmlns="${relations}"><Relationship Id="r1" Type="${office}/officeDocument" Target="word/document.xml"/></Relationships>`,
    ),
    "word/_rels/document.xml.rels": xml(
      `<Relationships xmlns="${relations}"><Relationship Id="r1" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
    ),
    "word/styles.xml": xml(`<w:styles ${wordNames}>${heading(1)}${heading(2)}</w:styles>`),
    "word/document.xml": xml(`<w:document ${wordNames}><w:body>${body}</w:body></w:document>`),
  };
}

export function packed(parts: Record<string, Uint8Array>): Buffer {
  return Buffer.from(zipSync(parts, { level: 6 }));
}

export function makeWord(paragraphs: Paragraph[]): Buffer {
  return packed(wordParts(paragraphs.map(paragraphXml).join("")));
}

/** A workbook with these sheets, as SheetJS writes it. */
export function makeWorkbook(
  sheets: Record<string, unknown[][]>,
  bookType: "xlsx" | "xlsm" | "xlsb" = "xlsx",
): Buffer {
  const workbook = utils.book_new();
  for (const [name, rows] of Object.entries(sheets))
    utils.book_append_sheet(workbook, utils.aoa_to_sheet(rows), name);
  return write(workbook, { type: "buffer", bookType, compression: true }) as Buffer;
}

/** The archive with one of its parts changed as text. */
export function withPart(archive: Buffer, name: string, change: (text: string) => string): Buffer {
  const parts = unzipSync(archive);
  const part = parts[name];
  if (!part) throw new Error(`no part ${name}`);
  return packed({ ...parts, [name]: strToU8(change(strFromU8(part))) });
}
