import "server-only";
import { and, eq, isNull, sql } from "drizzle-orm";
import { accountOf } from "@/lib/access/principal";
import { schema } from "@/lib/db/client";
import type { AnswerEnd } from "@/lib/db/schema/gurus";
import type { AskedQuestion } from "@/lib/gate/asked-fact";
import {
  type Asker,
  nobody,
  recordQuestion,
  settleQuestion,
  takeOpenQuestions,
} from "@/lib/gate/open-questions";
import { inTransaction } from "@/lib/gate/transaction";

/**
 * Keeps how the answer to an open question ended and records the question, in one transaction. Of several ends of one
 * question the first counts, so that it is recorded once.
 * @returns false when it was over before, or its guru was deleted, which recorded it
 */
export async function finishAnswer(
  questionId: string,
  asked: AskedQuestion,
  end: AnswerEnd,
  by: Asker,
): Promise<boolean> {
  return inTransaction(async (tx) => {
    const settled = await settleQuestion(tx, questionId, end);
    if (!settled) return false;
    // Meanwhile erased: nothing may name the person again.
    const isErased = settled.accountId !== accountOf(by.principal);
    await recordQuestion(tx, { asked, end, by: isErased ? nobody : by });
    return true;
  });
}

/**
 * Notes on an open question how its answer ended, for whoever records it: what the log does not take now is recorded as it
 * was. No event: the question is still open.
 */
export async function keepEnd(questionId: string, end: AnswerEnd): Promise<void> {
  const { question } = schema;
  const kept = JSON.stringify({ end });
  await inTransaction((tx) =>
    tx
      .update(question)
      .set({ askedBy: sql`coalesce(${question.askedBy}, '{}'::jsonb) || ${kept}::text::jsonb` })
      .where(and(eq(question.id, questionId), isNull(question.outcome))),
  );
}

/** An answer takes two minutes at most; a process that has not ended one after this long is dead. */
const lostAfter = sql`interval '10 minutes'`;
const batch = 100;

/**
 * Records the questions whose answer nobody is writing any more: it has ended, but could not be recorded, or the process
 * died. A bot's question whose message still waits for its answer is taken up again, and recorded then. For the worker: each
 * minute and at start.
 * @returns how many
 */
export async function closeLostAnswers(): Promise<number> {
  return inTransaction(async (tx) => {
    const { askedBy, createdAt, sessionId } = schema.question;
    const { botMessage } = schema;
    const isTakenUp = sql`exists (
      select from ${botMessage} where ${botMessage.id} = ${sessionId} and ${botMessage.state} = 'waiting')`;
    const isLost = sql`${createdAt} < gurulog_now() - ${lostAfter} and not ${isTakenUp}`;
    const due = sql`(${askedBy} -> 'end' is not null or ${isLost})`;
    const open = await takeOpenQuestions(tx, due, batch);
    for (const question of open) {
      await settleQuestion(tx, question.id, question.end);
      await recordQuestion(tx, question);
    }
    return open.length;
  });
}
