import "server-only";
import { setTimeout as wait } from "node:timers/promises";
import type { AnswerEnd } from "@/lib/db/schema/gurus";
import type { AskedQuestion } from "@/lib/gate/asked-fact";
import type { Asker } from "@/lib/gate/open-questions";
import { cleanText } from "@/lib/platform/clean-text";
import { logError } from "@/lib/platform/log";
import { finishAnswer, keepEnd } from "./finish-answer";
import { languageModel } from "./model/settings";
import { endOf, type WrittenEnd, writtenAnswer } from "./model/written-answer";
import type { Answer, AnswerLine } from "./schemas";
import { trustInTime } from "./trust-of-answer";

/** In milliseconds. */
interface AnswerTimes {
  /** How long the model may write. */
  longestMs: number;
  /** How long it may write nothing; as long as it may write when null. */
  silentMs: number | null;
  /** How long whoever asked has heard nothing of us already: in line, and while passages were looked for. */
  waitedMs: number;
  /** Between the tries to record how it ended. */
  waitsMs: readonly number[];
}

const usualTimes: AnswerTimes = {
  longestMs: 120_000,
  silentMs: null,
  waitedMs: 0,
  waitsMs: [250, 1_000, 3_000],
};

/**
 * Has the model write the answer to an open question, and records the question when that is over, however it ends: also
 * when whoever reads stops reading.
 * @param answer as `beginAnswer` gave it, its outcome still open
 * @param signal the person has left, or stopped it
 * @param times what is to be other than usual; `staysOpen`: where the signal ends it the question is left open and not
 *   recorded, as it is asked anew then
 * @returns what was found, pieces of text, then how it ended. Whoever takes the first line has to go on, or to call
 *   `return`: the question is recorded at the end
 */
export async function* writeAnswer(
  answer: Answer,
  by: Asker,
  signal: AbortSignal,
  times: Partial<AnswerTimes> & { staysOpen?: boolean } = {},
): AsyncGenerator<AnswerLine, void> {
  const { longestMs, silentMs, waitedMs, waitsMs, staysOpen = false } = { ...usualTimes, ...times };
  const began = performance.now();
  const elapsed = () => Math.round(answer.durationMs + performance.now() - began);
  const deadline = AbortSignal.timeout(longestMs);
  const silence = new AbortController();
  const settings = languageModel();
  let text = "";
  let startedMs: number | null = null;
  // Stands if whoever reads leaves while a piece is on its way to them.
  let end: WrittenEnd = { outcome: "stopped", note: null };
  let trustScore: number | null = null;
  const pieces = writtenAnswer(settings, answer, AbortSignal.any([signal, deadline, silence.signal]));
  try {
    yield { type: "found", answer };
    for (;;) {
      // Of the first all that came before is a part: nothing has gone out since the question came.
      const leftMs =
        silentMs === null ? longestMs : Math.max(0, silentMs - (startedMs === null ? waitedMs : 0));
      const timer = setTimeout(() => silence.abort(), leftMs);
      const step = await pieces.next().finally(() => clearTimeout(timer));
      if (step.done) {
        end = step.value;
        break;
      }
      startedMs ??= elapsed();
      text += step.value;
      yield { type: "text", text: step.value };
    }
  } catch (error) {
    end = endOf(error, {
      hadText: text !== "",
      hasLeft: signal.aborted,
      isLate: deadline.aborted || silence.signal.aborted,
    });
  } finally {
    // Closes the connection to the model where nobody reads on.
    await pieces.return(end);
    const model = settings ? cleanText(settings.model) : null;
    const references = [...new Set(answer.quotes.map((quote) => quote.sourceId))];
    const { guru, question, door } = answer;
    const asked: AskedQuestion = { guru, question, door, references, model };
    const durationMs = elapsed();
    trustScore = await trustInTime({ ...answer, outcome: end.outcome, text });
    const whole = {
      outcome: end.outcome,
      text,
      startedMs,
      durationMs,
      ...(trustScore === null ? {} : { trustScore }),
    };
    const isLeft = staysOpen && signal.aborted && end.outcome === "stopped";
    if (!isLeft) await finish(answer.questionId, asked, whole, by, waitsMs);
  }
  yield { type: "end", ...end, durationMs: elapsed(), trustScore };
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
