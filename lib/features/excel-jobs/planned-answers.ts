import type { QuestionRow } from "./workbook/order";

/** A cell to be filled, and what the guru is asked for it. */
export interface PlannedAnswer {
  row: number;
  column: number;
  question: string;
}

/**
 * The answers that rows of a sheet ask for. With one column for them a question is asked as it stands; with several, each
 * column's header says what of it is wanted.
 */
export function plannedAnswers(
  rows: readonly QuestionRow[],
  headers: readonly { column: number; header: string }[],
): PlannedAnswer[] {
  const wanted = new Map(headers.map(({ column, header }) => [column, header]));
  return rows.flatMap(({ row, question, cells }) =>
    cells
      .filter(({ state }) => state === "empty")
      .map(({ column }) => {
        const header = wanted.size > 1 ? (wanted.get(column) ?? "") : "";
        return { row, column, question: header === "" ? question : `${question} (${header})` };
      }),
  );
}
