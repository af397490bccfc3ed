import "server-only";
import type { GuruFacts } from "@/lib/access/guru-standing";
import { accountOf, type Principal, type RequestFacts } from "@/lib/access/principal";
import { schema, type Tx } from "@/lib/db/client";
import type { AskedBy, QuestionDoor } from "@/lib/db/schema/gurus";
import { askedFact, isAnswered } from "@/lib/gate/asked-fact";
import type { Ran } from "@/lib/gate/command-spec";
import { cleanText } from "@/lib/platform/clean-text";
import { findPassages } from "./find-passages";
import { holdPlace } from "./hold-place";
import { languageModel } from "./model/settings";
import type { Answer, Outcome } from "./schemas";
import { trustOf } from "./trust-of-answer";

export interface Begun {
  tx: Tx;
  guru: GuruFacts;
  question: string;
  door: QuestionDoor;
  principal: Principal;
  request: RequestFacts;
  /** What is kept with the question besides. */
  kept?: { sessionId?: string | null; widgetId?: string };
}

/**
 * Looks for passages and keeps the question, the same by every door. Without a model, or where nothing is found, this is
 * all: the event is among what comes back. Otherwise the question is kept as open, with all that its event needs.
 */
export async function beginQuestion(begun: Begun): Promise<Ran<Answer>> {
  const started = performance.now();
  const { tx, guru, door, principal, request } = begun;
  const question = cleanText(begun.question);
  const settings = languageModel();
  const { quotes, without } = await findPassages(tx, guru.id, question);
  const references = [...new Set(quotes.map((q) => q.sourceId))];
  const outcome: Outcome | null = without ?? (settings ? null : "quoted");
  // After the search: whoever waits for the place holds a connection.
  if (outcome === null)
    await holdPlace(tx, { accountId: accountOf(principal), widgetId: begun.kept?.widgetId });
  const model = outcome === null && settings ? cleanText(settings.model) : null;
  const trustScore = outcome && (await trustOf(tx, { question, quotes, text: null, outcome }));
  const durationMs = Math.round(performance.now() - started);
  const [kept] = await tx
    .insert(schema.question)
    .values({
      guruId: guru.id,
      accountId: accountOf(principal),
      door,
      text: question,
      answered: outcome !== null && isAnswered(outcome) ? "yes" : "no",
      references,
      durationMs,
      outcome,
      model,
      trustScore,
      askedBy: outcome === null ? askedBy(principal, request) : null,
      ...begun.kept,
    })
    .returning({ id: schema.question.id });
  if (!kept) throw new Error("the question was not kept");
  const value: Answer = {
    questionId: kept.id,
    guru: { id: guru.id, slug: guru.slug, name: guru.name },
    door,
    question,
    quotes,
    text: outcome === null ? "" : null,
    outcome,
    note: null,
    durationMs,
    trustScore,
    model,
    sessionId: begun.kept?.sessionId ?? null,
  };
  const audit = outcome && askedFact({ guru, question, door, references, model }, outcome);
  return { value, targetId: kept.id, audit };
}

function askedBy(principal: Principal, { ip, userAgent, requestId }: RequestFacts): AskedBy {
  const from = { ip, userAgent: userAgent && cleanText(userAgent, 512), requestId };
  switch (principal.kind) {
    case "user":
      return { kind: "user", email: principal.email, ...from };
    case "api_key": {
      const key = { id: principal.keyId, name: principal.keyName };
      return { kind: "api_key", email: principal.email, key, ...from };
    }
    default:
      return { kind: principal.kind, ...from };
  }
}
