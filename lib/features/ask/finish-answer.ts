import "server-only";
import { and, asc, eq, isNull, sql } from "drizzle-orm";
import {
  accountOf,
  anonymousPrincipal,
  noRequest,
  type Principal,
  type RequestFacts,
  type UserPrincipal,
} from "@/lib/access/principal";
import { guruAsked } from "@/lib/audit/catalogue/gurus";
import { schema, type Tx } from "@/lib/db/client";
import type { AskedBy } from "@/lib/db/schema/gurus";
import { recordSettled } from "@/lib/gate/follow-up";
import { inTransaction } from "@/lib/gate/transaction";
import { type AskedQuestion, askedFact, isAnswered } from "./asked-fact";
import type { Outcome } from "./schemas";

/** How an answer that a model wrote came to its end. */
export interface AnswerEnd {
  outcome: Outcome;
  /** What was written, as far as it came. */
  text: string;
  /** Milliseconds from the question to the first word; null when none came. */
  startedMs: number | null;
  /** Milliseconds from the question to the end. */
  durationMs: number;
}

/** Who asks, and by which request. */
export interface Asker {
  principal: Principal;
  request: RequestFacts;
}

const nobody: Asker = { principal: anonymousPrincipal, request: noRequest };

/**
 * Keeps how the answer to an open question ended and records the question, in one transaction. Of several ends of one
 * question the first counts, so that it is recorded once.
 * @returns false when it was over before
 */
export async function finishAnswer(
  questionId: string,
  asked: AskedQuestion,
  end: AnswerEnd,
  by: Asker,
): Promise<boolean> {
  return inTransaction(async (tx) => {
    const settled = await settle(tx, questionId, end);
    if (settled === "over") return false;
    // Meanwhile erased: nothing may name the person again. A guru that was deleted has taken its question along.
    const isErased = settled !== "gone" && settled.accountId !== accountOf(by.principal);
    await recordSettled(tx, guruAsked, askedFact(asked, end.outcome), isErased ? nobody : by);
    return true;
  });
}

async function settle(
  tx: Tx,
  questionId: string,
  { outcome, text, startedMs, durationMs }: AnswerEnd,
): Promise<{ accountId: string | null } | "over" | "gone"> {
  const { question } = schema;
  const [settled] = await tx
    .update(question)
    .set({
      outcome,
      answered: isAnswered(outcome) ? "yes" : "no",
      answer: text === "" ? null : text,
      answerStartedMs: startedMs,
      durationMs,
      askedBy: null,
    })
    .where(and(eq(question.id, questionId), isNull(question.outcome)))
    .returning({ accountId: question.accountId });
  if (settled) return settled;
  const stands = await tx.$count(question, eq(question.id, questionId));
  return stands > 0 ? "over" : "gone";
}

/** An answer takes two minutes at most; a process that has not ended one after this long is dead. */
const lostAfter = sql`interval '10 minutes'`;
const batch = 100;

/**
 * Records the questions whose answer nobody is writing any more, as the process died. For the worker: each minute and at
 * start.
 * @returns how many
 */
export async function closeLostAnswers(): Promise<number> {
  return inTransaction(async (tx) => {
    const { question, guru } = schema;
    const lost = await tx
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
      .where(and(isNull(question.outcome), sql`${question.createdAt} < gurulog_now() - ${lostAfter}`))
      .orderBy(asc(question.createdAt))
      .limit(batch)
      .for("update", { of: question, skipLocked: true });
    for (const { id, text, door, references, model, durationMs, accountId, askedBy, guru: of } of lost) {
      const end = { outcome: "lost", text: "", startedMs: null, durationMs } as const;
      await settle(tx, id, end);
      const { orgId, ...snapshot } = of;
      const asked = { guru: snapshot, question: text, door, references: references as string[], model };
      await recordSettled(tx, guruAsked, askedFact(asked, "lost"), askerOf(orgId, accountId, askedBy));
    }
    return lost.length;
  });
}

/** The person as the question kept them; nobody where they were erased meanwhile. */
function askerOf(orgId: number, accountId: string | null, by: AskedBy | null): Asker {
  if (accountId === null || by === null) return nobody;
  const { email, key, ip, userAgent, requestId } = by;
  const request = { ip, userAgent, requestId };
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
