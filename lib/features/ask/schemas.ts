import { z } from "zod";
import type { QuestionDoor } from "@/lib/db/schema/gurus";

export const maxQuestion = 1_000;

export const askGuruInput = z.strictObject({
  guru: z.string().min(1).max(64),
  question: z
    .string("Ask a question.")
    .trim()
    .min(1, "Ask a question.")
    .max(maxQuestion, `A question has at most ${maxQuestion.toLocaleString("en-US")} characters.`),
  /** Holds several questions of one conversation together; of the HTTP API alone. */
  sessionId: z.guid("A session_id is one that an answer gave.").optional(),
});

export const searchGuruInput = askGuruInput.omit({ sessionId: true });

/** A piece of a quoted passage; `hit` where it holds a word of the question. */
export interface Segment {
  text: string;
  hit: boolean;
}

export interface Quote {
  sourceId: string;
  kind: string;
  title: string;
  heading: string;
  /** Place of the passage in its source, from 0. */
  ordinal: number;
  /** Where the passage stands at its origin, http or https; null for what was uploaded or typed. */
  url: string | null;
  /** Where in its source it stands, such as `page 3`. */
  locator: string | null;
  segments: Segment[];
}

/**
 * What became of a question. `quoted`: passages, no model is set up; `written`: a model answered; `search_timed_out`: no
 * passage was found in time, so nobody knows what there is; `not_answered`: the model found no answer in the passages;
 * `failed`: it gave none; `stopped`: the person left; `lost`: our process died meanwhile.
 */
export type Outcome =
  | "quoted"
  | "written"
  | "nothing_found"
  | "search_timed_out"
  | "not_answered"
  | "stopped"
  | "failed"
  | "lost";

export interface Answer {
  questionId: string;
  guru: { id: string; slug: string; name: string };
  door: QuestionDoor;
  question: string;
  quotes: Quote[];
  /** What a model wrote, as far as it came; null where none is asked. */
  text: string | null;
  /** Null while a model writes. */
  outcome: Outcome | null;
  /** What the person is to know besides, such as why the model gave no answer. */
  note: string | null;
  durationMs: number;
  /** How far the sources bear it, 0 to 100; null while a model writes, or where nobody could reckon it. */
  trustScore: number | null;
  /** The model that writes, or wrote; null where none does. */
  model: string | null;
  /** The conversation it belongs to, of the HTTP API alone. */
  sessionId: string | null;
}

/** One line of the streamed answer: first what was found, then pieces of text, last how it ended. */
export type AnswerLine =
  | { type: "found"; answer: Answer }
  | { type: "text"; text: string }
  | { type: "end"; outcome: Outcome; note: string | null; durationMs: number; trustScore: number | null };
