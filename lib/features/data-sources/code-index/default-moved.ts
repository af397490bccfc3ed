import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { readDb, schema } from "@/lib/db/client";
import { enqueueIn } from "@/lib/gate/enqueue";
import { inTransaction } from "@/lib/gate/transaction";
import { readHeads } from "../git/branches";
import { defaultHead } from "../git/default-branch";
import { remoteRepository } from "../git/remote-repository";
import { tokenOf } from "../indexing/read/repository";
import { NotNow, type SourceToRead, Unreadable } from "../indexing/text-piece";
import { nameless } from "./heads";

type Source = Pick<SourceToRead, "id" | "url" | "guruId" | "settings">;

/**
 * Queues the index of a repository whose default branch is another, or stands elsewhere, than the one that is searched. It may
 * be none of those that answers come from: then no other look at the host notices.
 * @returns whether it did; not where the host does not say, which can be asked another time
 * @throws the signal's reason; what went wrong on our side
 */
export async function queueIfDefaultMoved(source: Source, signal: AbortSignal): Promise<boolean> {
  const { codeRepository } = schema;
  const [shown] = await readDb()
    .select({ heads: codeRepository.heads, generation: codeRepository.generation })
    .from(codeRepository)
    .where(eq(codeRepository.sourceId, source.id));
  // Its first run finds out by itself.
  if (!shown || shown.generation === 0 || !(await hasMoved(source, shown.heads, signal))) return false;
  return inTransaction(async (tx) => {
    const [row] = await tx
      .update(codeRepository)
      .set({ basis: sql`${codeRepository.basis} || '{"defaultBranch": "moved"}'`, nextTryAt: null })
      .where(and(eq(codeRepository.sourceId, source.id), eq(codeRepository.generation, shown.generation)))
      .returning({ id: codeRepository.sourceId });
    if (row) await enqueueIn(tx, "index-code", { dataSourceId: row.id });
    return row !== undefined;
  });
}

async function hasMoved(
  source: Source,
  heads: (typeof schema.codeRepository.$inferSelect)["heads"],
  signal: AbortSignal,
): Promise<boolean> {
  const before = heads.find(({ isDefault }) => isDefault);
  const told = await asked(source, signal);
  if (told === null || before === undefined) return false;
  const read = readHeads(source.settings);
  // A name that the host does not say any more is no other one.
  if (read.some(({ branch }) => branch === null))
    return told.branch !== null && told.branch !== before.branch;
  const branch = told.branch ?? nameless;
  if (branch !== before.branch) return true;
  return told.commit !== before.commit && !read.some((head) => head.branch === branch);
}

async function asked(source: Source, signal: AbortSignal) {
  try {
    const remote = await remoteRepository(source.url ?? "", await tokenOf(source), signal);
    return await defaultHead(remote, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NotNow || error instanceof Unreadable) return null;
    throw error;
  }
}
