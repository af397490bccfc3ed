import type { CellObject, Range } from "xlsx";
import { asArchive, type OfficeParts } from "@/lib/platform/office/office-parts";
import { Unreadable } from "@/lib/platform/reading-apart/unreadable";
import { headerLength, mostAnswers, type QuestionRow, questionLength, type WorkbookChoices } from "./order";
import { readCells, rowsOf, shortText, textOfCell } from "./read-cells";
import { sameText, sharedStrings } from "./shared-strings";
import { sheetEdits } from "./sheet-edits";
import { sheetParts } from "./sheet-parts";
import { damagedSheet, partText } from "./sheet-text";

export interface SheetQuestions {
  sheetName: string;
  headers: { column: number; header: string }[];
  /** Rows with a question. */
  questions: number;
  /** Of them, those in which nothing is to be filled. */
  rowsToSkip: number;
  /** The others. */
  rows: QuestionRow[];
}

const tooMany = () =>
  new Unreadable(
    `This sheet has more than ${mostAnswers.toLocaleString("en-US")} answers to fill in. Split it into smaller ones.`,
  );

/**
 * The questions below the header row, and what stands where their answers go. The places are looked up in the sheet's own
 * XML too, so that whatever could not be filled in is found before the first answer is asked for.
 * @throws Unreadable for a damaged workbook, a sheet that is not there, or too many questions
 */
export function sheetQuestions(parts: OfficeParts, choices: WorkbookChoices): SheetQuestions {
  const chosen = sheetParts(parts)[choices.sheet];
  const part = chosen?.part ? parts[chosen.part] : undefined;
  if (!chosen || !part) throw new Unreadable("This workbook has no such sheet. Choose another one.");
  const workbook = readCells(asArchive(parts), { only: choices.sheet });
  const sheet = workbook.Sheets[workbook.SheetNames[choices.sheet] ?? ""];
  if (!sheet) throw damagedSheet();
  const rows = rowsOf(sheet);
  const columns = choices.answerColumns.map((column) => ({
    column,
    isCovered: coverOf(sheet["!merges"] ?? [], column),
  }));
  const strings = sharedStrings(parts);
  refuseOtherCount(strings, workbook);
  const found: AskedRow[] = [];
  let [questions, toFill] = [0, 0];
  for (const { row, cells } of rows) {
    const asking = cells[choices.questionColumn - 1];
    const question = textOfCell(asking);
    if (row <= choices.headerRow || question === "") continue;
    const states = columns.map(
      ({ column, isCovered }) =>
        ({ column, state: isCovered(row) ? "covered" : stateOf(cells[column - 1]) }) as const,
    );
    questions += 1;
    const empty = states.filter(({ state }) => state === "empty").length;
    if (empty === 0) continue;
    toFill += empty;
    if (toFill > mostAnswers) throw tooMany();
    found.push({ row, question: lengthened(question), cells: states, value: String(asking?.v) });
  }
  const header = rows.find(({ row }) => row === choices.headerRow)?.cells ?? [];
  const headers = choices.answerColumns.map((column) => ({
    column,
    header: shortText(textOfCell(header[column - 1]), headerLength),
  }));
  const left = withoutFilled(found, partText(part).xml, strings, choices.questionColumn);
  return {
    sheetName: shortText(chosen.name.toWellFormed(), headerLength),
    headers,
    questions,
    rowsToSkip: questions - left.length,
    rows: left,
  };
}

/** A row with the question as the cell holds it, before it is formatted. */
type AskedRow = QuestionRow & { value: string };

const otherTexts = () =>
  new Unreadable(
    "The texts of this workbook are kept in a way that programs read differently. Open it in Excel, save it anew as .xlsx and upload that.",
  );

/** The library that reads cells must have found each of the shared strings: one missed gives cells another's text. */
function refuseOtherCount(strings: readonly string[], workbook: object): void {
  const read = "Strings" in workbook && Array.isArray(workbook.Strings) ? workbook.Strings.length : 0;
  // It counts what follows the last one too.
  if (read !== (strings.length === 0 && read === 0 ? 0 : strings.length + 1)) throw otherTexts();
}

/** By what the cell holds: a format may show nothing of it. */
function stateOf(cell: CellObject | undefined): "empty" | "filled" {
  if (!cell) return "empty";
  const hasFormula = cell.f !== undefined || cell.F !== undefined;
  return hasFormula || cell.t === "e" || String(cell.v ?? "").trim() !== "" ? "filled" : "empty";
}

function lengthened(question: string): string {
  const cut = question.slice(0, questionLength);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}

/**
 * Whether a cell of a column lies under one that it is merged with; the cell in the corner is the one that shows. To be
 * asked of rows from top to bottom.
 */
function coverOf(merges: readonly Range[], column: number): (row: number) => boolean {
  const under = merges
    .filter(({ s, e }) => s.c < column && column <= e.c + 1)
    .map(({ s, e }) => ({ from: s.c === column - 1 ? s.r + 2 : s.r + 1, to: e.r + 1 }))
    .sort((a, b) => a.from - b.from);
  let next = 0;
  let to = 0;
  return (row) => {
    for (let merge = under[next]; merge && merge.from <= row; merge = under[++next])
      to = Math.max(to, merge.to);
    return row <= to;
  };
}

/** Cells that have something in the sheet although nothing of it shows are left alone too. */
function withoutFilled(
  rows: AskedRow[],
  xml: string,
  strings: readonly string[],
  questionColumn: number,
): QuestionRow[] {
  const empty = rows.map(({ row, cells }) => {
    const columns = cells.filter(({ state }) => state === "empty").map(({ column }) => [column, ""] as const);
    return [row, new Map(columns)] as const;
  });
  const { filled, shared } = sheetEdits(xml, new Map(empty), strings, questionColumn);
  for (const { row, value } of rows) {
    const index = shared.get(row);
    if (index !== undefined && !sameText(strings[index] ?? "", value)) throw otherTexts();
  }
  return rows
    .map(({ row, question, cells }) => ({
      ...{ row, question },
      cells: cells.map((cell) =>
        filled.has(`${row} ${cell.column}`) ? { ...cell, state: "filled" as const } : cell,
      ),
    }))
    .filter(({ cells }) => cells.some(({ state }) => state === "empty"));
}
