import { z } from "zod";

export const maxQuestion = 1_000;

export const askGuruInput = z.strictObject({
  guru: z.string().min(1).max(64),
  question: z
    .string("Ask a question.")
    .trim()
    .min(1, "Ask a question.")
    .max(maxQuestion, `A question has at most ${maxQuestion.toLocaleString("en-US")} characters.`),
});

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
  segments: Segment[];
}

export interface Answer {
  question: string;
  quotes: Quote[];
  durationMs: number;
}
