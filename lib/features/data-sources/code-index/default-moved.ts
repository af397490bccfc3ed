import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { readDb, schema } from "@/lib/db/client";
import { enqueueIn } from "@/lib/gate/enqueue";
import { inTransaction } from "@/lib/gate/transaction";
import { readHeads } from "../git/branches";
import { NotNow, type SourceToRead, Unreadable } from "../indexing/text-piece";
import { askedDefault, toldText } from "./heads";

type Source = Omit<SourceToRead, "resumeAt">;

/**
 * Queues the index of a repository whose default branch is another, or stands elsewhere, than when it was indexed. It may
 * be none of those that answers come from: then no other look at the host notices.
 * @returns whether it did; not where the host does not say, which can be asked another time
 * @throws the signal's reason; what went wrong on our side
 */
export async function queueIfDefaultMoved(source: Source, signal: AbortSignal): Promise<boolean> {
  const { codeRepository } = schema;
  const [shown] = await readDb()
    .select({ told: codeRepository.defaultTold, generation: codeRepository.generation })
    .from(codeRepository)
    .where(eq(codeRepository.sourceId, source.id));
  // Its first run finds out by itself.
  if (!shown || shown.generation === 0) return false;
  const told = await toldNow(source, signal);
  if (told === null || told === shown.told) return false;
  return inTransaction(async (tx) => {
    const [row] = await tx
      .update(codeRepository)
      .set({ basis: sql`${codeRepository.basis} || jsonb_build_object('defaultMovedAt', gurulog_now())` })
      .where(and(eq(codeRepository.sourceId, source.id), eq(codeRepository.generation, shown.generation)))
      .returning({ id: codeRepository.sourceId });
    if (row) await enqueueIn(tx, "index-code", { dataSourceId: row.id });
    return row !== undefined;
  });
}

async function toldNow(source: Source, signal: AbortSignal): Promise<string | null> {
  try {
    return toldText(await askedDefault(source, signal), readHeads(source.settings));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NotNow || error instanceof Unreadable) return null;
    throw error;
  }
}
