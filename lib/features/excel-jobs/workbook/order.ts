import { z } from "zod";
import { lastColumn, lastRow } from "./cells";

/** Sheets that are offered, rows and columns of each that are shown to choose from, and the length of a text in them. */
export const mostSheets = 100;
export const previewRows = 30;
export const previewColumns = 60;
export const previewLength = 80;
/** Answers that one job may have to find. */
export const mostAnswers = 5_000;
export const mostAnswerColumns = 10;
/** UTF-16 units of a question that are passed on; a guru takes fewer, and says so. */
export const questionLength = 4_000;
export const headerLength = 200;
/** Bytes of a filled workbook that are passed on at once. */
export const pieceBytes = 48 * 1024;

const row = z.number().int().min(1).max(lastRow);
const column = z.number().int().min(1).max(lastColumn);

/** Where in a workbook the questions stand and the answers go; rows and columns counted from 1. */
const workbookChoices = z.strictObject({
  /** Counted from 0. */
  sheet: z.number().int().min(0).max(10_000),
  /** The last row above the questions; 0 = there is none. */
  headerRow: z.number().int().min(0).max(lastRow),
  questionColumn: column,
  answerColumns: z.array(column).min(1).max(mostAnswerColumns),
});
export type WorkbookChoices = z.infer<typeof workbookChoices>;

/** What the process that reads a workbook is asked for. */
export const workbookOrder = z.discriminatedUnion("task", [
  z.strictObject({ task: z.literal("outline") }),
  z.strictObject({ task: z.literal("questions"), choices: workbookChoices }),
  /** The file is followed by what goes in: JSON of `[row, column, text]`. */
  z.strictObject({
    task: z.literal("fill"),
    sheet: z.number().int().min(0),
    fileBytes: z.number().int().positive(),
  }),
]);
export type WorkbookOrder = z.infer<typeof workbookOrder>;

/** A sheet to choose from, with the beginning of its rows. */
const sheetOutline = z.strictObject({
  /** Its place in the workbook, counted from 0. */
  index: z.number().int().min(0),
  name: z.string().max(headerLength),
  /** How far down and to the right it has cells. */
  rows: z.number().int().min(0),
  columns: z.number().int().min(0),
  /** Rows that have cells, each with the texts of its first columns. */
  preview: z
    .array(z.strictObject({ row, texts: z.array(z.string().max(previewLength)).max(previewColumns) }))
    .max(previewRows),
});
export type SheetOutline = z.infer<typeof sheetOutline>;

/** What a cell for an answer is: to be filled, filled by somebody, or hidden under the cell that it is merged with. */
const cellState = z.enum(["empty", "filled", "covered"]);

/** A row with a question. */
const questionRow = z.strictObject({
  row,
  question: z.string().max(questionLength),
  cells: z.array(z.strictObject({ column, state: cellState })).max(mostAnswerColumns),
});
export type QuestionRow = z.infer<typeof questionRow>;

export const outlinePiece = z.strictObject({ sheet: sheetOutline });
export const questionPiece = z.union([
  z.strictObject({
    sheetName: z.string().max(headerLength),
    headers: z.array(z.strictObject({ column, header: z.string().max(headerLength) })),
    questions: z.number().int().min(0),
    rowsToSkip: z.number().int().min(0),
  }),
  z.strictObject({ rows: z.array(questionRow) }),
]);
export const fillPiece = z.strictObject({ base64: z.base64() });
