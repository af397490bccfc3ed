import { utils } from "xlsx";
import { asArchive, type OfficeParts } from "@/lib/platform/office/office-parts";
import { Unreadable } from "@/lib/platform/reading-apart/unreadable";
import {
  headerLength,
  mostSheets,
  previewColumns,
  previewLength,
  previewRows,
  type SheetOutline,
} from "./order";
import { readCells, rowsOf, shortText, textOfCell } from "./read-cells";
import { sheetParts } from "./sheet-parts";

/**
 * The sheets of a workbook that questions can stand in, with their first rows.
 * @throws Unreadable for a damaged one, or one with too many sheets
 */
export function* outline(parts: OfficeParts): Generator<SheetOutline> {
  const sheets = sheetParts(parts);
  if (sheets.length > mostSheets)
    throw new Unreadable(`This workbook has more than ${mostSheets} sheets. Split it into smaller ones.`);
  const workbook = readCells(asArchive(parts), { rows: previewRows });
  for (const [index, { name, part }] of sheets.entries()) {
    const sheet = workbook.Sheets[workbook.SheetNames[index] ?? ""];
    if (part === null || !sheet) continue;
    const range = sheet["!fullref"] ?? sheet["!ref"];
    const { e: last } = range ? utils.decode_range(range) : { e: { r: -1, c: -1 } };
    const preview = rowsOf(sheet)
      .slice(0, previewRows)
      .map(({ row, cells }) => {
        const texts = Array.from({ length: Math.min(cells.length, previewColumns) }, (_, column) =>
          shortText(textOfCell(cells[column]), previewLength),
        );
        return { row, texts };
      });
    yield {
      index,
      name: shortText(name.toWellFormed(), headerLength),
      rows: last.r + 1,
      columns: last.c + 1,
      preview,
    };
  }
}
