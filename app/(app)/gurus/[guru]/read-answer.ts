import type { ActionResult } from "@/components/forms/action-result";
import type { Answer, AnswerLine } from "@/lib/features/ask/schemas";

interface Question {
  guru: string;
  question: string;
  attemptId: string;
}

/**
 * Asks, and reads the answer while it is written.
 * @param signal stops it; what has come stays
 * @param onAnswer with each piece, the answer as far as it has come
 * @returns what a form's action would answer
 */
export async function readAnswer(
  { guru, question, attemptId }: Question,
  signal: AbortSignal,
  onAnswer: (answer: Answer) => void,
): Promise<ActionResult> {
  const values = { question };
  let answer: Answer | null = null;
  try {
    const response = await fetch("/answers", {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": attemptId },
      body: JSON.stringify({ guru, question }),
      signal,
    });
    if (!response.ok || !response.body) return { ok: false, values, ...(await refusalOf(response)) };
    for await (const line of answerLines(response.body)) {
      answer = withLine(answer, line);
      if (answer) onAnswer(answer);
    }
  } catch {
    // Stopped, or the connection is gone: what has come is shown, and said to be all there is.
  }
  if (answer && answer.outcome === null)
    answer = signal.aborted
      ? { ...answer, outcome: "stopped", note: null }
      : {
          ...answer,
          outcome: "failed",
          note: "The connection broke, so the answer is not whole. Ask again.",
        };
  if (answer) return { ok: true, value: answer };
  return signal.aborted
    ? { ok: false, values, code: "stopped", message: "Stopped before anything was found." }
    : {
        ok: false,
        values,
        code: "broken",
        message: "The connection broke before an answer came. Ask again.",
      };
}

/** The answer with what a line adds to it. */
export function withLine(answer: Answer | null, line: AnswerLine): Answer | null {
  if (line.type === "found") return line.answer;
  if (!answer) return null;
  if (line.type === "text") return { ...answer, text: (answer.text ?? "") + line.text };
  const { type: _, ...end } = line;
  return { ...answer, ...end };
}

/** The lines of a body, each a JSON value; an empty one says that there is more to come. What follows the last line's end is a line that was cut, and left away. */
export async function* answerLines(body: ReadableStream<Uint8Array>): AsyncGenerator<AnswerLine> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "") yield JSON.parse(line) as AnswerLine;
    }
  } finally {
    reader.releaseLock();
  }
}

async function refusalOf(response: Response): Promise<{ code: string; message: string }> {
  try {
    const { code, message } = (await response.json()) as { code?: unknown; message?: unknown };
    if (typeof message === "string") return { code: String(code), message };
  } catch (error) {
    // A proxy in between answers in its own words.
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { code: "broken", message: `The server did not take the question (${response.status}). Ask again.` };
}
