import { type CellObject, read, type WorkSheet } from "xlsx";
import { Unreadable } from "@/lib/platform/reading-apart/unreadable";

/** The rows of a sheet that have cells, each with its number counted from 1 and its cells by their columns counted from 0. */
export interface CellRow {
  row: number;
  cells: (CellObject | undefined)[];
}

/**
 * A workbook as SheetJS reads it, cells as they are shown.
 * @param only the sheet to be read, counted from 0; all by default
 * @param rows to be read of each, at most
 * @throws Unreadable when it cannot be read
 */
export function readCells(archive: Buffer, { only, rows }: { only?: number; rows?: number } = {}) {
  try {
    return read(archive, {
      ...{ type: "buffer", dense: true, cellHTML: false, bookVBA: false },
      ...(only === undefined ? {} : { sheets: only }),
      ...(rows === undefined ? {} : { sheetRows: rows }),
    });
  } catch {
    throw new Unreadable(
      "This workbook is damaged and cannot be read. Open it in Excel, save it anew as .xlsx and upload that.",
    );
  }
}

/** A file may number its only row 4,000,000,000: empty ones are not gone through. */
export function rowsOf(sheet: WorkSheet): CellRow[] {
  const rows = (sheet as { "!data"?: CellRow["cells"][] })["!data"] ?? [];
  return Object.entries(rows)
    .map(([at, cells]) => ({ row: Number(at) + 1, cells }))
    .filter(({ row }) => Number.isSafeInteger(row) && row >= 1);
}

/** What a cell shows. */
export function textOfCell(cell: CellObject | undefined): string {
  if (!cell) return "";
  return (cell.w ?? (cell.v === undefined ? "" : String(cell.v))).toWellFormed().trim();
}

/** On one line, and cut. */
export function shortText(text: string, length: number): string {
  const line = text
    .slice(0, length * 4)
    .replaceAll(/\s+/g, " ")
    .slice(0, length);
  return line.isWellFormed() ? line : line.slice(0, -1);
}
