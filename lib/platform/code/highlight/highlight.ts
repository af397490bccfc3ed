import "server-only";
import { createHash } from "node:crypto";
import { Highlighter } from "./highlighter";
import { type HighlightedPiece, PieceCache } from "./piece-cache";
import { tokenClasses } from "./token-classes";

/** Which lines of a text are wanted, counted from 1, both included. */
export interface LineRange {
  fromLine: number;
  toLine: number;
}

/** What one call colours; what lies beyond comes back plain. */
const mostLines = 5_000;
const mostCharacters = 512 * 1024;
/** Lines above those that are wanted are read as well, for what these stand in: all of so many, or else only the nearest. */
const mostBefore = 1_000;
const someBefore = 200;
/** For an answer, in ms: a page waits for it. The first of a language takes longer, its process may have to start. */
const patienceMs = 1_000;
const firstPatienceMs = 2_500;
const cachedCharacters = 4 * 1024 * 1024;
/** Calls that wait; beyond them text comes back plain at once. */
const mostWaiting = 100;

const slot = Symbol.for("gurulog.highlighting");

interface Highlighting {
  highlighter: Highlighter;
  cache: PieceCache;
  waiting: number;
}

/** Shared by all module graphs of the process: one process that colours, and what it has coloured before. */
function highlighting(): Highlighting {
  const holder = globalThis as { [slot]?: Highlighting };
  holder[slot] ??= { highlighter: new Highlighter(), cache: new PieceCache(cachedCharacters), waiting: 0 };
  return holder[slot];
}

/** Whether a text of this language is coloured at once, other than the first one and what stands behind a first one. */
export const isColouredSoon = (language: string): boolean => highlighting().highlighter.isSoon(language);

/**
 * The lines of a text in pieces that carry the classes of `components/styles/code.css`. Line ends belong to no line; the pieces of
 * a line are together the line. A language that is not known, or a text that takes too long, comes back plain.
 * @param language as linguist calls it; null = plain
 * @param waitMs for the colours; by default a second, and longer for the first text of a language
 */
export async function highlightLines(
  language: string | null,
  text: string,
  { fromLine, toLine }: LineRange,
  waitMs?: number,
): Promise<HighlightedPiece[][]> {
  const { highlighter, cache, waiting } = highlighting();
  const from = Math.max(1, fromLine);
  const all = text.split("\n", Math.max(0, toLine)).map(withoutReturn);
  const lines = all.slice(from - 1);
  if (language === null || lines.length === 0 || waiting >= mostWaiting) return lines.map(plain);
  const hash = createHash("sha256").update(text).digest("base64url");
  const key = `${language}\0${hash}\0${from}-${toLine}`;
  const kept = cache.get(key);
  if (kept !== null) return kept;
  // Far down not all that comes before is read: what it began in may be lost, a page in time is not.
  const begin = from > mostBefore ? from - 1 - someBefore : 0;
  const read = affordable(all.slice(begin));
  const request = { language, lines: read, from: from - 1 - begin };
  const patience = waitMs ?? (isColouredSoon(language) ? patienceMs : firstPatienceMs);
  return withPatience(patience, lines.map(plain), async (isWanted) => {
    const looks = await highlighter.looksOf(request, isWanted);
    if (looks === null) return null;
    const found = lines.map((line, index) => coloured(line, looks[index] ?? []));
    // What time cut short is tried again.
    if (request.from + looks.length >= read.length) cache.set(key, found);
    return found;
  });
}

/** What `find` finds, or else `otherwise` when that takes too long; it may still find it for the next who asks. */
async function withPatience<T>(
  waitMs: number,
  otherwise: T,
  find: (isWanted: () => boolean) => Promise<T | null>,
): Promise<T> {
  let isWanted = true;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => {
      isWanted = false;
      resolve(null);
    }, waitMs);
  });
  const shared = highlighting();
  shared.waiting += 1;
  const found = find(() => isWanted);
  try {
    return (await Promise.race([found, late])) ?? otherwise;
  } finally {
    shared.waiting -= 1;
    clearTimeout(timer);
  }
}

/** As many of the lines, from the first, as one call may colour. */
function affordable(lines: readonly string[]): string[] {
  let characters = 0;
  const end = lines.findIndex((line, index) => {
    characters += line.length + 1;
    return index >= mostLines || characters > mostCharacters;
  });
  return lines.slice(0, end === -1 ? lines.length : end);
}

/** The process read text of anybody: what it says holds only if it is the length of the line. */
function coloured(line: string, looks: readonly number[]): HighlightedPiece[] {
  const pieces: HighlightedPiece[] = [];
  let at = 0;
  for (let index = 0; index < looks.length; index += 2) {
    const length = looks[index] ?? 0;
    const className = tokenClasses[looks[index + 1] ?? 0];
    if (!(length > 0) || className === undefined) return plain(line);
    pieces.push({ className, text: line.slice(at, at + length) });
    at += length;
  }
  return at === line.length && pieces.length > 0 ? pieces : plain(line);
}

function plain(line: string): HighlightedPiece[] {
  return [{ className: "", text: line }];
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
