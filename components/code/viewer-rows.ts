import type { CodeRow, CodeToken, LineRange } from "./viewer-types";

/** Lines that one page has at most. */
export const maxShownLines = 2_000;
/** Characters of a line that are shown. */
const maxShownCharacters = 2_000;

/** Lines that stay in view before the one that was asked for. */
const leadLines = 500;

/**
 * Which lines of a file are shown: from its begin, or around the line that was asked for.
 * @param total lines of the file
 */
export function shownLines(total: number, asked: number): LineRange {
  const latest = Math.max(1, total - maxShownLines + 1);
  const first = Math.min(latest, Math.max(1, asked <= maxShownLines ? 1 : asked - leadLines));
  return { first, last: Math.min(total, first + maxShownLines - 1) };
}

/** A line of which at most so many characters are shown; a pair of surrogates is not split. */
export function rowOf(number: number, tokens: readonly CodeToken[]): CodeRow {
  const length = tokens.reduce((sum, [text]) => sum + text.length, 0);
  if (length <= maxShownCharacters) return { number, tokens, cut: 0 };
  const kept: CodeToken[] = [];
  let left = maxShownCharacters;
  for (const [text, look] of tokens) {
    const part = text.length <= left ? text : text.slice(0, left).replace(/[\ud800-\udbff]$/, "");
    if (part !== "") kept.push([part, look]);
    left -= part.length;
    if (part.length < text.length || left <= 0) break;
  }
  return { number, tokens: kept, cut: length - kept.reduce((sum, [text]) => sum + text.length, 0) };
}

export interface Identifier {
  name: string;
  /** UTF-16 offsets in the line. */
  from: number;
  to: number;
}

/** Names as programming languages know them, with the marks that some begin with. */
const identifier = /[\p{ID_Start}_$][\p{ID_Continue}$]*/gu;

export function identifiersIn(line: string): Identifier[] {
  return [...line.matchAll(identifier)].map((found) => ({
    name: found[0],
    from: found.index,
    to: found.index + found[0].length,
  }));
}

/** The identifier over the character at this offset. */
export function identifierAt(line: string, offset: number): Identifier | null {
  return identifiersIn(line).find((each) => each.from <= offset && offset < each.to) ?? null;
}
