import type { SheetOutline } from "@/lib/features/excel-jobs/schemas";
import { columnLetters } from "@/lib/platform/column-letters";
import type { Choices } from "./look-into";

/** Columns that are offered beside those with cells, for the answers. */
const further = 3;
/** Columns that are offered at most. */
const mostOffered = 60;

const questionWords = /question|requirement|control|query|ask/i;
const answerWords = /answer|response|reply|comment/i;

export interface ColumnOption {
  /** Counted from 1. */
  column: number;
  /** Its letters, and what its header says. */
  label: string;
}

/** The text in a row of a sheet's beginning; "" where it is not known. */
function textAt(sheet: SheetOutline, row: number, column: number): string {
  return sheet.preview.find((shown) => shown.row === row)?.texts[column - 1] ?? "";
}

/** The columns of a sheet, each with its header, and a few empty ones behind them. */
export function columnOptions(sheet: SheetOutline, headerRow: number): ColumnOption[] {
  return Array.from({ length: Math.min(sheet.columns + further, mostOffered) }, (_, index) => {
    const header = textAt(sheet, headerRow, index + 1);
    const letters = columnLetters(index + 1);
    return { column: index + 1, label: header === "" ? letters : `${letters} – ${header}` };
  });
}

/** What most likely is meant: the first row with cells, and the columns by their headers. */
export function guessChoices(sheet: SheetOutline): Choices {
  const headerRow = sheet.preview[0]?.row ?? 1;
  const headers = Array.from({ length: Math.min(sheet.columns, mostOffered) }, (_, index) =>
    textAt(sheet, headerRow, index + 1),
  );
  const question = headers.findIndex((header) => questionWords.test(header));
  const questionColumn = question === -1 ? 1 : question + 1;
  const answer = headers.findIndex(
    (header, index) => answerWords.test(header) && index !== questionColumn - 1,
  );
  const answerColumn =
    answer === -1 ? Math.min(Math.max(sheet.columns, questionColumn) + 1, mostOffered) : answer + 1;
  return { sheet: sheet.index, headerRow, questionColumn, answerColumns: [answerColumn] };
}
