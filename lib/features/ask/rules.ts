import type { Segment } from "./schemas";

/** Signs put round a hit by the database; private characters, taken out of the text before. */
export const hitStart = "\uE000";
export const hitEnd = "\uE001";

/** A text with hits marked, in pieces. */
export function segmentsOf(marked: string): Segment[] {
  const segments: Segment[] = [];
  for (const [at, part] of marked.split(hitStart).entries()) {
    const [hit = "", rest = ""] = at === 0 ? ["", part] : part.split(hitEnd);
    if (hit !== "") segments.push({ text: hit, hit: true });
    if (rest !== "") segments.push({ text: rest, hit: false });
  }
  return segments;
}

/**
 * An address as a link may have it.
 * @returns null for anything but http and https: what a source says of itself must not run in the reader's browser
 */
export function safeLink(text: string | null): string | null {
  if (text === null || !URL.canParse(text)) return null;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && !url.username && !url.password ? url.href : null;
}

const fewestLetters = 4;
const mostWords = 8;

/** The words of a question worth comparing by their letters: the longest ones, as short words are like many others. */
export function wordsToCompare(question: string): string[] {
  const words = question.toLowerCase().match(/[\p{L}\p{N}_-]+/gu) ?? [];
  const distinct = [...new Set(words)].filter((w) => w.length >= fewestLetters && w.length <= 60);
  return distinct.sort((a, b) => b.length - a.length).slice(0, mostWords);
}
