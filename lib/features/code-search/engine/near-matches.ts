import "server-only";
import type { Shape } from "../query/shape";
import type { Matcher } from "./query-tree";

/** In UTF-16 units of the text that was looked through. */
export interface Span {
  from: number;
  to: number;
}

/** How far to go. */
export interface Asked {
  /** Matches after which it ends. */
  most: number;
  /** In one line. */
  mostOfLine: number;
  /** Called when a line may have more. */
  onCut: () => void;
  isOver: () => boolean;
}

/** What may hold a match, and where it begins in the text. */
interface Window {
  text: string;
  from: number;
  to: number;
  /** Behind the last place of the text that a match could have touched. */
  end: number;
}

/** Places at which the core was found between two looks at the clock, and matches: one may go to the end of a window. */
const placesOfSlice = 256;
export const matchesOfSlice = 16;

/** Whether the matches of an expression can be looked for in windows around its core, rather than in whole lines. */
export function hasWindows({ core, alphabet, longest }: Shape): boolean {
  return core !== null && (alphabet !== null || longest !== null);
}

/** Whether it never takes long, however long a line is. */
export function isQuick(shape: Shape): boolean {
  return shape.chain !== null || (hasWindows(shape) && shape.alphabet !== null && shape.longest !== null);
}

/**
 * Finds the matches of an expression in windows around its core. They are those of the whole line: each match has the core in
 * it and is of a certain length at most, or made of certain characters only, so that it ends before the window does. Where it
 * is made of certain characters, the one at the window's end is none of them, and places such as `\b` or `$` are as in the line.
 */
export function nearMatches(text: string, { pattern }: Matcher, shape: Shape, asked: Asked): Span[] {
  const core = shape.core as RegExp;
  const found: Span[] = [];
  const line = { start: 0, end: -1, matches: 0 };
  let places = 0;
  core.lastIndex = 0;
  for (let hit = core.exec(text); hit && found.length < asked.most; hit = core.exec(text)) {
    places += 1;
    if (places % placesOfSlice === 0 && asked.isOver()) break;
    if (hit.index >= line.end) {
      // Once for each line: it may be long, and the core in it a thousand times.
      line.start = text.lastIndexOf("\n", hit.index - 1) + 1;
      line.end = endOfLine(text, hit.index);
      line.matches = 0;
    }
    // At the line's end, from where it goes on in the next: no match does.
    if (hit.index >= line.end) {
      core.lastIndex = hit.index + 1;
      continue;
    }
    const window = windowOf(text, hit, shape, line);
    const search = pattern.re.matcher(window.text);
    for (let n = 1; line.matches < asked.mostOfLine && found.length < asked.most && search.find(); n++) {
      if (n % matchesOfSlice === 0 && asked.isOver()) return found;
      const [from, to] = [window.from + search.start(), window.from + search.end()];
      // What touches an end that is none of the line may be there for that end alone: it has no core in it.
      const isCut = (from === window.from && from > line.start) || (to === window.to && to < line.end);
      if (isCut && !shape.alphabet) continue;
      found.push({ from, to });
      line.matches += 1;
    }
    if (line.matches >= asked.mostOfLine) asked.onCut();
    core.lastIndex = Math.max(hit.index + 1, line.matches < asked.mostOfLine ? window.end : line.end);
  }
  return found;
}

/** Behind the line's last character; a carriage return before its end is none. */
function endOfLine(text: string, at: number): number {
  const newline = text.indexOf("\n", at);
  if (newline === -1) return text.length;
  return newline > at && text.charCodeAt(newline - 1) === 0x0d ? newline - 1 : newline;
}

function windowOf(
  text: string,
  hit: RegExpExecArray,
  { alphabet, longest, core }: Shape,
  { start: lineStart, end: lineEnd }: { start: number; end: number },
): Window {
  let from = hit.index;
  let to = Math.min(lineEnd, hit.index + hit[0].length);
  if (alphabet) {
    while (from > lineStart && isOf(alphabet, text.charCodeAt(from - 1))) from -= 1;
    while (to < lineEnd && isOf(alphabet, text.charCodeAt(to))) to += 1;
  } else {
    // So far that a match with the core in it cannot overlap one that is taken for one at the window's end.
    const reach = 2 * (longest ?? 0) + 1;
    from = Math.max(lineStart, from - reach);
    // What lies within reach of the next core too is one window with it.
    for (
      let next: RegExpExecArray | null = hit;
      core && next && next.index < lineEnd && next.index - reach <= to;
      next = core.exec(text)
    ) {
      to = Math.min(lineEnd, Math.max(to, next.index + next[0].length + reach));
      core.lastIndex = next.index + 1;
    }
  }
  const first = Math.max(lineStart, from - 1);
  const last = Math.min(lineEnd, to + 1);
  return { text: text.slice(first, last), from: first, to: last, end: to };
}

const isOf = (alphabet: Uint8Array, unit: number) => unit >= 0x80 || alphabet[unit] === 1;

/** Finds the matches of texts with anything between them: one in a line at most, from the first text's first place on. */
export function chainMatches(all: string, chain: readonly string[], asked: Asked): Span[] {
  const found: Span[] = [];
  const [first = "", ...others] = chain;
  const last = others.pop() ?? "";
  let lines = 0;
  for (let at = all.indexOf(first); at !== -1 && found.length < asked.most; ) {
    lines += 1;
    if (lines % placesOfSlice === 0 && asked.isOver()) break;
    const newline = all.indexOf("\n", at);
    const end = newline === -1 ? all.length : newline;
    const rest = all.slice(at, end);
    const to = chainEnd(rest, first.length, others, last);
    if (to !== -1) found.push({ from: at, to: at + to });
    at = all.indexOf(first, end);
  }
  return found;
}

/** Where the last text ends, at its last place behind the others; -1 where it is not. */
function chainEnd(rest: string, from: number, others: readonly string[], last: string): number {
  let at = from;
  for (const text of others) {
    const next = rest.indexOf(text, at);
    if (next === -1) return -1;
    at = next + text.length;
  }
  const place = rest.lastIndexOf(last);
  return place >= at ? place + last.length : -1;
}
