import "server-only";
import { and, asc, eq, isNull, type SQL } from "drizzle-orm";
import {
  anonymousPrincipal,
  noRequest,
  type Principal,
  type RequestFacts,
  systemPrincipal,
  type UserPrincipal,
} from "@/lib/access/principal";
import { guruAsked } from "@/lib/audit/catalogue/gurus";
import { schema, type Tx } from "@/lib/db/client";
import type { AnswerEnd, KeptAsker } from "@/lib/db/schema/gurus";
import { type AskedQuestion, askedFact, isAnswered, type RecordedOutcome } from "./asked-fact";
import { recordSettled } from "./follow-up";

/** Who asks, and by which request. */
export interface Asker {
  principal: Principal;
  request: RequestFacts;
}

export const nobody: Asker = { principal: anonymousPrincipal, request: noRequest };

/** A question whose event is still to come, with all that it needs. */
export interface OpenQuestion {
  id: string;
  asked: AskedQuestion;
  /** As the writer of the answer kept it; `lost` where they did not come to that. */
  end: AnswerEnd;
  /** The person as the question kept them; nobody where they were erased meanwhile. */
  by: Asker;
}

/**
 * Takes open questions from the writers of their answers, oldest first: until the transaction ends nobody else settles
 * them. Whoever takes one records it.
 * @param which a condition on `question`
 * @param batch so many at most, leaving out what others hold; without it all, waiting for the others
 */
export async function takeOpenQuestions(tx: Tx, which: SQL, batch?: number): Promise<OpenQuestion[]> {
  const { question, guru } = schema;
  const query = tx
    .select({
      id: question.id,
      text: question.text,
      door: question.door,
      references: question.references,
      model: question.model,
      durationMs: question.durationMs,
      accountId: question.accountId,
      askedBy: question.askedBy,
      guru: { id: guru.id, slug: guru.slug, name: guru.name, orgId: guru.orgId },
    })
    .from(question)
    .innerJoin(guru, eq(guru.id, question.guruId))
    .where(and(isNull(question.outcome), which))
    .orderBy(asc(question.createdAt))
    .for("update", batch === undefined ? { of: question } : { of: question, skipLocked: true });
  const rows = await (batch === undefined ? query : query.limit(batch));
  return rows.map(({ id, text, door, references, model, durationMs, accountId, askedBy, guru: of }) => {
    const { orgId, ...snapshot } = of;
    return {
      id,
      asked: { guru: snapshot, question: text, door, references: references as string[], model },
      end: askedBy?.end ?? { outcome: "lost", text: "", startedMs: null, durationMs },
      by: askerOf(orgId, accountId, askedBy),
    };
  });
}

/**
 * Keeps how an open question ended.
 * @returns whose it is; null when it was over before, or went with its guru
 */
export async function settleQuestion(
  tx: Tx,
  questionId: string,
  { outcome, text, startedMs, durationMs, trustScore }: AnswerEnd,
): Promise<{ accountId: string | null } | null> {
  const { question } = schema;
  const [settled] = await tx
    .update(question)
    .set({
      outcome,
      answered: isAnswered(outcome) ? "yes" : "no",
      answer: text === "" ? null : text,
      answerStartedMs: startedMs,
      durationMs,
      trustScore: trustScore ?? null,
      askedBy: null,
    })
    .where(and(eq(question.id, questionId), isNull(question.outcome)))
    .returning({ accountId: question.accountId });
  return settled ?? null;
}

/** Records a question, in the transaction that settles it or deletes it. */
export async function recordQuestion(
  tx: Tx,
  { asked, end, by }: Pick<OpenQuestion, "asked" | "by"> & { end: { outcome: RecordedOutcome } },
): Promise<void> {
  await recordSettled(tx, guruAsked, askedFact(asked, end.outcome), by);
}

function askerOf(orgId: number, accountId: string | null, by: KeptAsker | null): Asker {
  if (by === null || by.kind === undefined) return nobody;
  const { ip, userAgent, requestId } = by;
  const request = { ip, userAgent, requestId };
  if (by.kind !== "user" && by.kind !== "api_key")
    return by.kind === "system"
      ? { principal: systemPrincipal, request: noRequest }
      : { principal: anonymousPrincipal, request };
  if (accountId === null) return nobody;
  const { email, key } = by;
  const person = { accountId, email, orgId, role: null };
  if (key)
    return {
      principal: { ...person, kind: "api_key", keyId: key.id, keyName: key.name, scopes: [] },
      request,
    };
  const user: UserPrincipal = {
    ...person,
    kind: "user",
    name: "",
    sessionHash: "",
    mustChangePassword: false,
    mustEnrolFactor: false,
    timeZone: "UTC",
  };
  return { principal: user, request };
}
