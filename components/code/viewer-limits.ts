import { mostEntries, mostSymbols } from "@/lib/features/code-search/view-rules";
import { longestText } from "@/lib/platform/code/symbols/text-rules";

/**
 * What an outline leaves out, in words.
 * @param file how many symbols are listed of it, and its size in bytes
 * @returns null when it has all that is known
 */
export function outlineNote({ symbols, bytes }: { symbols: number; bytes: number }): string | null {
  if (symbols >= mostSymbols) return `The first ${mostSymbols} symbols of this file.`;
  if (symbols > 0) return null;
  return bytes > longestText
    ? `No symbols: they are found in files of up to ${longestText / 1024} kB.`
    : "No symbols are known of this file.";
}

/** What a folder's list leaves out, in words; null when it has all. */
export const entriesNote = (entries: number): string | null =>
  entries < mostEntries
    ? null
    : `The first ${mostEntries.toLocaleString("en-US")} entries. Search with file: to find others.`;
