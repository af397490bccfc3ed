import "server-only";
import type { Asker } from "@/lib/gate/open-questions";
import { logError } from "@/lib/platform/log";
import type { Answer, AnswerLine, Outcome } from "../schemas";
import { writeAnswer } from "../write-answer";

/**
 * Milliseconds of silence after which an empty line goes out: a model may think for longer than the front, or a proxy
 * before it, leaves a silent connection open (mostly a minute).
 */
export const aliveEveryMs = 15_000;

/**
 * The answer as a body of lines, each a JSON value (`AnswerLine`), sent as they come; empty ones while none comes.
 * @param answer as `beginAnswer` gave it; where no model writes, the body is its first line and the end
 * @param signal the request's own: the person has left
 * @param everyMs see `aliveEveryMs`
 */
export function answerBody(
  answer: Answer,
  by: Asker,
  signal: AbortSignal,
  everyMs = aliveEveryMs,
): ReadableStream<Uint8Array> {
  const left = new AbortController();
  // Both say that nobody reads any more, and which comes first is the server's affair.
  const either = AbortSignal.any([signal, left.signal]);
  const lines =
    answer.outcome === null ? writeAnswer(answer, by, either) : wholeAnswer(answer, answer.outcome);
  // Begun at once: of a generator that was not begun, `return` skips the end, which records the question.
  let coming: Promise<IteratorResult<AnswerLine, void>> | null = lines.next();
  const end = () => lines.return().catch((error: unknown) => logError("ending an answer", error));
  // A server that finds the person gone may never ask for the next line, or for any.
  if (either.aborted) void end();
  else either.addEventListener("abort", () => void end(), { once: true });
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      coming ??= lines.next();
      const step = await within(everyMs, coming);
      if (step === null) return controller.enqueue(encoder.encode("\n"));
      coming = null;
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

/** @returns null when it takes longer; what comes of it is still to be had then */
async function within<T>(ms: number, work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, ms, null);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function* wholeAnswer(answer: Answer, outcome: Outcome): AsyncGenerator<AnswerLine, void> {
  yield { type: "found", answer };
  const { note, durationMs, trustScore } = answer;
  yield { type: "end", outcome, note, durationMs, trustScore };
}
