import type { FoundChunk, FoundLine, LineSpan } from "@/components/code/search-types";
import type { Chunk, Range } from "@/lib/features/code-search/engine/types";

/** A piece of a highlighted line: so many UTF-16 units, and the class that colours them. */
export interface LineToken {
  length: number;
  look: string | null;
}

/** Of a line of generated code only this much is shown, around its first match. */
const shownOfLine = 400;
const shownBeforeMatch = 80;

/**
 * The lines of a chunk with their matches and, where they were highlighted, their colours.
 * @param tokens of each line, first to last; fewer lines than the chunk has are fine
 */
export function foundLines(chunk: Chunk, tokens: readonly (readonly LineToken[])[] = []): FoundChunk {
  const first = chunk.contentStart.lineNumber;
  const texts = linesOf(chunk.content);
  const lines = texts.map((text, index): FoundLine => {
    const number = first + index;
    const marks = marksOfLine(text, number, chunk.matchRanges);
    const begins = chunk.matchRanges.filter((range) => range.start.lineNumber === number);
    return { number, spans: spansOf(text, marks, tokens[index]), matches: begins.length };
  });
  return { lines };
}

/** The lines of a chunk's text; a line's end belongs to none of them. */
export function linesOf(content: string): string[] {
  const lines = content.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  if (lines.length > 1 && lines.at(-1) === "") lines.pop();
  return lines;
}

/** A path with what of it matched. */
export function markedPath(path: string, ranges: readonly Range[]): readonly LineSpan[] {
  const marks = ranges.map((range) => place(path, range.start.column, range.end.column));
  return piecesOf(path, marks, [], 0, path.length);
}

type Mark = readonly [from: number, to: number];

function marksOfLine(text: string, number: number, ranges: readonly Range[]): Mark[] {
  return ranges.flatMap(({ start, end }): Mark[] => {
    if (start.lineNumber > number || end.lineNumber < number) return [];
    const from = start.lineNumber === number ? start.column : 1;
    const to = end.lineNumber === number ? end.column : Number.POSITIVE_INFINITY;
    return [place(text, from, to)];
  });
}

/** Columns count code points from 1; a browser's strings count UTF-16 units. */
function place(text: string, startColumn: number, endColumn: number): Mark {
  let column = 1;
  let from = text.length;
  let to = text.length;
  for (let at = 0; at < text.length; column += 1) {
    if (column === startColumn) from = at;
    if (column === endColumn) {
      to = at;
      break;
    }
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  return [from, Math.max(from, to)];
}

function spansOf(text: string, marks: readonly Mark[], tokens: readonly LineToken[] = []): LineSpan[] {
  if (text.length <= shownOfLine) return piecesOf(text, marks, tokens, 0, text.length);
  const firstMark = marks[0]?.[0] ?? 0;
  const from = wholePoint(
    text,
    Math.max(0, Math.min(firstMark - shownBeforeMatch, text.length - shownOfLine)),
  );
  const to = wholePoint(text, Math.min(text.length, from + shownOfLine));
  return [
    ...(from > 0 ? [["…", "cut-sign", false] as const] : []),
    ...piecesOf(text, marks, tokens, from, to),
    ...(to < text.length ? [["…", "cut-sign", false] as const] : []),
  ];
}

/** Never between the halves of a pair. */
function wholePoint(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
}

/** Cuts a stretch of text wherever a mark or a token begins or ends. */
function piecesOf(
  text: string,
  marks: readonly Mark[],
  tokens: readonly LineToken[],
  from: number,
  to: number,
): LineSpan[] {
  const cuts = new Set([from, to]);
  const add = (at: number) => {
    if (at > from && at < to) cuts.add(at);
  };
  for (const [start, end] of marks) {
    add(start);
    add(end);
  }
  const looks: { from: number; to: number; look: string | null }[] = [];
  let at = 0;
  for (const { length, look } of tokens) {
    looks.push({ from: at, to: at + length, look });
    at += length;
    add(at);
  }
  const places = [...cuts].sort((a, b) => a - b);
  const spans: LineSpan[] = [];
  let token = 0;
  for (const [index, start] of places.entries()) {
    const end = places[index + 1];
    if (end === undefined || end === start) continue;
    while (token < looks.length && (looks[token]?.to ?? 0) <= start) token += 1;
    const isMatch = marks.some((mark) => mark[0] <= start && start < mark[1]);
    spans.push([text.slice(start, end), looks[token]?.look ?? null, isMatch]);
  }
  return spans;
}
