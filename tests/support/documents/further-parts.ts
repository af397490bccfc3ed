import { strFromU8, strToU8, unzipSync } from "fflate";
import { packed, wordParts } from "./office";

const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const packageNames = "http://schemas.openxmlformats.org/package/2006/relationships";
const spreadsheet = "application/vnd.openxmlformats-officedocument.spreadsheetml";

type Parts = Record<string, Uint8Array>;

/** Puts a text before the end of a part's root element. */
function append(parts: Parts, name: string, root: string, text: string): void {
  const part = parts[name];
  if (!part) throw new Error(`no part ${name}`);
  parts[name] = strToU8(strFromU8(part).replace(`</${root}>`, `${text}</${root}>`));
}

const relation = (id: string, type: string, target: string) =>
  `<Relationship Id="${id}" Type="${office}/${type}" Target="${target}"/>`;

/** A Word document with footnotes. */
export function withNotes(body: string, notes: string): Buffer {
  const parts = wordParts(body);
  const names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
  parts["word/footnotes.xml"] = strToU8(`<w:footnotes ${names}>${notes}</w:footnotes>`);
  append(
    parts,
    "word/_rels/document.xml.rels",
    "Relationships",
    relation("r9", "footnotes", "footnotes.xml"),
  );
  return packed(parts);
}

/** A workbook with what Excel puts beside the sheets: printer settings, a picture, a link to another workbook. */
export function asSavedByExcel(workbook: Buffer): Buffer {
  const parts: Parts = unzipSync(workbook);
  const types = "[Content_Types].xml";
  const declared = strFromU8(parts[types] ?? new Uint8Array());
  const printer = `<Default Extension="bin" ContentType="${spreadsheet}.printerSettings"/>`;
  parts[types] = strToU8(declared.replace(/<Default Extension="bin"[^>]*>/, printer));
  append(
    parts,
    types,
    "Types",
    `<Override PartName="/xl/externalLinks/externalLink1.xml" ContentType="${spreadsheet}.externalLink+xml"/><Override PartName="/xl/drawings/drawing1.xml" ContentType="application/vnd.openxmlformats-officedocument.drawing+xml"/>`,
  );
  append(
    parts,
    "xl/_rels/workbook.xml.rels",
    "Relationships",
    relation("r99", "externalLink", "externalLinks/externalLink1.xml"),
  );
  const ofSheet =
    relation("r1", "drawing", "../drawings/drawing1.xml") +
    relation("r2", "printerSettings", "../printerSettings/printerSettings1.bin");
  const drawing = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing";
  Object.assign(parts, {
    "xl/externalLinks/externalLink1.xml": strToU8(
      '<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>',
    ),
    "xl/worksheets/_rels/sheet1.xml.rels": strToU8(
      `<Relationships xmlns="${packageNames}">${ofSheet}</Relationships>`,
    ),
    "xl/drawings/drawing1.xml": strToU8(`<xdr:wsDr xmlns:xdr="${drawing}"/>`),
    "xl/media/image1.png": Buffer.from("89504e470d0a1a0a", "hex"),
    "xl/printerSettings/printerSettings1.bin": Buffer.alloc(64, 1),
  });
  return packed(parts);
}
