import { zipStream } from "../formats/zip-stream";
import { aboutTable, type Cell, type TablesContent, type TablesFormat } from "./content";

/** Excel takes a CSV file without it for the machine's old code page and spoils every accent. */
const byteOrderMark = "\uFEFF";

/** What spreadsheets and people overlook before the character that starts a formula. */
const formulaStart = /^[\s\u200b\u2060]*[=+\-@＝＋－＠]/u;

/**
 * A text as a cell of CSV (RFC 4180). One that a spreadsheet would take for a formula gets a leading apostrophe (OWASP, CSV
 * injection; full-width signs and leading blanks too); a dash alone stands for "none" and is no formula.
 */
export function csvCell(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const isFormula = cell !== "-" && (formulaStart.test(cell) || /^[\t\r\n]/.test(cell));
  const guarded = isFormula ? `'${cell}` : cell;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

const line = (cells: readonly Cell[]) => `${cells.map(csvCell).join(",")}\r\n`;

/** A zip of CSV files, one for each table, and `about.csv`. */
export const tablesAsCsv: TablesFormat = {
  extension: "zip",
  contentType: "application/zip",
  encode(content: TablesContent, meter) {
    return zipStream(async (zip) => {
      for (const table of [aboutTable(content), ...content.tables]) {
        const part = await zip.begin(`${table.key}.csv`);
        await part.write(Buffer.from(byteOrderMark + line(table.columns.map(({ header }) => header))));
        for await (const rows of table.batches) {
          if (rows.length > 0) await part.write(Buffer.from(rows.map(line).join("")));
          if (table.key !== "about") meter.rows += rows.length;
        }
        await part.end();
      }
      await zip.end();
    });
  },
};
