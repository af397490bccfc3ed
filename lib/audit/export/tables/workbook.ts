import { closingParts, sheetHead, sheetPath, sheetTail } from "../formats/xlsx-parts";
import { type ZipPart, type ZipWriter, zipStream } from "../formats/zip-stream";
import {
  aboutTable,
  type Cell,
  type ExportTable,
  type RowMeter,
  type TablesContent,
  type TablesFormat,
} from "./content";

/** Rows of a sheet of Excel, the header among them. */
const excelRows = 1_048_576;
/** The most that a cell of Excel holds, in UTF-16 units, and what is kept of a longer text: the mark behind it then fits. */
const cellLimit = 32_767;
const kept = 32_700;

/**
 * Text as the XML of a cell: cut at Excel's limit, control characters that XML 1.0 cannot hold as their pictures, line
 * breaks as references. A literal `_x0041_` would be read as a character (ST_Xstring, ECMA-376 part 1, 22.9.2.19), so its
 * underscore is escaped.
 */
function xmlText(text: string): string {
  const shown =
    text.length > cellLimit
      ? `${text.slice(0, kept).toWellFormed()}… [truncated, ${text.length} characters]`
      : text;
  return (
    shown
      .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, "_x005F_")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, (c) =>
        String.fromCharCode(0x2400 + c.charCodeAt(0)),
      )
      .replace(/[\ufffe\uffff]/g, "\ufffd")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll("\r", "&#13;")
      .replaceAll("\n", "&#10;")
      .replaceAll("\t", "&#9;")
  );
}

/** A text is an inline string, never a formula; numbers are our own. */
function xmlCell(cell: Cell): string {
  if (cell === null) return "<c/>";
  if (typeof cell === "number") return `<c><v>${cell}</v></c>`;
  return `<c t="inlineStr"><is><t xml:space="preserve">${xmlText(cell)}</t></is></c>`;
}

/**
 * An Excel workbook with a sheet for each table, and one that says what it is of. A table that is longer than a sheet goes on
 * in the next.
 * @param rowsPerSheet the header among them; lowered by tests
 */
export function workbookFormat(rowsPerSheet = excelRows): TablesFormat {
  return {
    extension: "xlsx",
    contentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    encode(content: TablesContent, meter) {
      return zipStream(async (zip) => {
        const names: string[] = [];
        await writeTable(zip, names, aboutTable(content), rowsPerSheet, { rows: 0 });
        for (const table of content.tables) await writeTable(zip, names, table, rowsPerSheet, meter);
        for (const part of closingParts(names)) await zip.add(part.path, Buffer.from(part.xml));
        await zip.end();
      });
    },
  };
}

export const tablesAsWorkbook = workbookFormat();

async function writeTable(
  zip: ZipWriter,
  names: string[],
  table: ExportTable,
  rowsPerSheet: number,
  meter: RowMeter,
): Promise<void> {
  let ordinal = 0;
  const open = async (): Promise<ZipPart> => {
    ordinal += 1;
    names.push(ordinal === 1 ? table.title : `${table.title} ${ordinal}`);
    const part = await zip.begin(sheetPath(names.length));
    await part.write(Buffer.from(sheetHead(table.columns, names.length)));
    return part;
  };
  const close = async (part: ZipPart) => {
    await part.write(Buffer.from(sheetTail));
    await part.end();
  };
  // A table without rows still has its header.
  let part = await open();
  let room = rowsPerSheet - 1;
  for await (const batch of table.batches) {
    for (let rows = batch; rows.length > 0; ) {
      if (room === 0) {
        await close(part);
        part = await open();
        room = rowsPerSheet - 1;
      }
      const now = rows.slice(0, room);
      await part.write(Buffer.from(now.map((row) => `<row>${row.map(xmlCell).join("")}</row>\n`).join("")));
      room -= now.length;
      meter.rows += now.length;
      rows = rows.slice(now.length);
    }
  }
  await close(part);
}
