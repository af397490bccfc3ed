import "server-only";
import { and, eq } from "drizzle-orm";
import { readDb, schema } from "@/lib/db/client";
import { inTransaction } from "@/lib/gate/transaction";
import { remoteRepository } from "../git/remote-repository";
import { type ToldTags, tagsAt } from "../git/remote-tags";
import { tokenOf } from "../indexing/read/repository";
import type { SourceToRead } from "../indexing/text-piece";

type Repository = Pick<SourceToRead, "url" | "guruId" | "settings">;

/** @returns the tags at the commits of heads; null when the host does not say: they can be told another time */
export async function toldTags(
  source: Repository,
  heads: readonly { commit: string }[],
  signal: AbortSignal,
): Promise<ToldTags | null> {
  try {
    const remote = await remoteRepository(source.url ?? "", await tokenOf(source), signal);
    const commits = heads.map(({ commit }) => commit);
    return await tagsAt(remote, commits, signal);
  } catch {
    signal.throwIfAborted();
    return null;
  }
}

/**
 * Asks for the tags of a repository of which nothing else is new: a tag may come, go or move without a commit. What a run
 * shows meanwhile has its own.
 */
export async function refreshTags(dataSourceId: string, signal: AbortSignal): Promise<void> {
  const { codeRepository, dataSource } = schema;
  const [found] = await readDb()
    .select({ source: dataSource, generation: codeRepository.generation, heads: codeRepository.heads })
    .from(codeRepository)
    .innerJoin(dataSource, eq(dataSource.id, codeRepository.sourceId))
    .where(eq(codeRepository.sourceId, dataSourceId));
  if (!found || found.generation === 0) return;
  const told = await toldTags(found.source, found.heads, signal);
  if (told === null) return;
  await inTransaction((tx) =>
    tx
      .update(codeRepository)
      .set({ tags: told.tags, tagsNote: told.note })
      .where(and(eq(codeRepository.sourceId, dataSourceId), eq(codeRepository.generation, found.generation))),
  );
}
