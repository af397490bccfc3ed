import type { FoundChunk, FoundLine, LineSpan } from "@/components/code/search-types";
import type { Chunk, Range } from "@/lib/features/code-search/engine/types";
import { Columns, wholePoint } from "@/lib/features/code-search/long-lines";

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
  const ranges = rangesByLine(chunk.matchRanges);
  const lines = texts.map((text, index): FoundLine => {
    const number = first + index;
    const here = ranges.get(number) ?? [];
    const begins = here.filter((range) => range.start.lineNumber === number);
    return {
      number,
      spans: spansOf(text, marksOfLine(text, number, here), tokens[index]),
      matches: begins.length,
    };
  });
  return { lines };
}

function rangesByLine(ranges: readonly Range[]): Map<number, Range[]> {
  const byLine = new Map<number, Range[]>();
  for (const range of ranges) {
    const last = range.end.lineNumber;
    for (let line = range.start.lineNumber; line <= last; line += 1) {
      const those = byLine.get(line);
      if (those) those.push(range);
      else byLine.set(line, [range]);
    }
  }
  return byLine;
}

/** The lines of a chunk's text; a line's end belongs to none of them. */
export function linesOf(content: string): string[] {
  const lines = content.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  if (lines.length > 1 && lines.at(-1) === "") lines.pop();
  return lines;
}

/** A path with what of it matched. */
export function markedPath(path: string, ranges: readonly Range[]): readonly LineSpan[] {
  const marks = marksOfLine(path, 1, ranges, path.length);
  return piecesOf(path, marks, [], 0, path.length);
}

type Mark = readonly [from: number, to: number];

/**
 * What of a line matched.
 * @param ranges those of the line, in their order; none overlaps another
 * @param shown characters that are shown from the first match on, at most
 */
function marksOfLine(text: string, number: number, ranges: readonly Range[], shown = shownOfLine): Mark[] {
  const columns = new Columns(text);
  const marks: Mark[] = [];
  for (const { start, end } of ranges) {
    const from = start.lineNumber === number ? columns.place(start.column) : 0;
    if (from > (marks[0]?.[0] ?? from) + shown) break;
    marks.push([from, end.lineNumber === number ? columns.place(end.column) : text.length]);
  }
  return marks;
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
  let mark = 0;
  for (const [index, start] of places.entries()) {
    const end = places[index + 1];
    if (end === undefined || end === start) continue;
    while (token < looks.length && (looks[token]?.to ?? 0) <= start) token += 1;
    while (mark < marks.length && (marks[mark]?.[1] ?? 0) <= start) mark += 1;
    const isMatch = (marks[mark]?.[0] ?? end) <= start;
    spans.push([text.slice(start, end), looks[token]?.look ?? null, isMatch]);
  }
  return spans;
}
