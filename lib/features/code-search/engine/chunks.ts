import "server-only";
import type { Hit } from "./file-scan";
import type { PartText } from "./part-texts";
import type { Chunk, Location, Range } from "./types";

/** Text of parts that follow each other. */
interface Region {
  text: string;
  isAscii: boolean;
  firstLine: number;
  byteOffset: number;
  /** Where each line begins. */
  starts: number[];
}

/**
 * The lines with hits, with lines around them; what touches is one chunk.
 * @param texts of parts by their number: those of the hits, and as many around them as the context reaches into
 */
export function chunksOf(
  hits: readonly Hit[],
  texts: ReadonlyMap<number, PartText>,
  contextLines: number,
): Chunk[] {
  const chunks: Chunk[] = [];
  for (const region of regionsOf(texts)) {
    const lastLine = region.firstLine + region.starts.length - 1;
    const those = hits.filter(({ line }) => line >= region.firstLine && line <= lastLine);
    const places = new Places(region.text, region.byteOffset, region.isAscii);
    for (const group of groupsOf(those, contextLines)) {
      const first = Math.max(region.firstLine, (group[0]?.line ?? 1) - contextLines);
      const last = Math.min(lastLine, (group.at(-1)?.line ?? 1) + contextLines);
      chunks.push(chunkOf(region, places, group, { first, last }));
    }
  }
  return chunks;
}

/** How many lines before and behind the part the context of its hits reaches. */
export function reachOf(
  hits: readonly Hit[],
  text: PartText,
  contextLines: number,
): { before: number; behind: number } {
  const lines = lineStarts(text.text).length;
  const lastLine = text.firstLine + lines - 1;
  const reach = { before: 0, behind: 0 };
  for (const { line } of hits) {
    if (line < text.firstLine || line > lastLine) continue;
    reach.before = Math.max(reach.before, text.firstLine - (line - contextLines));
    reach.behind = Math.max(reach.behind, line + contextLines - lastLine);
  }
  return reach;
}

function regionsOf(texts: ReadonlyMap<number, PartText>): Region[] {
  const regions: Region[] = [];
  let last = Number.NaN;
  for (const [part, text] of [...texts].sort(([a], [b]) => a - b)) {
    const before = regions.at(-1);
    if (before && part === last + 1) {
      before.text += text.text;
      before.isAscii &&= text.isAscii;
    } else {
      const { text: own, isAscii, firstLine, byteOffset } = text;
      regions.push({ text: own, isAscii, firstLine, byteOffset, starts: [] });
    }
    last = part;
  }
  for (const region of regions) region.starts = lineStarts(region.text);
  return regions;
}

/** Where each line begins; behind the last line end there is none. */
function lineStarts(text: string): number[] {
  const starts: number[] = [];
  for (let at = 0; at < text.length; ) {
    starts.push(at);
    const newline = text.indexOf("\n", at);
    at = newline === -1 ? text.length : newline + 1;
  }
  return starts;
}

function groupsOf(hits: readonly Hit[], contextLines: number): Hit[][] {
  const groups: Hit[][] = [];
  for (const hit of hits) {
    const last = groups.at(-1);
    const before = last?.at(-1);
    if (last && before && hit.line - before.line <= 2 * contextLines + 1) last.push(hit);
    else groups.push([hit]);
  }
  return groups;
}

function chunkOf(
  region: Region,
  places: Places,
  hits: readonly Hit[],
  { first, last }: { first: number; last: number },
): Chunk {
  const start = region.starts[first - region.firstLine] ?? 0;
  const next = region.starts[last - region.firstLine + 1] ?? region.text.length;
  const content = withoutLineEnd(region.text.slice(start, next));
  const startOf = (line: number) => region.starts[line - region.firstLine] ?? 0;
  const contentStart = places.at(start, start, first);
  const matchRanges = hits.map(({ line, from, to }): Range => {
    const lineStart = startOf(line);
    return {
      start: places.at(lineStart + from, lineStart, line),
      end: places.at(lineStart + to, lineStart, line),
    };
  });
  const symbols = hits.flatMap(({ symbol }) => symbol ?? []);
  if (symbols.length === 0 || symbols.length < hits.length) return { content, contentStart, matchRanges };
  return {
    content,
    contentStart,
    matchRanges,
    symbols: symbols.map(({ name, kind, parent }) => ({
      symbol: name,
      kind,
      ...(parent === null ? {} : { parent }),
    })),
  };
}

function withoutLineEnd(text: string): string {
  if (!text.endsWith("\n")) return text;
  return text.slice(0, text.endsWith("\r\n") ? -2 : -1);
}

/** Bytes and columns of places that are asked for one behind the other: each piece of the text is counted once. */
class Places {
  readonly #text: string;
  readonly #isAscii: boolean;
  readonly #first: number;
  #at = 0;
  #bytes: number;
  /** Of the line in which the last place was, and code points from there to it. */
  #lineStart = 0;
  #points = 0;

  /** @param bytes where the text begins */
  constructor(text: string, bytes: number, isAscii = false) {
    this.#text = text;
    this.#isAscii = isAscii;
    this.#first = bytes;
    this.#bytes = bytes;
  }

  at(place: number, lineStart: number, lineNumber: number): Location {
    const wanted = Math.min(place, this.#text.length);
    // Of each character one byte: a bundle's line may be a megabyte long.
    if (this.#isAscii)
      return { byteOffset: this.#first + wanted, lineNumber, column: wanted - lineStart + 1 };
    if (wanted < this.#at) return this.#before(wanted, lineStart, lineNumber);
    const isSameLine = lineStart === this.#lineStart;
    const points = codePoints(this.#text, isSameLine ? this.#at : lineStart, wanted);
    this.#points = isSameLine ? this.#points + points : points;
    this.#lineStart = lineStart;
    this.#bytes += byteLength(this.#text.slice(this.#at, wanted));
    this.#at = wanted;
    return { byteOffset: this.#bytes, lineNumber, column: this.#points + 1 };
  }

  /** Goes back, which matches in their order do not. */
  #before(wanted: number, lineStart: number, lineNumber: number): Location {
    const byteOffset = this.#bytes - byteLength(this.#text.slice(wanted, this.#at));
    return { byteOffset, lineNumber, column: codePoints(this.#text, lineStart, wanted) + 1 };
  }
}

const byteLength = (text: string) => Buffer.byteLength(text);

function codePoints(text: string, from: number, to: number): number {
  let count = to - from;
  for (let at = from; at < to; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xdc00 && unit <= 0xdfff) count -= 1;
  }
  return count;
}

/** Ranges within a path. */
export function pathRanges(path: string, spans: readonly { from: number; to: number }[]): Range[] {
  const places = new Places(path, 0);
  return [...spans]
    .sort((a, b) => a.from - b.from)
    .map(({ from, to }) => ({ start: places.at(from, 0, 1), end: places.at(to, 0, 1) }));
}
