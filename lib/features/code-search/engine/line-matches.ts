import "server-only";
import { foldText } from "@/lib/platform/code/fold";
import { type Asked, chainMatches, hasWindows, matchesOfSlice, nearMatches, type Span } from "./near-matches";
import { Nearest } from "./nearest";
import type { Matcher } from "./query-tree";

export type { Span } from "./near-matches";

/** Between two looks at the clock, in UTF-16 units of text that a regular expression went through. */
const sliceUnits = 16 * 1024;
/** The same times instructions: a large expression may take longer for a line than others for a part. */
const sliceWork = 64 * sliceUnits;
/** More matches in one line are not told apart, which the answer tells: as many as anybody can ask for in all. */
const mostOfLine = 10_000;

/** Text whose folded form is made when it is asked for, once. */
export interface FoldableText {
  readonly text: string;
  readonly folded: string;
}

/**
 * Finds the matches in whole lines, each within its line. What stands at a line's end, a carriage return too, is no part of it.
 * @param most after which it ends
 * @param isOver asked now and then; it ends early when true
 * @param onCut called when a line may have more than are told apart
 */
export function lineMatches(
  text: FoldableText,
  matcher: Matcher,
  most: number,
  isOver: () => boolean,
  onCut = () => {},
): Span[] {
  if (matcher.literal !== null) return literalMatches(text, matcher, matcher.literal, most);
  return patternMatches(text, matcher, { most, mostOfLine, isOver, onCut });
}

function literalMatches(text: FoldableText, matcher: Matcher, literal: string, most: number): Span[] {
  const all = matcher.isCaseSensitive ? text.text : text.folded;
  const found: Span[] = [];
  for (let at = all.indexOf(literal); at !== -1 && found.length < most; ) {
    found.push({ from: at, to: at + literal.length });
    at = all.indexOf(literal, at + literal.length);
  }
  return found;
}

function patternMatches(foldable: FoldableText, matcher: Matcher, asked: Asked): Span[] {
  const { text } = foldable;
  const { anchors, pattern, shape } = matcher;
  const { most, isOver } = asked;
  if (shape?.chain) return chainMatches(matcher.isCaseSensitive ? text : foldable.folded, shape.chain, asked);
  if (shape && hasWindows(shape)) return nearMatches(text, matcher, shape, asked);
  const nearest = anchors ? new Nearest(foldable.folded, anchors) : null;
  const found: Span[] = [];
  const slice = Math.min(sliceUnits, sliceWork / pattern.size);
  let units = 0;
  for (let at = 0; at < text.length && found.length < most; ) {
    if (nearest) {
      const anchor = nearest.from(at);
      if (anchor === -1) break;
      if (anchor > at) at = Math.max(at, text.lastIndexOf("\n", anchor - 1) + 1);
    }
    const newline = text.indexOf("\n", at);
    const end = newline === -1 ? text.length : newline;
    const isCrlf = newline > at && text.charCodeAt(newline - 1) === 0x0d;
    const line = text.slice(at, isCrlf ? end - 1 : end);
    units += line.length + 64;
    if (units > slice) {
      units = 0;
      if (isOver()) break;
    }
    if (pattern.re.test(line)) addSpans(line, at, matcher, found, asked);
    at = end + 1;
  }
  return found;
}

/** A line that matches nothing but emptiness has one empty match. */
function addSpans(
  line: string,
  base: number,
  { pattern }: Matcher,
  found: Span[],
  { most, mostOfLine, isOver, onCut }: Asked,
): void {
  const search = pattern.re.matcher(line);
  const before = found.length;
  let empty = -1;
  for (let n = 0; found.length < most && search.find(); n++) {
    if (n === mostOfLine) {
      onCut();
      break;
    }
    const from = search.start();
    const to = search.end();
    if (to > from) found.push({ from: base + from, to: base + to });
    else if (empty === -1) empty = from;
    // In a long line, each may take a while.
    if (((n + 1) % matchesOfSlice === 0 || line.length > sliceUnits) && isOver()) break;
  }
  if (found.length === before) found.push({ from: base + Math.max(empty, 0), to: base + Math.max(empty, 0) });
}

/** Whether there is a match in one string: a path, the name of a repository or of a symbol. */
export function isIn(text: string, { pattern, literal, isCaseSensitive }: Matcher): boolean {
  if (literal !== null) return (isCaseSensitive ? text : foldText(text)).includes(literal);
  return pattern.re.test(text);
}

const all = { most: mostOfLine, mostOfLine, isOver: () => false, onCut: () => {} };

/** The matches in one string. */
export function matchesIn(text: string, matcher: Matcher): Span[] {
  const found: Span[] = [];
  if (isIn(text, matcher)) addSpans(text, 0, matcher, found, all);
  return found;
}
