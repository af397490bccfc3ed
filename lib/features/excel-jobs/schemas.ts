import { z } from "zod";
import { isUuid } from "@/lib/platform/ids";
import { lastColumn, lastRow } from "./workbook/cells";
import { mostAnswerColumns } from "./workbook/order";

export type { ExcelAnswerState, ExcelJobState } from "@/lib/db/schema/excel-jobs";
export type { SheetOutline } from "./workbook/order";

/** Jobs that a guru keeps. */
export const mostExcelJobs = 200;

const guru = z.string("Name the guru.").min(1, "Name the guru.").max(64, "There is no such guru.");
const id = z.string("Choose a job.").refine(isUuid, "Choose a job of the list.");

/** A whole number of a form, or of a call. */
const number = (what: string, least: number, most: number) =>
  z.preprocess(
    (v) => (typeof v === "string" && /^\d{1,9}$/.test(v.trim()) ? Number(v) : v),
    z.number(what).int(what).min(least, what).max(most, what),
  );
const asList = (v: unknown) => (v === undefined || v === "" ? [] : Array.isArray(v) ? v : [v]);
const answerColumn = number("Choose answer columns of the list.", 1, lastColumn);

const choices = {
  sheet: number("Choose a sheet.", 0, 10_000),
  headerRow: number("Give the number of the header row, or 0 if there is none.", 0, lastRow),
  questionColumn: number("Choose the column with the questions.", 1, lastColumn),
  answerColumns: z.preprocess(
    asList,
    z
      .array(answerColumn)
      .min(1, "Choose at least one column for the answers.")
      .max(mostAnswerColumns, `Choose at most ${mostAnswerColumns} columns for the answers.`)
      .transform((list) => [...new Set(list)].sort((a, b) => a - b)),
  ),
};
const uploadId = z.string("Upload the workbook first.").refine(isUuid, "Upload the workbook first.");

interface Columns {
  questionColumn: number;
  answerColumns: number[];
}
const apart = ({ questionColumn, answerColumns }: Columns) => !answerColumns.includes(questionColumn);
const notApart = {
  path: ["answerColumns"],
  message: "The column with the questions cannot take the answers too. Choose another one.",
};

export const createExcelJobInput = z.strictObject({ guru, uploadId, ...choices }).refine(apart, notApart);

/** Without choices: which there are. With them: what would be asked. */
export const lookInput = z.strictObject(
  {
    guru,
    uploadId,
    choices: z.strictObject(choices, "Choose a sheet and columns.").refine(apart, notApart).optional(),
  },
  "Say which workbook: a JSON object with guru and uploadId.",
);

export const excelJobInput = z.strictObject({ guru, id });

/** What a workbook would be asked. */
export interface QuestionCounts {
  /** Rows with a question. */
  questions: number;
  answersToFill: number;
  /** Rows whose cells for the answers are all filled, or hidden under another cell. */
  rowsToSkip: number;
  /** The first questions, as the guru would be asked. */
  examples: string[];
}

const once = z.string().optional().catch(undefined);

/** The address of a job's page: what it does not know is as if it were not there. */
export const excelJobQuery = z.object({
  after: once,
  state: z.enum(["waiting", "answered", "unanswered", "failed"]).optional().catch(undefined),
});
export type ExcelJobQuery = z.infer<typeof excelJobQuery>;
