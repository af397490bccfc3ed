import "server-only";
import { setTimeout as wait } from "node:timers/promises";
import { eq } from "drizzle-orm";
import { readDb, schema } from "@/lib/db/client";
import type { AnswerEnd } from "@/lib/db/schema/gurus";
import type { AskedQuestion } from "@/lib/gate/asked-fact";
import type { Asker } from "@/lib/gate/open-questions";
import { cleanText } from "@/lib/platform/clean-text";
import { logError } from "@/lib/platform/log";
import { finishAnswer, keepEnd } from "./finish-answer";
import { modelText } from "./model/model-text";
import { type Message, noAnswerSign, promptOf } from "./model/prompt";
import { languageModel, type ModelSettings } from "./model/settings";
import { ModelTrouble, troubleInWords, troubleOf } from "./model/trouble";
import { withoutThoughts } from "./model/without-thoughts";
import type { Answer, AnswerLine, Outcome } from "./schemas";

/** An answer is to be read by a person: longer ones are cut, and slower ones given up. */
const longestAnswer = 20_000;

/** In milliseconds. */
interface AnswerTimes {
  /** How long the model may write. */
  longestMs: number;
  /** Between the tries to record how it ended. */
  waitsMs: readonly number[];
}

const usualTimes: AnswerTimes = { longestMs: 120_000, waitsMs: [250, 1_000, 3_000] };

interface End {
  outcome: Outcome;
  note: string | null;
}

/**
 * Has the model write the answer to an open question, and records the question when that is over, however it ends: also
 * when whoever reads stops reading.
 * @param answer as `beginAnswer` gave it, its outcome still open
 * @param signal the person has left, or stopped it
 * @param times what is to be other than usual
 * @returns what was found, pieces of text, then how it ended. Whoever takes the first line has to go on, or to call
 *   `return`: the question is recorded at the end
 */
export async function* writeAnswer(
  answer: Answer,
  by: Asker,
  signal: AbortSignal,
  times: Partial<AnswerTimes> = {},
): AsyncGenerator<AnswerLine, void> {
  const { longestMs, waitsMs } = { ...usualTimes, ...times };
  const began = performance.now();
  const elapsed = () => Math.round(answer.durationMs + performance.now() - began);
  const deadline = AbortSignal.timeout(longestMs);
  const settings = languageModel();
  let text = "";
  let startedMs: number | null = null;
  // Stands if whoever reads leaves while a piece is on its way to them.
  let end: End = { outcome: "stopped", note: null };
  const pieces = written(settings, answer, AbortSignal.any([signal, deadline]));
  try {
    yield { type: "found", answer };
    for (;;) {
      const step = await pieces.next();
      if (step.done) {
        end = step.value;
        break;
      }
      startedMs ??= elapsed();
      text += step.value;
      yield { type: "text", text: step.value };
    }
  } catch (error) {
    end = endOf(error, { hadText: text !== "", hasLeft: signal.aborted, isLate: deadline.aborted });
  } finally {
    // Closes the connection to the model where nobody reads on.
    await pieces.return(end);
    const model = settings ? cleanText(settings.model) : null;
    const references = [...new Set(answer.quotes.map((quote) => quote.sourceId))];
    const door = by.principal.kind === "api_key" ? "api" : "ui";
    const asked: AskedQuestion = { guru: answer.guru, question: answer.question, door, references, model };
    const whole = { outcome: end.outcome, text, startedMs, durationMs: elapsed() };
    await finish(answer.questionId, asked, whole, by, waitsMs);
  }
  yield { type: "end", ...end, durationMs: elapsed() };
}

/** Tries a few times. What cannot be recorded even so stays open with its end, and the worker records it. */
async function finish(
  id: string,
  asked: AskedQuestion,
  end: AnswerEnd,
  by: Asker,
  waitsMs: readonly number[],
): Promise<void> {
  const failed = (what: string) => (error: unknown) => {
    logError(what, error, by.request.requestId ?? undefined);
    return false;
  };
  const recorded = () =>
    finishAnswer(id, asked, end, by).then(() => true, failed("recording how an answer ended"));
  if (await recorded()) return;
  let isKept = false;
  for (const waitMs of waitsMs) {
    // At once: this process may not live until the next try.
    isKept ||= await keepEnd(id, end).then(() => true, failed("keeping how an answer ended"));
    await wait(waitMs);
    if (await recorded()) return;
  }
  if (!isKept) await keepEnd(id, end).catch(failed("keeping how an answer ended"));
}

/** The model's text, without the sign by which it says that it has no answer, and in a length to read. */
async function* written(
  settings: ModelSettings | null,
  answer: Answer,
  signal: AbortSignal,
): AsyncGenerator<string, End> {
  if (!settings) throw new ModelTrouble("unreachable");
  const pieces = withoutThoughts(modelText(settings, await promptFor(answer), signal));
  // Nothing is shown as long as it may be the sign; null from there on.
  let held: string | null = "";
  let length = 0;
  try {
    for (;;) {
      const step = await pieces.next();
      if (step.done) {
        const bare = held === null ? null : bareOf(held);
        // Its thoughts took all that it may write: that says nothing about the sources.
        if (bare === "" && step.value === "limit") throw new ModelTrouble("spent");
        if (bare === "" || bare === noAnswerSign) return { outcome: "not_answered", note: notAnswered };
        if (held !== null) yield held;
        return { outcome: "written", note: step.value === "limit" ? cutByModel : null };
      }
      const piece: string = (held ?? "") + cleanText(step.value);
      if (held !== null) {
        held = piece;
        const bare = bareOf(piece.slice(0, mostMarks));
        if (piece.length < mostMarks && noAnswerSign.startsWith(bare)) continue;
        if (bare.startsWith(noAnswerSign)) return { outcome: "not_answered", note: notAnswered };
        held = null;
      }
      const room = longestAnswer - length;
      length += piece.length;
      if (room > 0) yield cleanText(piece, room);
      if (length > longestAnswer) return { outcome: "written", note: cutByUs };
    }
  } finally {
    // Ends the reading, and so the connection.
    await pieces.return("done");
  }
}

/** Models put the sign in quotes or bold, too. */
const bareOf = (text: string) => text.replace(/^[\s"'“”‘’«»*`]+/, "").trimEnd();
/** Characters among which the sign begins; as many quotes and blanks are text. */
const mostMarks = 100;

const notAnswered =
  "The sources do not answer this. The passages that come closest are below. Try other words, or ask a maintainer to add a source about it.";
const cutByModel = "The answer was cut at the model's limit. Ask for less at once.";
const cutByUs = `The answer was cut at ${longestAnswer.toLocaleString("en-US")} characters. Ask for less at once.`;

async function promptFor(answer: Answer): Promise<Message[]> {
  const { guru } = schema;
  const [found] = await readDb()
    .select({ name: guru.name, instructions: guru.instructions })
    .from(guru)
    .where(eq(guru.id, answer.guru.id));
  return promptOf(found ?? { name: answer.guru.name, instructions: "" }, answer.question, answer.quotes);
}

function endOf(error: unknown, was: { hadText: boolean; hasLeft: boolean; isLate: boolean }): End {
  if (was.hasLeft) return { outcome: "stopped", note: null };
  const trouble = was.isLate ? new ModelTrouble("slow") : troubleOf(error, was.hadText);
  // Of the error itself nothing is written down: a server may repeat what it was sent.
  logError("asking the language model", trouble);
  return { outcome: "failed", note: troubleInWords(trouble) };
}
