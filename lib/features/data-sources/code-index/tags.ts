import "server-only";
import { and, eq } from "drizzle-orm";
import { readDb, schema } from "@/lib/db/client";
import { inTransaction } from "@/lib/gate/transaction";
import { cleanText } from "@/lib/platform/clean-text";
import { remoteRepository } from "../git/remote-repository";
import { type ToldTags, tagsAt } from "../git/remote-tags";
import { withinTime } from "../git/within-time";
import { tokenOf } from "../indexing/read/repository";
import { NotNow, type SourceToRead, Unreadable } from "../indexing/text-piece";

/** For all of it: other repositories wait meanwhile. */
const askMs = 20_000;
const maxNoteLength = 1_000;

type Repository = Pick<SourceToRead, "url" | "guruId" | "settings">;

/** What is known of tags by now; without `tags` what was known before stays. */
export type TagsKnown = ToldTags | { tags?: never; note: string };

/**
 * The tags at the commits of heads. A host that does not say can be asked another time: why it did not is noted.
 * @param ms that it has; for tests fewer than usual
 * @throws the signal's reason; what went wrong on our side
 */
export async function toldTags(
  source: Repository,
  heads: readonly { commit: string }[],
  signal: AbortSignal,
  ms: number = askMs,
): Promise<TagsKnown> {
  const late = () => new NotNow("The repository's host took too long to say which tags it has.");
  try {
    return await withinTime({ ms, signal, late }, async (limited) => {
      const remote = await remoteRepository(source.url ?? "", await tokenOf(source), limited);
      const commits = heads.map(({ commit }) => commit);
      return tagsAt(remote, commits, limited);
    });
  } catch (error) {
    if (!(error instanceof NotNow || error instanceof Unreadable)) throw error;
    const note = `Which tags it has could not be asked the last time. ${error.message}`;
    return { note: cleanText(note, maxNoteLength) };
  }
}

/** What is written down of it. */
export const tagColumns = ({ tags, note }: TagsKnown) => ({
  ...(tags === undefined ? {} : { tags }),
  tagsNote: note,
});

/**
 * Asks for the tags of a repository of which nothing else is new: a tag may come, go or move without a commit. What a run
 * shows meanwhile has its own.
 * @param ms that the host has; for tests fewer than usual
 */
export async function refreshTags(dataSourceId: string, signal: AbortSignal, ms?: number): Promise<void> {
  const { codeRepository, dataSource } = schema;
  const [found] = await readDb()
    .select({ source: dataSource, generation: codeRepository.generation, heads: codeRepository.heads })
    .from(codeRepository)
    .innerJoin(dataSource, eq(dataSource.id, codeRepository.sourceId))
    .where(eq(codeRepository.sourceId, dataSourceId));
  if (!found || found.generation === 0) return;
  const known = await toldTags(found.source, found.heads, signal, ms);
  await inTransaction((tx) =>
    tx
      .update(codeRepository)
      .set(tagColumns(known))
      .where(and(eq(codeRepository.sourceId, dataSourceId), eq(codeRepository.generation, found.generation))),
  );
}
