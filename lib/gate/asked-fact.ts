import type { GuruSnapshot } from "@/lib/audit/record/event-input";
import type { QuestionDoor, QuestionOutcome } from "@/lib/db/schema/gurus";
import { cleanText } from "@/lib/platform/clean-text";
import type { AuditFact } from "./facts";

const keptInEvent = 200;

/** A question as its event and its row have it. */
export interface AskedQuestion {
  guru: GuruSnapshot;
  question: string;
  door: QuestionDoor;
  /** Ids of the sources quoted. */
  references: string[];
  /** The model that writes the answer; null where none does. */
  model: string | null;
}

/** As the log has it; the row of a question goes with its guru, and needs no word for that. */
export type RecordedOutcome = QuestionOutcome | "guru_deleted";

/** Did the person get an answer? */
export const isAnswered = (outcome: RecordedOutcome): boolean =>
  outcome === "quoted" || outcome === "written";

/** What the log says of a question: its beginning, what became of it, and the sources quoted. */
export function askedFact(
  { guru, question, door, references, model }: AskedQuestion,
  outcome: RecordedOutcome,
): AuditFact & { target: { id: string } } {
  return {
    target: { id: guru.id },
    label: guru.name,
    guru,
    details: {
      question: cleanText(question, keptInEvent),
      door,
      answered: isAnswered(outcome),
      references,
      outcome,
      ...(model === null ? {} : { llm: model }),
    },
  };
}
