import "server-only";
import { eq } from "drizzle-orm";
import { readDb, schema } from "@/lib/db/client";
import { inTransaction } from "@/lib/gate/transaction";
import { cleanText } from "@/lib/platform/clean-text";
import { findPassages } from "./find-passages";
import { languageModel } from "./model/settings";
import { endOf, type WrittenEnd, writtenAnswer } from "./model/written-answer";
import { type Answer, maxQuestion } from "./schemas";
import { trustOf } from "./trust-of-answer";
import { type WholeAnswer, wholeOf } from "./whole-answer";

const longestMs = 120_000;

/**
 * An answer for background work of System that has a record of its own (a row of an Excel job): as `answerWhole`, but no
 * question is kept, none recorded, and nobody's turns are counted.
 * @param guruId the guru's id; whoever calls has seen to it that it may be asked
 * @param signal ends it early, as `stopped`
 * @returns null when there is no such guru (any more)
 */
export async function draftAnswer(
  guruId: string,
  asked: string,
  signal: AbortSignal,
): Promise<Omit<WholeAnswer, "questionId"> | null> {
  const { guru: table } = schema;
  const started = performance.now();
  const [guru] = await readDb()
    .select({ id: table.id, slug: table.slug, name: table.name })
    .from(table)
    .where(eq(table.id, guruId));
  if (!guru) return null;
  const question = cleanText(asked, maxQuestion);
  const settings = languageModel();
  const { quotes, without } = await inTransaction((tx) => findPassages(tx, guru.id, question));
  let text: string | null = null;
  let end: WrittenEnd = { outcome: without ?? "quoted", note: null };
  if (settings && without === null) {
    const deadline = AbortSignal.timeout(longestMs);
    const pieces = writtenAnswer(
      settings,
      { guru, question, quotes, sessionId: null },
      AbortSignal.any([signal, deadline]),
    );
    text = "";
    try {
      for (let step = await pieces.next(); ; step = await pieces.next()) {
        if (step.done) {
          end = step.value;
          break;
        }
        text += step.value;
      }
    } catch (error) {
      end = endOf(error, { hadText: text !== "", hasLeft: signal.aborted, isLate: deadline.aborted });
    }
  }
  const answer: Answer = {
    questionId: "",
    guru,
    door: "api",
    question,
    quotes,
    text,
    ...end,
    sessionId: null,
    model: text === null ? null : cleanText(settings?.model ?? ""),
    durationMs: Math.round(performance.now() - started),
    trustScore: await trustOf(readDb(), { question, quotes, text, outcome: end.outcome }),
  };
  const { questionId: _, ...whole } = wholeOf(answer);
  return whole;
}
