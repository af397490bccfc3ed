/** What a part aims at, in bytes of UTF-8: what is inflated and looked through to find one line. */
const aimedBytes = 16 * 1024;

/** Whole lines of a file. */
export interface TextPart {
  text: string;
  /** From 1. */
  firstLine: number;
  /** Of its first byte within the file, in UTF-8. */
  byteOffset: number;
  bytes: number;
}

/**
 * Cuts a file into parts at ends of lines. A line that is longer than a part is one by itself; two parts that follow each
 * other are longer than one together, so that there are at most `mostParts` of them.
 */
export function splitParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let begin = 0;
  let bytes = 0;
  let byteOffset = 0;
  let firstLine = 1;
  let lines = 0;
  const end = (at: number) => {
    parts.push({ text: text.slice(begin, at), firstLine, byteOffset, bytes });
    begin = at;
    byteOffset += bytes;
    firstLine += lines;
    bytes = 0;
    lines = 0;
  };
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf("\n", at);
    const next = newline === -1 ? text.length : newline + 1;
    const size = Buffer.byteLength(text.slice(at, next));
    if (bytes > 0 && bytes + size > aimedBytes) end(at);
    bytes += size;
    lines += 1;
    at = next;
  }
  if (bytes > 0) end(text.length);
  return parts;
}

/** How many parts a file of so many bytes has at most. */
export const mostParts = (bytes: number) => Math.floor((2 * bytes) / aimedBytes) + 1;

/** Lines of a text; one without end counts too. */
export function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines += 1;
  return text === "" || text.endsWith("\n") ? lines : lines + 1;
}
