import "server-only";
import { and, eq, isNull, sql } from "drizzle-orm";
import { schema, type Tx } from "@/lib/db/client";
import { enqueueIn } from "@/lib/gate/enqueue";
import type { HeardQuestion } from "./heard";

/** Questions of one integration that wait for their answers; a channel that is flooded gets no more. */
const mostWaiting = 50;

/**
 * Keeps a question for the bot, and has it answered. One that was kept before is not kept again, however it comes.
 * @returns true when it is new and will be answered
 */
export async function keepMessage(tx: Tx, integrationId: string, heard: HeardQuestion): Promise<boolean> {
  const { botMessage, integration } = schema;
  // Counted one after the other; and the integration stays until this is committed.
  const held = await tx.execute(
    sql`select from ${integration} where id = ${integrationId} for no key update`,
  );
  if (held.length === 0) return false;
  const waiting = await tx.$count(
    botMessage,
    and(eq(botMessage.integrationId, integrationId), isNull(botMessage.finishedAt)),
  );
  if (waiting >= mostWaiting) return false;
  const [made] = await tx
    .insert(botMessage)
    .values({ integrationId, ...heard })
    .onConflictDoNothing()
    .returning({ id: botMessage.id });
  if (!made) return false;
  await enqueueIn(tx, "answer-message", { messageId: made.id });
  return true;
}
