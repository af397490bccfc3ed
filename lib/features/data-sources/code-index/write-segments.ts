import "server-only";
import { and, eq, sql } from "drizzle-orm";
import { schema } from "@/lib/db/client";
import { CodeIndexer, IndexerGone } from "@/lib/platform/code/indexing/code-indexer";
import { mostPartsOfSegment } from "@/lib/platform/code/postings";
import type { WantedFile } from "./plan";
import { type CodeRun, whileMine } from "./runs";
import { type Treatment, writeSegment } from "./write-segment";

/** Times that the process may end without a file being to blame. */
const mostCrashes = 3;

/**
 * Reads files and writes them down, a segment after the other. A process that does not survive a file is replaced, and the
 * segment is written again: with that file by itself, then without its symbols, and then without it.
 * @param folder our copy of the repository
 */
export async function writeSegments(
  run: CodeRun,
  { folder, files }: { folder: string; files: readonly WantedFile[] },
  signal: AbortSignal,
): Promise<void> {
  if (files.length === 0) return;
  const treatments = new Map<WantedFile, Treatment>();
  /** Without a file to blame. Each halves what a segment may have: it may have been too much. */
  let crashes = 0;
  let indexer = await CodeIndexer.open(signal);
  try {
    for (let from = 0; from < files.length; ) {
      /** Whose text the process has, and has not answered for. */
      const inHand: WantedFile[] = [];
      try {
        const mostParts = mostPartsOfSegment >> crashes;
        const work = { folder, files: files.slice(from), treatments, indexer, inHand, mostParts };
        from += await writeSegment(run, work, signal);
        if (!indexer.isWorn) continue;
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof IndexerGone)) throw error;
        if (inHand.length === 0 && ++crashes > mostCrashes) throw error;
        blame(inHand, treatments);
        await dropIncomplete(run);
      }
      await indexer.close();
      indexer = await CodeIndexer.open(signal);
    }
  } finally {
    await indexer.close();
  }
}

function blame(inHand: readonly WantedFile[], treatments: Map<WantedFile, Treatment>): void {
  const [first] = inHand;
  if (first && inHand.length === 1)
    treatments.set(first, treatments.get(first) === "without symbols" ? "left out" : "without symbols");
  else for (const file of inHand) treatments.set(file, "alone");
}

/** Removes what a run that crashed, or this one before its process did, had begun. */
export async function dropIncomplete(run: CodeRun): Promise<void> {
  const { codeSegment } = schema;
  await whileMine(run, async (tx) => {
    await tx.execute(sql`set local statement_timeout = '120s'`);
    await tx
      .delete(codeSegment)
      .where(and(eq(codeSegment.sourceId, run.source.id), eq(codeSegment.complete, false)));
  });
}
