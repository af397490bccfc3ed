import "server-only";
import { and, eq, inArray, isNull, lte, sql } from "drizzle-orm";
import { schema } from "@/lib/db/client";
import { enqueueIn } from "@/lib/gate/enqueue";
import { inTransaction } from "@/lib/gate/transaction";
import { cleanText } from "@/lib/platform/clean-text";

type Message = typeof schema.botMessage.$inferSelect;

/** A message that this worker has, until its lease ends or another finds that it did. */
export interface Held {
  id: string;
  integrationId: string;
  claim: number;
  attempts: number;
  state: Message["state"];
  place: Message["place"];
  question: string;
  answer: string | null;
}

/** How long a worker has a message from its last sign of life on. */
export const leaseS = 60;
const mostAttempts = 8;
const open = ["waiting", "answered", "posting"] as const;

/** Takes a message that is due; null when another has it, or when it is done. */
export async function takeMessage(id: string): Promise<Held | null> {
  const { botMessage } = schema;
  const due = and(
    eq(botMessage.id, id),
    inArray(botMessage.state, [...open]),
    lte(botMessage.dueAt, sql`now()`),
  );
  return inTransaction(async (tx) => {
    const [row] = await tx
      .update(botMessage)
      .set({
        claim: sql`${botMessage.claim} + 1`,
        attempts: sql`${botMessage.attempts} + 1`,
        dueAt: lease(),
      })
      .where(due)
      .returning();
    if (!row) return null;
    if (row.attempts <= mostAttempts) return row;
    await tx
      .update(botMessage)
      .set({
        state: "failed",
        error: "It was begun several times and never came to an end.",
        finishedAt: sql`now()`,
      })
      .where(eq(botMessage.id, id));
    return null;
  });
}

const lease = () => sql`now() + make_interval(secs => ${leaseS})`;

/** What of a message is still to be done from here on. */
type Step =
  | { state: "answered"; answer: string }
  | { state: "posting" }
  | { state: "posted" }
  | { state: "failed"; error: string };

/**
 * Goes a step on.
 * @returns false when the message is another's by now, or gone: then nothing more is to be done
 */
export async function goOn(held: Held, step: Step): Promise<boolean> {
  const { botMessage } = schema;
  const isOver = step.state === "posted" || step.state === "failed";
  return inTransaction(async (tx) => {
    const [row] = await tx
      .update(botMessage)
      .set({
        state: step.state,
        dueAt: lease(),
        ...(step.state === "answered" ? { answer: cleanText(step.answer) } : {}),
        ...(step.state === "failed" ? { error: cleanText(step.error, 500) } : {}),
        ...(isOver ? { finishedAt: sql`now()` } : {}),
      })
      .where(isMine(held))
      .returning({ id: botMessage.id });
    return row !== undefined;
  });
}

/** A sign of life. @returns false when the message is another's by now, or gone */
export async function signOfLife(held: Held): Promise<boolean> {
  const { botMessage } = schema;
  return inTransaction(async (tx) => {
    const rows = await tx
      .update(botMessage)
      .set({ dueAt: lease() })
      .where(isMine(held))
      .returning({ id: botMessage.id });
    return rows.length > 0;
  });
}

/** Keeps how far one has looked for an answer that may stand already: the next look goes on from there. */
export async function keepLooked(held: Held, after: string): Promise<void> {
  const { botMessage } = schema;
  const place = { ...held.place, after: cleanText(after, 50) };
  await inTransaction((tx) => tx.update(botMessage).set({ place }).where(isMine(held)));
}

/**
 * Gives a message back.
 * @param afterS seconds until it may be taken up again
 * @param why a worker that stops has made no attempt
 */
export async function giveBack(held: Held, afterS: number, why: "stopping" | "trouble"): Promise<void> {
  const { botMessage } = schema;
  await inTransaction(async (tx) => {
    const rows = await tx
      .update(botMessage)
      .set({
        dueAt: sql`now() + make_interval(secs => ${afterS})`,
        ...(why === "stopping" ? { attempts: sql`${botMessage.attempts} - 1` } : {}),
      })
      .where(isMine(held))
      .returning({ id: botMessage.id });
    if (rows.length > 0 && afterS === 0) await enqueueIn(tx, "answer-message", { messageId: held.id });
  });
}

function isMine({ id, claim }: Held) {
  const { botMessage } = schema;
  return and(eq(botMessage.id, id), eq(botMessage.claim, claim), isNull(botMessage.finishedAt));
}

/**
 * Queues messages whose worker died, whose job was lost, or whose pause is over, unless they are queued. Queuing one too
 * often does no harm.
 * @returns their number
 */
export async function requeueDueMessages(): Promise<number> {
  return inTransaction(async (tx) => {
    const rows = await tx.execute<{ id: string }>(sql`
      select id from bot_message
      where state in ('waiting', 'answered', 'posting') and due_at < now() - interval '2 seconds'
        and not exists (
          select from pgboss.job j where j.name = 'answer-message' and j.state in ('created', 'retry')
            and j.data ->> 'messageId' = bot_message.id::text)
      order by due_at limit 50 for update skip locked`);
    for (const { id } of rows) await enqueueIn(tx, "answer-message", { messageId: id });
    return rows.length;
  });
}
