import "server-only";
import type { Asker } from "@/lib/gate/open-questions";
import { logError } from "@/lib/platform/log";
import { answerInWords } from "../answer-in-words";
import type { Answer } from "../schemas";
import { longestInOnePieceMs } from "../whole-answer";
import { writeAnswer } from "../write-answer";

interface PlainAnswerOptions {
  contentType: string;
  /** When the question came, by `performance.now()`. */
  began: number;
  headers?: Record<string, string>;
  /** With the whole text at its end. The answer then goes on to it when the client has left, too. */
  whenWhole?: (text: string) => Promise<void>;
  /** See `longestSilenceMs`. */
  silentMs?: number;
}

/**
 * Milliseconds in which something has to come: first since the question came, the wait in line and the search among them, as
 * for an answer in one piece; then since the piece before. These bodies are text alone, so that nothing can be sent
 * meanwhile, and the front closes a connection that is silent for a minute.
 */
export const longestSilenceMs = longestInOnePieceMs;

/**
 * The answer as text in pieces, as they are written; where no model writes, the passages in one piece. What is to be known
 * besides (that it was cut, that there is none) stands at its end in words.
 * @param answer as `beginAnswer` gave it
 * @param signal the request's own: the client has left
 */
export function plainAnswer(
  answer: Answer,
  by: Asker,
  signal: AbortSignal,
  { contentType, began, headers = {}, whenWhole, silentMs = longestSilenceMs }: PlainAnswerOptions,
): Response {
  const left = new AbortController();
  const either = AbortSignal.any([signal, left.signal]);
  const until = whenWhole ? new AbortController().signal : either;
  const pieces =
    answer.outcome === null
      ? written(answer, by, until, { silentMs, waitedMs: Math.round(performance.now() - began) })
      : inOnePiece(answer);
  // Begun at once: of a generator that was not begun, `return` skips the end, which records the question.
  let coming: Promise<IteratorResult<string, void>> | null = pieces.next();
  const encoder = new TextEncoder();
  let whole = "";
  const next = async () => {
    const taken = coming ?? pieces.next();
    coming = null;
    const step = await taken;
    if (!step.done) whole += step.value;
    return step;
  };
  const goOn = async (keep: (text: string) => Promise<void>) => {
    while (!(await next()).done);
    await keep(whole);
  };
  let ending: Promise<unknown> | null = null;
  const end = () => {
    ending ??= (whenWhole ? goOn(whenWhole) : pieces.return()).catch((error: unknown) =>
      logError("ending an answer", error),
    );
    return ending;
  };
  if (either.aborted) void end();
  else either.addEventListener("abort", () => void end(), { once: true });
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const step = await next();
      if (step.done) {
        ending ??= whenWhole?.(whole) ?? Promise.resolve();
        await ending;
        return controller.close();
      }
      controller.enqueue(encoder.encode(step.value));
    },
    async cancel() {
      left.abort();
      await end();
    },
  });
  return new Response(stream, {
    headers: {
      "content-type": contentType,
      // Compressed, it would wait until there is enough to compress.
      "cache-control": "no-store, no-transform",
      // nginx would hand it on in one piece at the end.
      "x-accel-buffering": "no",
      ...headers,
    },
  });
}

async function* inOnePiece(answer: Answer): AsyncGenerator<string, void> {
  yield answerInWords(answer);
}

async function* written(
  answer: Answer,
  by: Asker,
  signal: AbortSignal,
  times: { silentMs: number; waitedMs: number },
): AsyncGenerator<string, void> {
  let hasText = false;
  const lines = writeAnswer(answer, by, signal, times);
  try {
    for await (const line of lines) {
      if (line.type === "text") {
        hasText = true;
        yield line.text;
      }
      if (line.type !== "end") continue;
      const { outcome, note } = line;
      if (!hasText) yield answerInWords({ ...answer, text: null, outcome, note });
      else if (note !== null) yield `\n\n${note}`;
    }
  } finally {
    await lines.return();
  }
}
