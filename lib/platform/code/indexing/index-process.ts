import { setImmediate } from "node:timers/promises";
import type { FileToIndex, IndexedFile, IndexingAnswer, IndexingRequest } from "./messages";
import { SegmentIndexer, type Symbols } from "./segment-indexer";

/** What knows languages and their symbols. */
interface LanguageFacts {
  languageOf(path: string, text: string): string | null;
  symbolsOf(language: string, text: string): Symbols | Promise<Symbols>;
}

/** Between two looks at the memory that it holds. */
const lookMs = 1_000;

/**
 * The process that turns text into records of the code index: it answers one request after the other, has nothing of ours
 * (no database, no secret, no address), and ends with whoever started it, or when it holds more memory than it was given
 * (bytes, its only argument).
 */
export function runIndexProcess(facts: LanguageFacts): void {
  process.once("disconnect", () => process.exit(0));
  // Whoever started this may have been killed before it listened.
  if (!process.connected) process.exit(0);
  const memoryBytes = Number(process.argv[2]) || Number.POSITIVE_INFINITY;
  setInterval(() => {
    if (process.memoryUsage.rss() > memoryBytes) process.exit(1);
  }, lookMs).unref();
  const indexer = new SegmentIndexer();
  let answered = Promise.resolve();
  // What goes wrong ends the process; whoever started it finds out by which file.
  process.on("message", (message) => {
    const request = message as IndexingRequest;
    // The symbols of this request are looked for while the one before is written down.
    const found = "files" in request ? request.files.map((file) => symbolsIn(file, facts)) : null;
    answered = answered.then(async () => {
      const answer = found ? await indexed(indexer, found) : { postings: indexer.finish() };
      process.send?.({ ...answer, memoryBytes: process.memoryUsage.rss() } satisfies IndexingAnswer);
    });
  });
  process.send?.("ready");
}

interface Found {
  text: string;
  language: string | null;
  symbols: Symbols;
}

async function symbolsIn({ path, text, hasSymbols }: FileToIndex, facts: LanguageFacts): Promise<Found> {
  const language = facts.languageOf(path, text);
  const symbols = hasSymbols && language !== null ? await facts.symbolsOf(language, text) : [];
  return { text, language, symbols };
}

async function indexed(indexer: SegmentIndexer, found: readonly Promise<Found>[]) {
  const files: IndexedFile[] = [];
  for (const one of found) {
    const { text, language, symbols } = await one;
    files.push(indexer.add(text, language, symbols));
    // The threads that look for symbols are given the next text in between.
    await setImmediate();
  }
  return { files, pairs: indexer.pairs };
}
