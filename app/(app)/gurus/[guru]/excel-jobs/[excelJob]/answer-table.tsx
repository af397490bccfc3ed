import { Badge, type BadgeTone } from "@/components/ui/badge";
import { Table, Td, Th } from "@/components/ui/table";
import { VisibleText } from "@/components/visible-text/visible-text";
import type { ExcelAnswerState } from "@/lib/features/excel-jobs/schemas";
import { columnLetters } from "@/lib/platform/column-letters";

interface AnswerRow {
  sheetRow: number;
  sheetColumn: number;
  question: string;
  state: ExcelAnswerState;
  answer: string | null;
  confidence: number | null;
  note: string | null;
}

const states: Record<ExcelAnswerState, { words: string; tone: BadgeTone }> = {
  waiting: { words: "Waiting", tone: "access" },
  answered: { words: "Answered", tone: "created" },
  unanswered: { words: "No answer", tone: "warning" },
  failed: { words: "Failed", tone: "failed" },
};

/** What became of each question, in the order of the sheet. */
export function AnswerTable({ answers }: { answers: AnswerRow[] }) {
  return (
    <Table label="Answers" scrolledByKeys>
      <thead>
        <tr>
          <Th>Cell</Th>
          <Th>Question and answer</Th>
          <Th>Status</Th>
          <Th>Confidence</Th>
        </tr>
      </thead>
      <tbody>
        {answers.map(({ sheetRow, sheetColumn, question, state, answer, confidence, note }) => (
          <tr key={`${sheetRow} ${sheetColumn}`}>
            <Td className="num align-top">
              {columnLetters(sheetColumn)}
              {sheetRow}
            </Td>
            <Td className="min-w-[180px] max-w-[640px] align-top [overflow-wrap:anywhere]">
              <div className="font-medium">
                <VisibleText text={question} />
              </div>
              {answer ? (
                <div className="mt-1 whitespace-pre-wrap text-fg-2">
                  <VisibleText text={answer} lines />
                </div>
              ) : null}
              {note ? (
                <div className="mt-1 text-fg-3 text-xs">
                  <VisibleText text={note} />
                </div>
              ) : null}
            </Td>
            <Td className="align-top">
              <Badge tone={states[state].tone}>{states[state].words}</Badge>
            </Td>
            <Td className="num align-top">{confidence === null ? "" : `${confidence} %`}</Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
