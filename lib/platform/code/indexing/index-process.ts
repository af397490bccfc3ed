import type { FileToIndex, IndexingAnswer, IndexingRequest } from "./messages";
import { SegmentIndexer, type Symbols } from "./segment-indexer";

/** What knows languages and their symbols. */
interface LanguageFacts {
  languageOf(path: string, text: string): string | null;
  symbolsOf(language: string, text: string): Symbols | Promise<Symbols>;
}

/**
 * The process that turns text into records of the code index: it answers one request after the other, has nothing of ours
 * (no database, no secret, no address), and ends with whoever started it.
 */
export function runIndexProcess(facts: LanguageFacts): void {
  process.once("disconnect", () => process.exit(0));
  // Whoever started this may have been killed before it listened.
  if (!process.connected) process.exit(0);
  const indexer = new SegmentIndexer();
  // What goes wrong ends the process; whoever started it finds out by which file.
  process.on("message", async (message) => {
    const request = message as IndexingRequest;
    const answer =
      "finish" in request ? { postings: indexer.finish() } : await indexed(indexer, facts, request.files);
    process.send?.({ ...answer, memoryBytes: process.memoryUsage.rss() } satisfies IndexingAnswer);
  });
  process.send?.("ready");
}

async function indexed(indexer: SegmentIndexer, facts: LanguageFacts, files: readonly FileToIndex[]) {
  const found = await Promise.all(
    files.map(async ({ path, text, hasSymbols }) => {
      const language = facts.languageOf(path, text);
      const symbols = hasSymbols && language !== null ? await facts.symbolsOf(language, text) : [];
      return { text, language, symbols };
    }),
  );
  const records = found.map(({ text, language, symbols }) => indexer.add(text, language, symbols));
  return { files: records, pairs: indexer.pairs };
}
