import "server-only";
import type { ReadingLimits } from "@/lib/platform/reading-apart/limits";
import { readApart } from "@/lib/platform/reading-apart/read-apart";
import { type DocumentOrder, type Extracted, extracted } from "./extracted";

/**
 * Extracts the text of a document in a process of its own.
 *
 * @param chunks the bytes of the file
 * @throws Unreadable with the reason when the file cannot be read within the limits
 * @throws Error when the process ends without a word, which another try may mend
 */
export function extractApart(
  { sizeBytes, ...order }: DocumentOrder & { sizeBytes: number },
  chunks: AsyncIterable<Buffer>,
  signal: AbortSignal,
  limits?: ReadingLimits,
): AsyncGenerator<Extracted> {
  return readApart({ entry: "extract", order, piece: extracted, sizeBytes }, chunks, signal, limits);
}
