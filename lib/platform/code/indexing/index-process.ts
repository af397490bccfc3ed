import type { IndexingAnswer, IndexingRequest } from "./messages";
import { type LanguageFacts, SegmentIndexer } from "./segment-indexer";

/**
 * The process that turns text into records of the code index: it answers one request after the other, has nothing of ours
 * (no database, no secret, no address), and ends with whoever started it.
 */
export async function runIndexProcess(facts: LanguageFacts): Promise<void> {
  process.once("disconnect", () => process.exit(0));
  // Whoever started this may have been killed before it listened.
  if (!process.connected) process.exit(0);
  const indexer = new SegmentIndexer(facts);
  process.on("message", (message) => {
    const answer = answerTo(indexer, message as IndexingRequest);
    process.send?.(answer);
  });
  process.send?.("ready");
}

function answerTo(indexer: SegmentIndexer, request: IndexingRequest): IndexingAnswer {
  if ("finish" in request) {
    const postings = indexer.finish();
    return { postings, memoryBytes: process.memoryUsage.rss() };
  }
  const files = request.files.map((file) => indexer.add(file));
  return { files, pairs: indexer.pairs, memoryBytes: process.memoryUsage.rss() };
}
