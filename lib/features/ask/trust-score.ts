import type { Outcome } from "./schemas";

/** Texts as their word stems, each once. */
export interface Stems {
  question: readonly string[];
  /** One list a passage quoted. */
  passages: readonly (readonly string[])[];
  /** What a model wrote; null where passages are all there is. */
  answer: readonly string[] | null;
}

/**
 * How far the sources bear an answer, 0 to 100 (docs/decisions/029). Of the question: the mean of how many of its words
 * the best passage has and how many all of them have together. Of an answer that a model wrote: how many of its words
 * stand in the passages or in the question; the score is the mean of both then. No probability: it says whether the
 * passages speak of what was asked, and whether the answer keeps to them.
 */
export function trustScore(outcome: Outcome, { question, passages, answer }: Stems): number {
  if (outcome !== "quoted" && outcome !== "written") return 0;
  const together = new Set(passages.flat());
  const best = Math.max(0, ...passages.map((passage) => shareIn(question, new Set(passage))));
  const found = (best + shareIn(question, together)) / 2;
  if (outcome === "quoted" || answer === null) return Math.round(100 * found);
  const borne = shareIn(answer, new Set([...together, ...question]));
  return Math.round((100 * (found + borne)) / 2);
}

function shareIn(words: readonly string[], among: ReadonlySet<string>): number {
  if (words.length === 0) return 0;
  return words.filter((word) => among.has(word)).length / words.length;
}
