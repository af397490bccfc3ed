import "server-only";
import { logError } from "@/lib/platform/log";
import type { Asker } from "../finish-answer";
import type { Answer, AnswerLine, Outcome } from "../schemas";
import { writeAnswer } from "../write-answer";

/**
 * The answer as a body of lines, each a JSON value (`AnswerLine`), sent as they come.
 * @param answer as `beginAnswer` gave it; where no model writes, the body is its first line and the end
 * @param signal the request's own: the person has left
 */
export function answerBody(answer: Answer, by: Asker, signal: AbortSignal): ReadableStream<Uint8Array> {
  const left = new AbortController();
  // Both say that nobody reads any more, and which comes first is the server's affair.
  const either = AbortSignal.any([signal, left.signal]);
  const lines =
    answer.outcome === null ? writeAnswer(answer, by, either) : wholeAnswer(answer, answer.outcome);
  const end = () => lines.return().catch((error: unknown) => logError("ending an answer", error));
  // A server that finds the person gone may never ask for the next line.
  either.addEventListener("abort", () => void end(), { once: true });
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const step = await lines.next();
      if (step.done) return controller.close();
      controller.enqueue(encoder.encode(`${JSON.stringify(step.value)}\n`));
    },
    async cancel() {
      left.abort();
      // The question is recorded in there.
      await end();
    },
  });
}

async function* wholeAnswer(answer: Answer, outcome: Outcome): AsyncGenerator<AnswerLine, void> {
  yield { type: "found", answer };
  yield { type: "end", outcome, note: answer.note, durationMs: answer.durationMs };
}
