import "server-only";
import type { Principal, RequestFacts } from "@/lib/access/principal";
import { fieldErrorsOf } from "@/lib/gate/field-errors";
import type { Result } from "@/lib/platform/errors";
import { Unreadable } from "@/lib/platform/reading-apart/unreadable";
import { plannedAnswers } from "./planned-answers";
import { workbookToRead } from "./queries";
import { lookInput, type QuestionCounts } from "./schemas";
import type { SheetOutline } from "./workbook/order";
import {
  readOutline,
  readQuestions,
  type WorkbookLimits,
  whileWaiting,
  workbookLimits,
} from "./workbook-apart";

const examples = 5;

/** What a workbook has to choose from, or what would be asked of the guru. */
export type Looked = { fileName: string } & ({ sheets: SheetOutline[] } | { counts: QuestionCounts });

/**
 * Looks into a workbook before a job is made of it. Nothing changes, and nothing is recorded but a denial.
 * @param asked.input `lookInput`, as it came from outside
 */
export async function lookIntoWorkbook(asked: {
  principal: Principal;
  request: RequestFacts;
  input: unknown;
  signal: AbortSignal;
  /** In tests less than usual. */
  limits?: WorkbookLimits;
}): Promise<Result<Looked>> {
  const { principal, request, signal, limits = workbookLimits } = asked;
  const input = lookInput.safeParse(asked.input);
  if (!input.success) {
    const fieldErrors = fieldErrorsOf(input.error);
    const message = Object.values(fieldErrors)[0]?.[0] ?? "Check what you chose.";
    return { ok: false, code: "invalid", message, fieldErrors };
  }
  const { guru, uploadId, choices } = input.data;
  const found = await workbookToRead.execute({ principal, request, input: { guru, uploadId } });
  if (!found.ok) return found;
  const file = found.value;
  if (!file)
    return { ok: false, code: "not_found", message: "This workbook is not there any more. Upload it again." };
  try {
    const { fileName } = file;
    const waiting = <T>(work: (until: AbortSignal) => Promise<T>) =>
      whileWaiting(principal, signal, work, limits);
    if (!choices) {
      const sheets = await waiting((until) => readOutline(file, until, limits));
      return { ok: true, value: { fileName, sheets } };
    }
    const read = await waiting((until) => readQuestions(file, choices, until, limits));
    const { questions, rowsToSkip, rows, headers } = read;
    const planned = plannedAnswers(rows, headers);
    const counts = {
      questions,
      answersToFill: planned.length,
      rowsToSkip,
      examples: planned.slice(0, examples).map(({ question }) => question.slice(0, 300).toWellFormed()),
    };
    return { ok: true, value: { fileName, counts } };
  } catch (error) {
    if (signal.aborted) return { ok: false, code: "busy", message: "The connection ended." };
    if (!(error instanceof Unreadable)) throw error;
    return { ok: false, code: "invalid", message: error.message };
  }
}
