import { giveBack } from "@/lib/audit/query/copy-stream";
import { exportColumns } from "./columns";
import { type ExportFormat, type ExportView, lineFeed, type RowMeter } from "./format";
import { rowsAsXml } from "./xlsx-cells";
import { closingParts, sheetHead, sheetPath, sheetTail } from "./xlsx-parts";
import { type ZipPart, type ZipWriter, zipStream } from "./zip-stream";

/** Rows of a sheet of Excel, the header among them. */
const excelRows = 1_048_576;
/** A part of 4 GiB would need the 64-bit form of the zip, which not every reader of workbooks takes for a part. */
const excelBytes = 3 * 1024 ** 3;

/**
 * A writer of its own that streams: the row's XML comes from the database, is zipped on the fly, and goes on to the next
 * sheet where Excel's rows end.
 * @param limits lowered by tests
 */
export function xlsxFormat(limits: { rowsPerSheet?: number; bytesPerSheet?: number } = {}): ExportFormat {
  const eventsPerSheet = (limits.rowsPerSheet ?? excelRows) - 1;
  const bytesPerSheet = limits.bytesPerSheet ?? excelBytes;
  return {
    id: "xlsx",
    label: "Excel (XLSX)",
    extension: "xlsx",
    contentType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    copySql: rowsAsXml,

    encode(rows, view, meter) {
      return zipStream((zip) => writeSheets(zip, rows, { view, meter, eventsPerSheet, bytesPerSheet }));
    },
  };
}

export const xlsx = xlsxFormat();

interface Writing {
  view: ExportView;
  meter: RowMeter;
  eventsPerSheet: number;
  bytesPerSheet: number;
}

async function writeSheets(zip: ZipWriter, rows: AsyncIterable<Uint8Array>, writing: Writing): Promise<void> {
  const { meter, eventsPerSheet, bytesPerSheet } = writing;
  const columns = exportColumns(writing.view);
  let ordinal = 0;
  let sheet: ZipPart | undefined;
  let events = 0;
  let bytes = 0;

  const put = async (chunk: Uint8Array) => {
    if (!sheet) {
      ordinal += 1;
      events = 0;
      bytes = 0;
      sheet = await zip.begin(sheetPath(ordinal));
      await sheet.write(Buffer.from(sheetHead(columns, ordinal)));
    }
    bytes += chunk.length;
    await sheet.write(chunk);
  };
  const close = async () => {
    await sheet?.write(Buffer.from(sheetTail));
    await sheet?.end();
    sheet = undefined;
  };

  for await (const chunk of rows) {
    let rest: Uint8Array = chunk;
    while (rest.length > 0) {
      const full = sheet !== undefined && bytes > bytesPerSheet;
      const taken = upToRow(rest, full ? 1 : eventsPerSheet - (sheet ? events : 0));
      await put(rest.subarray(0, taken.length));
      events += taken.rows;
      meter.rows += taken.rows;
      rest = rest.subarray(taken.length);
      if (events >= eventsPerSheet || (full && taken.rows > 0)) await close();
    }
    giveBack(chunk);
  }
  // An empty log still has its header; a full last sheet is followed by none.
  if (ordinal === 0) await put(new Uint8Array());
  await close();
  const names = Array.from({ length: ordinal }, (_, i) => (i === 0 ? "Audit log" : `Audit log ${i + 1}`));
  for (const part of closingParts(names)) await zip.add(part.path, Buffer.from(part.xml));
  await zip.end();
}

/** The part of a chunk that ends with the given number of rows, or the whole of it. */
function upToRow(chunk: Uint8Array, wanted: number): { length: number; rows: number } {
  let rows = 0;
  for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, at + 1)) {
    rows += 1;
    if (rows === wanted) return { length: at + 1, rows };
  }
  return { length: chunk.length, rows };
}
