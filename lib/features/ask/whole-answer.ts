import "server-only";
import type { QuestionDoor } from "@/lib/db/schema/gurus";
import type { Asker } from "@/lib/gate/open-questions";
import type { AttemptResult } from "@/lib/platform/errors";
import { answerInWords, nameOf, textOf } from "./answer-in-words";
import { beginAnswer } from "./commands/begin-answer";
import { beginBotAnswer } from "./commands/begin-bot-answer";
import type { Answer, Outcome } from "./schemas";
import { writeAnswer } from "./write-answer";

/** A passage as others may show it. */
export interface WholeQuote {
  sourceId: string;
  kind: string;
  title: string;
  /** Title, heading and place in words. */
  name: string;
  /** http or https; null for what was uploaded or typed. */
  link: string | null;
  content: string;
}

/** An answer that has ended. */
export interface WholeAnswer {
  questionId: string;
  /** What the model wrote, as far as it came; null where none was asked. */
  text: string | null;
  /** What can be sent to a person as it is: the text, else the best passages, else words of ours. Never empty. */
  content: string;
  quotes: WholeQuote[];
  outcome: Outcome;
  note: string | null;
  /** How far the sources bear the answer, 0 to 100 (docs/decisions/029). */
  confidence: number;
  model: string | null;
  durationMs: number;
}

export interface WholeQuestion {
  /** Id of the guru; by the doors of people also its slug. */
  guru: string;
  question: string;
  /** A bot's, for System; people and keys have their own. */
  door: Exclude<QuestionDoor, "widget">;
  by: Asker;
  /** Ends the answer early, as `stopped`. With a `sessionId` the question stays open then, to be asked again. */
  signal: AbortSignal;
  attemptId?: string;
  /** Kept with a bot's question, so that it is found again, and recorded once: after that it is refused as `exists`. */
  sessionId?: string;
  /** How long the model may write, in milliseconds. */
  longestMs?: number;
}

/**
 * Asks a guru and waits for the whole answer: finds the passages, has the model write where one is set up, keeps the
 * question and records ASK_GURU once, however it ends.
 * @returns the refusals of the gate; `repeated` when this attempt was made before
 */
export async function answerWhole(asked: WholeQuestion): Promise<AttemptResult<WholeAnswer>> {
  const { guru, question, door, by, signal, attemptId, sessionId, longestMs } = asked;
  const attempt = attemptId === undefined ? {} : { attemptId };
  const session = sessionId === undefined ? {} : { sessionId };
  const begun = await (by.principal.kind === "system"
    ? beginBotAnswer.execute({ ...by, input: { guru, question, door, ...session } })
    : beginAnswer.execute({ ...by, input: { guru, question }, ...attempt }));
  if (!begun.ok || "repeated" in begun) return begun;
  const times = {
    ...(longestMs === undefined ? {} : { longestMs }),
    // A worker that stops is no end of what somebody asked in a channel: the next one goes on.
    staysOpen: sessionId !== undefined,
  };
  return { ok: true, value: wholeOf(await ended(begun.value, by, signal, times)) };
}

/**
 * Milliseconds from a question to its answer's last word where nothing goes out meanwhile: the front closes a connection
 * that is silent for a minute (`stalledMs`). The search before and the record after are in that minute too.
 */
export const longestInOnePieceMs = 45_000;

/**
 * As `ended`, for an answer that is sent in one piece: the model has what the search left of the time.
 * @param began when the question came, by `performance.now()`
 */
export function endedInTime(begun: Answer, by: Asker, signal: AbortSignal, began: number): Promise<Answer> {
  const tookMs = Math.round(performance.now() - began);
  return ended(begun, by, signal, { longestMs: Math.max(0, longestInOnePieceMs - tookMs) });
}

/** Waits until an answer has ended that `beginAnswer` or one of its kind gave. */
async function ended(
  begun: Answer,
  by: Asker,
  signal: AbortSignal,
  times: { longestMs?: number; staysOpen?: boolean },
): Promise<Answer> {
  if (begun.outcome !== null) return begun;
  const answer: Answer = { ...begun };
  for await (const line of writeAnswer(answer, by, signal, times)) {
    if (line.type === "text") answer.text = (answer.text ?? "") + line.text;
    if (line.type === "end") {
      const { type: _, ...end } = line;
      Object.assign(answer, end);
    }
  }
  return answer;
}

/** An answer that has ended, as others may show it. */
export function wholeOf(answer: Answer): WholeAnswer {
  const { questionId, text, quotes, note, durationMs, trustScore, model } = answer;
  return {
    questionId,
    text,
    content: answerInWords(answer),
    quotes: quotes.map((quote) => ({
      sourceId: quote.sourceId,
      kind: quote.kind,
      title: quote.title,
      name: nameOf(quote),
      link: quote.url,
      content: textOf(quote),
    })),
    outcome: answer.outcome ?? "lost",
    note,
    confidence: trustScore ?? 0,
    model,
    durationMs,
  };
}
