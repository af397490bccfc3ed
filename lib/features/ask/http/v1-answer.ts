import "server-only";
import { z } from "zod";
import { json } from "@/lib/gate/to-route";
import { v1Failure } from "@/lib/gate/v1";
import { sentBefore, v1Post } from "@/lib/gate/v1-post";
import { answerSlug } from "../answer-slug";
import { beginAnswer } from "../commands/begin-answer";
import type { Answer } from "../schemas";
import { endedInTime, wholeOf } from "../whole-answer";
import { plainAnswer } from "./plain-answer";

const answerBody = z.strictObject({
  question: z.string("Send a question."),
  stream: z.boolean("stream is true or false.").optional(),
  session_id: z.string("A session_id is one that an answer gave.").optional(),
});

/** `POST /api/v1/{guru}/answer/`: asks a guru by an API key; the whole answer as JSON, or its text as it is written. */
export const postAnswer = v1Post(
  { permission: "guru:ask", body: answerBody },
  async ({ request, params, facts, principal, body, attempt, keep, doNotKeep }) => {
    const began = performance.now();
    const { question, stream = false, session_id: sessionId } = body;
    const by = { principal, request: facts };
    const input = { guru: params.guru, question, ...(sessionId === undefined ? {} : { sessionId }) };
    const begun = await beginAnswer.execute({ ...by, input, ...attempt });
    if (!begun.ok) return v1Failure(begun);
    if ("repeated" in begun) return sentBefore();
    // It says to ask again in a while: kept, it would say so for a day.
    const isPassing = begun.value.outcome === "search_timed_out";
    if (isPassing) doNotKeep();
    // What is kept for a repeat is the whole answer, also when whoever sent this has left meanwhile.
    const isKept = attempt.attemptId !== undefined && !isPassing;
    const signal = isKept ? new AbortController().signal : request.signal;
    if (!stream) return json(200, v1AnswerOf(await endedInTime(begun.value, by, signal, began)));
    const contentType = "text/plain; charset=utf-8";
    return plainAnswer(begun.value, by, request.signal, {
      contentType,
      began,
      ...(isKept ? { whenWhole: (text: string) => keep({ status: 200, contentType, body: text }) } : {}),
    });
  },
);

/** An answer that has ended, in the fields of the family. */
function v1AnswerOf(answer: Answer) {
  const { questionId, content, quotes, confidence } = wholeOf(answer);
  return {
    slug: answerSlug(answer.question, questionId),
    content,
    question: answer.question,
    date_updated: new Date().toISOString(),
    trust_score: confidence,
    references: quotes.map(({ link, name }) => ({ link, icon: null, title: name })),
    session_id: answer.sessionId,
  };
}
