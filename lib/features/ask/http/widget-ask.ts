import "server-only";
import { z } from "zod";
import { anonymousPrincipal, type RequestFacts } from "@/lib/access/principal";
import { takeAnswerTurn } from "@/lib/gate/answer-turns";
import { bodyWithin } from "@/lib/gate/body-within";
import { fieldErrorsOf } from "@/lib/gate/field-errors";
import { json } from "@/lib/gate/to-route";
import { inTransaction } from "@/lib/gate/transaction";
import { widgetError, widgetFailure, widgetRoute } from "@/lib/gate/widget-door";
import { type Failure, Refusal, refuse } from "@/lib/platform/errors";
import { answerInWords, searchTookTooLong } from "../answer-in-words";
import { answerSlug } from "../answer-slug";
import { beginWidgetAnswer } from "../commands/begin-widget-answer";
import { findPassages } from "../find-passages";
import { inSearchTurn } from "../in-search-turn";
import { askGuruInput, type Quote } from "../schemas";
import { endedInTime, wholeOf } from "../whole-answer";
import { existingAnswer } from "../widget-answer";
import { plainAnswer } from "./plain-answer";

const askBody = z.strictObject(
  {
    question: askGuruInput.shape.question,
    fetch_existing: z.boolean("fetch_existing is true or false.").optional(),
  },
  { error: (issue) => (issue.code === "invalid_type" ? "Send a JSON object as the body." : undefined) },
);

/** Room for the longest question with each of its signs escaped. */
const mostBytes = 16 * 1024;

/**
 * `POST /widget/ask/`: a visitor's question. The answer's text comes as it is written, under the content type that the
 * clients of this family know; with `fetch_existing` the answer to the same question of a moment ago with its sources,
 * or else a new one, whole.
 */
export const postWidgetAsk = widgetRoute(async ({ request, facts, site, scope }) => {
  const began = performance.now();
  // One that broke off midway is as good as none.
  const body = await bodyWithin(request, mostBytes).catch(() => Buffer.alloc(0));
  if (!body)
    return widgetError(
      413,
      "What was sent is larger than 16 KB. Ask with fewer words: 1,000 characters at most.",
    );
  const parsed = askBody.safeParse(jsonOf(body));
  if (!parsed.success)
    return widgetError(400, Object.values(fieldErrorsOf(parsed.error))[0]?.[0] ?? "Send a question.");
  const { question, fetch_existing: isExisting = false } = parsed.data;
  const by = { principal: anonymousPrincipal, request: facts };
  if (isExisting) {
    const found = await existingAnswer.execute({ ...by, input: { ...site, question } });
    if (!found.ok) return widgetFailure(found);
    if (found.value) {
      const { questionId, text, outcome, trustScore, references } = found.value;
      // What no model wrote is made of the passages, which are looked for again: it costs as much as a question.
      const again = outcome === "quoted" ? await searchAgain(scope.guru.id, question, facts) : [];
      if (!Array.isArray(again)) return widgetFailure(again);
      const quotes = again;
      const isGone = outcome === "quoted" && quotes.length === 0;
      const content = answerInWords({
        text,
        quotes,
        outcome: isGone ? "nothing_found" : outcome,
        note: null,
      });
      // Nothing bears what is said now, whatever bore it then.
      const borne = isGone ? { trustScore: 0, references: [] } : { trustScore, references };
      return detailsOf({ questionId, question, content, ...borne });
    }
  }
  const begun = await beginWidgetAnswer.execute({ ...by, input: { ...site, question } });
  if (!begun.ok) return widgetFailure(begun);
  if ("repeated" in begun) throw new Error("a visitor has no attempts");
  if (!isExisting)
    return plainAnswer(begun.value, by, request.signal, { contentType: "text/event-stream", began });
  const { questionId, content, quotes, confidence } = wholeOf(
    await endedInTime(begun.value, by, request.signal, began),
  );
  const references = quotes.map(({ name, link }) => ({ title: name, link }));
  return detailsOf({ questionId, question, content, trustScore: confidence, references });
});

/** @returns null for what is no JSON */
function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

async function searchAgain(
  guruId: string,
  question: string,
  facts: RequestFacts,
): Promise<Quote[] | Failure> {
  try {
    const by = { principal: anonymousPrincipal, request: facts };
    await takeAnswerTurn(by.principal, facts);
    const { quotes, without } = await inSearchTurn(by, () =>
      inTransaction((tx) => findPassages(tx, guruId, question)),
    );
    if (without === "search_timed_out") throw refuse("throttled", searchTookTooLong, { retryAfterS: 10 });
    return quotes;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ok: false, code: error.code, message: error.message, ...error.options };
  }
}

interface Details {
  questionId: string;
  question: string;
  content: string;
  trustScore: number;
  references: { title: string; link: string | null }[];
}

function detailsOf({ questionId, question, content, trustScore, references }: Details): Response {
  return json(200, {
    slug: answerSlug(question, questionId),
    content,
    trust_score: trustScore,
    // The family calls a source's title its question.
    references: references.map(({ title, link }) => ({ question: title, link, icon: null })),
  });
}
