import "server-only";
import { cleanText } from "@/lib/platform/clean-text";
import { logError } from "@/lib/platform/log";
import type { FoundAnswer } from "./runs";

/** An answer as it goes into a cell. */
export interface Draft {
  /** What can be shown to a person as it is. */
  content: string;
  outcome:
    | "quoted"
    | "written"
    | "nothing_found"
    | "search_timed_out"
    | "not_answered"
    | "stopped"
    | "failed"
    | "lost";
  /** What the person is to know besides. */
  note: string | null;
  /** How far the sources bear it, 0 to 100. */
  confidence: number;
}

/**
 * Finds an answer of a guru without keeping the question.
 * @param signal ends it early
 * @returns null when there is no such guru any more
 */
export type DraftAnswer = (guruId: string, question: string, signal: AbortSignal) => Promise<Draft | null>;

/** UTF-16 units that a guru takes. */
const longestQuestion = 1_000;
const longestNote = 500;
const nothing = { answer: null, confidence: null };

/**
 * What becomes of one question.
 * @throws when the signal ends it
 */
export async function findAnswer(
  guruId: string,
  question: string,
  draft: DraftAnswer,
  signal: AbortSignal,
): Promise<FoundAnswer> {
  if (question.length > longestQuestion) {
    const limit = longestQuestion.toLocaleString("en-US");
    return {
      ...nothing,
      state: "failed",
      note: `The question is longer than ${limit} characters. Shorten it.`,
    };
  }
  const found = await drafted(guruId, question, draft, signal);
  signal.throwIfAborted();
  if (found === "broken" || found === null)
    return { ...nothing, state: "failed", note: "An error on our side. Make a new job to ask this again." };
  const note = found.note === null ? null : cleanText(found.note, longestNote);
  switch (found.outcome) {
    case "quoted":
    case "written":
      return {
        ...{ state: "answered", note, answer: cleanText(found.content) },
        confidence: Math.min(100, Math.max(0, Math.round(found.confidence))),
      };
    case "nothing_found":
    case "not_answered":
      return { ...nothing, state: "unanswered", note: note ?? "The sources say nothing about this." };
    case "search_timed_out":
      return {
        ...nothing,
        state: "failed",
        note: "The search took too long. Make a new job to ask this again, with fewer and rarer words.",
      };
    default:
      return {
        ...nothing,
        state: "failed",
        note: note ?? "The model gave no answer. Make a new job to ask this again.",
      };
  }
}

/** Tried a second time: what went wrong may have passed. */
async function drafted(guruId: string, question: string, draft: DraftAnswer, signal: AbortSignal) {
  for (const isLast of [false, true]) {
    try {
      return await draft(guruId, question, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (isLast) logError("answering a question of an Excel job", error);
    }
  }
  return "broken" as const;
}
